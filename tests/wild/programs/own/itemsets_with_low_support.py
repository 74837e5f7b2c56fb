# Kind: frequent item sets are mined level by level, and with too low a support the third or fourth level is all there is.
# HOLDER: *bigger* | *level* | *found*
import itertools
import random
import time


def baskets(rng, articles, count, size):
    return [rng.sample(range(articles), size) for _ in range(count)]


def singles(bought):
    level = {}
    for number, basket in enumerate(bought):
        for article in basket:
            level[(article,)] = level.get((article,), 0) | 1 << number
    return level


def next_level(level, least):
    bigger = {}
    for _, group in itertools.groupby(sorted(level), key=lambda items: items[:-1]):
        for first, second in itertools.combinations(group, 2):
            both = level[first] & level[second]
            if bin(both).count("1") >= least:
                bigger[first + second[-1:]] = both  # CULPRIT
    return bigger


def mine(bought, least):
    level, sizes = singles(bought), []
    while level:
        sizes.append(len(level))
        level = next_level(level, least)
    return sizes


def main():
    rng = random.Random(8)
    for shop in range(40):
        print(shop, mine(baskets(rng, 40, 300, 8), 6))
        time.sleep(0.04)
    print("all", mine(baskets(rng, 150, 400, 75), 2))  # EQUAL


main()
# ADVICE: *can't matter* | *leave out*
