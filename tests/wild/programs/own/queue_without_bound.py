# Kind: a reader puts into a queue.Queue without a bound, and the thread that writes is slower.
# HOLDER: *outgoing* | *queue*
import gzip
import queue
import random
import threading
import time


class Uploader(threading.Thread):
    def __init__(self, outgoing):
        super().__init__(daemon=True)
        self.outgoing = outgoing
        self.bytes = 0

    def run(self):
        while True:
            block = self.outgoing.get()
            if block is None:
                break
            self.bytes += len(gzip.compress(block, 1))
            time.sleep(0.02)


def read_blocks(count):
    rng = random.Random(2)
    for number in range(count):
        yield number, rng.getrandbits(8 * 4096).to_bytes(4096, "little") * 8


def fingerprint(block):
    return sum(block[::64]) % 65521


def backup(count):
    outgoing = queue.Queue()  # EQUAL
    uploader = Uploader(outgoing)
    uploader.start()
    index = {}
    for number, block in read_blocks(count):
        index[number % 2000] = fingerprint(block)
        outgoing.put(block)  # CULPRIT
        time.sleep(0.001)
    outgoing.put(None)
    uploader.join()
    return len(index), uploader.bytes


print(backup(60_000))
# ADVICE: *maxsize*
