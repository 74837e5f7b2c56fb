"""What goes in and out."""

import random

ARTICLES = ["article-%04d" % number for number in range(250)]


def movements(day):
    rng = random.Random(day)
    moved = []
    for article in ARTICLES:
        moved.append((article, rng.randrange(-20, 20)))
    return moved
