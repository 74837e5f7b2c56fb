"""Makes pictures small in a pool of two processes; the argument is how these are started."""
import multiprocessing
import sys

RECENT = {}
DONE = []


def picture(number):
    return number.to_bytes(4, "big") * 20_000


def make_small(number):
    whole = picture(number)
    RECENT[number % 20] = whole[::10]
    DONE.append([whole[at : at + 60] for at in range(0, len(whole), 60)])  # CULPRIT
    return len(RECENT[number % 20])


def main():
    with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
        sizes = pool.map(make_small, range(4000), chunksize=50)
    print(len(sizes), "pictures,", sum(sizes), "bytes")


if __name__ == "__main__":
    main()
