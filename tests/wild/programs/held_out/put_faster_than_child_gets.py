# Kind: a parent puts work on a multiprocessing queue without a bound, faster than its child takes it off.
# HOLDER: *_buffer* | *jobs* | *queue*
import hashlib
import multiprocessing
import random
import time

STOP = None


def checksum_worker(jobs, answers):
    """Runs in the child: thorough, and so slow."""
    done = 0
    while True:
        job = jobs.get()
        if job is STOP:
            break
        name, block = job
        digest = hashlib.pbkdf2_hmac("sha256", block[:64], b"salt", 20_000).hex()
        done += 1
        if done % 100 == 0:
            answers.put((name, digest, done))
    answers.put(STOP)


class Camera:
    """Stands for the recorder: a block of the film a time."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.brightness = [0] * 256

    def blocks(self, count):
        for number in range(count):
            block = self.rng.randbytes(30_000)
            self.brightness[block[0]] += 1
            yield "film-%07d" % number, block


class Archive:
    def __init__(self):
        self.jobs = multiprocessing.Queue()
        self.answers = multiprocessing.Queue()
        self.worker = multiprocessing.Process(target=checksum_worker, args=(self.jobs, self.answers), daemon=True)
        self.taken = 0
        self.last = None

    def __enter__(self):
        self.worker.start()
        return self

    def __exit__(self, *error):
        self.jobs.put(STOP)
        self.worker.join()

    def take(self, name, block):
        self.jobs.put((name, block))  # CULPRIT
        self.taken += 1

    def look(self):
        while not self.answers.empty():
            self.last = self.answers.get()
        return self.last


def main():
    camera = Camera(10)
    with Archive() as archive:
        for number, (name, block) in enumerate(camera.blocks(200_000)):
            archive.take(name, block)
            if number % 10 == 0:
                time.sleep(0.004)
            if number % 500 == 0:
                print(archive.taken, "taken, last answer", archive.look(), flush=True)
    print(max(camera.brightness))


if __name__ == "__main__":
    main()
# ADVICE: *maxsize*
