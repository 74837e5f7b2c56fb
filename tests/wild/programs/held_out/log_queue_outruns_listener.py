# Kind: log records go through a QueueHandler to a listener whose handler is slower than the program, and the queue has no bound.
# HOLDER: *queue*
# ADVICE: *maxsize*
import collections
import logging
import logging.handlers
import queue
import random
import time

log = logging.getLogger("warehouse")


class Archive(logging.Handler):
    """Stands for the central log server, which takes a record in a few milliseconds."""

    def __init__(self):
        super().__init__()
        self.by_level = collections.Counter()

    def emit(self, record):
        time.sleep(0.004)
        self.by_level[record.levelname] += 1


class Shelf:
    def __init__(self, number):
        self.number = number
        self.boxes = collections.deque(maxlen=40)
        self.moved = 0

    def put(self, box):
        self.boxes.append(box)
        self.moved += 1
        return len(self.boxes)


def set_up():
    archive = Archive()
    records = queue.Queue()  # CULPRIT
    log.addHandler(logging.handlers.QueueHandler(records))  # EQUAL
    log.setLevel(logging.INFO)
    log.propagate = False
    listener = logging.handlers.QueueListener(records, archive)
    listener.start()
    return archive, listener


def label(number, rng):
    return "box %d %s" % (number, "".join(rng.choices("0123456789ABCDEF", k=300)))


def main():
    archive, listener = set_up()
    shelves = [Shelf(number) for number in range(200)]
    rng = random.Random(5)
    started = time.monotonic()
    for number in range(2_000_000):
        shelf = shelves[rng.randrange(200)]
        text = label(number, rng)
        if shelf.put(text) > 39:
            log.warning("shelf %d is full, %s", shelf.number, text)
        else:
            log.info("%s to shelf %d", text, shelf.number)
        if number % 10_000 == 0:
            print(number, "boxes,", dict(archive.by_level), round(time.monotonic() - started, 1), "s", flush=True)
    listener.stop()


if __name__ == "__main__":
    main()
