# Kind: itertools.tee of a stream of which one half is read to its end before the other is begun.
# HOLDER: none | *tee* | *rest* | *second*
import itertools
import random
import statistics


def readings(count):
    rng = random.Random(23)
    level = 20.0
    for number in range(count):
        level += rng.uniform(-0.5, 0.5)
        yield number, level, "%x" % rng.getrandbits(3200)


def smoothed(stream, width):
    window = []
    for number, level, _ in stream:
        window.append(level)
        if len(window) > width:
            del window[0]
        yield number, statistics.median(window)


def extremes(stream):
    lowest, highest = float("inf"), float("-inf")
    for _, level in smoothed(stream, 240):  # EQUAL
        lowest, highest = min(lowest, level), max(highest, level)
    return lowest, highest


def above(stream, bound):
    return sum(1 for _, level, _ in stream if level > bound)


def analyse(count):
    stream = readings(count)
    first, second = itertools.tee(stream)  # CULPRIT
    lowest, highest = extremes(first)
    middle = statistics.mean((lowest, highest))
    return above(second, middle)


print(analyse(200))
print(analyse(2_000_000))
# ADVICE: *side by side*
