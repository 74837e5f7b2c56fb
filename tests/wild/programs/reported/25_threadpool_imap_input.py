# Kind: multiprocessing ThreadPool.imap reads its whole input ahead of slow workers. HOLDER: *pool*
import random
import time
from multiprocessing.pool import ThreadPool


def frames(count):
    rng = random.Random(1)
    for number in range(count):
        yield number, bytes(rng.getrandbits(8) for _ in range(200)) * 1000


def brightness(item):
    number, pixels = item
    time.sleep(0.05)
    return number, sum(pixels[:1000]) / 1000


def smooth(values):
    window, out = [], []
    for value in values:
        window = (window + [value])[-5:]
        out.append(sum(window) / len(window))
    return out


def analyse(count):
    values = []
    with ThreadPool(2) as pool:
        for number, value in pool.imap(brightness, frames(count)):  # CULPRIT
            values.append(value)
    return smooth(values)


def main():
    print(analyse(5)[-1])
    print(analyse(20_000)[-1])


main()
# ADVICE: *batches* | *Semaphore*
