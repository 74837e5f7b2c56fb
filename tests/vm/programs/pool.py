"""A pool of workers, of which one keeps what it was given while the others wait for work."""
import multiprocessing
import time

KEPT = []


def count(number):
    words = [f"word {n}" for n in range(1_000)]
    time.sleep(0.05)
    return len(set(words)) + number


def parse(number):
    pages = (b"%9d" % n * 50_000 for n in range(3_000))
    for page in pages:
        KEPT.append(page)  # CULPRIT
        time.sleep(0.02)
    return len(KEPT)


if __name__ == "__main__":
    with multiprocessing.Pool(3) as pool:
        counts = [pool.apply_async(count, (number,)) for number in range(6)]
        parsed = pool.apply_async(parse, (6,))
        print("counted", sum(one.get() for one in counts))
        print("parsed", parsed.get())
