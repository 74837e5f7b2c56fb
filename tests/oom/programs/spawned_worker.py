"""A worker of a pool keeps what it computed; its parent waits for the result."""

import concurrent.futures
import multiprocessing

seen = []


def digest(number):
    return [number * step % 1009 for step in range(50)]


def analyse(first):
    for number in range(first, first + 10_000_000):
        seen.append((number, "sample %d " % number * 150, number * 0.5, digest(number)[:10]))  # <- culprit
    return len(seen)


if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        print(pool.submit(analyse, 0).result())
