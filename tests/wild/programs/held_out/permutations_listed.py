# Kind: all orders of the stops of a tour are listed before the best is chosen.
# HOLDER: none | *
import itertools
import math
import random
import time


def length(points, order):
    return sum(math.dist(points[a], points[b]) for a, b in zip(order, order[1:]))


def best_tour(points):
    orders = list(itertools.permutations(range(len(points))))  # CULPRIT
    return min(orders, key=lambda order: length(points, order))


def main():
    rng = random.Random(22)
    for stops in (4, 5, 6, 7, 11):
        points = [(rng.random(), rng.random()) for _ in range(stops)]
        print(stops, best_tour(points)[:3])
        time.sleep(0.2)


main()
# ADVICE: *generator* | *one item at a time*
