# Kind: every AsyncResult of a pool kept in a list that is only looked at when all is done.
# HOLDER: *handles
import multiprocessing.pool
import random
import time


def thumbnail(number):
    rng = random.Random(number)
    pixels = rng.getrandbits(8 * 8192).to_bytes(8192, "little") * 3
    time.sleep(0.001)
    return number, pixels[::1]


def rotate(pixels):
    return pixels[len(pixels) // 2 :] + pixels[: len(pixels) // 2]


class Gallery:
    def __init__(self, workers):
        self.pool = multiprocessing.pool.ThreadPool(workers)
        self.handles = []
        self.started = 0

    def add(self, number):
        self.started += 1
        handle = self.pool.apply_async(thumbnail, (number,))
        self.handles.append(handle)  # CULPRIT
        return handle

    def finish(self):
        self.pool.close()
        self.pool.join()
        return [rotate(handle.get()[1]) for handle in self.handles]


def build(count):
    gallery = Gallery(2)
    names = []
    for number in range(count):
        handle = gallery.add(number)
        names.append("thumb-%05d" % number)
        if number % 8 == 7:
            handle.wait()
    return sum(map(len, gallery.finish())), names[-1]


if __name__ == "__main__":
    print(build(60_000))
# ADVICE: *so many at a time* | *imap* | *let go of each*
