# Kind: a worker process keeps each result that it has sent, in a module's list that was once there for debugging.
# HOLDER: *finished | *_finished
import multiprocessing
import random

_finished = []


def rasterise(number):
    rng = random.Random(number)
    outline = [(rng.randrange(2000), rng.randrange(2000)) for _ in range(300)]
    return {"tile": number, "outline": outline, "area": sum(x * y for x, y in outline)}


def smooth(shape):
    points = shape["outline"]
    return [((ax + bx) / 2, (ay + by) / 2) for (ax, ay), (bx, by) in zip(points, points[1:])]


def work(line):
    for number in iter(line.recv, None):
        shape = rasterise(number)
        points = smooth(shape)
        _finished.append((shape, points))  # CULPRIT
        line.send((number, len(points), shape["area"]))


def main():
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    worker = context.Process(target=work, args=(there,))
    worker.start()
    there.close()
    recent, total = [], 0
    for number in range(60_000):
        here.send(number)
        _, points, area = here.recv()
        total += points
        recent = (recent + [area])[-50:]
    here.send(None)
    worker.join()
    print(total, max(recent))


if __name__ == "__main__":
    main()
# ADVICE: *write it out* | *maxlen*
