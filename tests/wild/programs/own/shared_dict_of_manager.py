# Kind: workers put what they fetched into a manager's dictionary, which is only asked what is known.
# HOLDER: none | *shared* | *pages* | *registry* | *id_to_obj* | *obj*
import multiprocessing
import os
import random
import time


def fetch(rng, number):
    return {"number": number, "body": rng.getrandbits(8 * 30_000).to_bytes(30_000, "little"), "links": rng.sample(range(10**6), 20)}


def digest(page):
    return sum(page["body"][::500]) % 1000


def work(pages, start, step, count):
    rng = random.Random(start)
    last = []
    for number in range(start, count, step):
        page = fetch(rng, number)
        if number not in pages:
            pages[number] = page  # CULPRIT
        last = (last + [digest(page)])[-20:]
        time.sleep(0.0005)
    return sum(last)


def main():
    with multiprocessing.Manager() as manager:
        pages = manager.dict()
        workers = [multiprocessing.Process(target=work, args=(pages, start, 2, 100_000)) for start in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        print(os.getpid(), len(pages))


if __name__ == "__main__":
    main()
# ADVICE: *take it out* | *in files*
