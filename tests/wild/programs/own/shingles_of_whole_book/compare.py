# Kind: a set of all windows of a text, made for essays, is made of a whole book.
# HOLDER: none | *
import random
import string
import time

from plagiarism.shingles import similarity


def essay(rng, length):
    return "".join(rng.choices(string.ascii_lowercase + "     ", k=length))


def main():
    rng = random.Random(33)
    source = essay(rng, 4000)
    highest = 0.0
    for _ in range(60):
        other = essay(rng, 2000) + source[: rng.randrange(2000)]
        highest = max(highest, similarity(source, other))
        time.sleep(0.05)
    print(highest)
    print(similarity(source, essay(rng, 4_000_000)))


if __name__ == "__main__":
    main()
# ADVICE: *one item at a time* | *hash*
