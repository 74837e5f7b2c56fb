# Kind: sorted() over a stream of records of which only the ten largest are wanted: one step.
# HOLDER: none | *ranked*
import itertools
import random


def transfers(count, seed):
    rng = random.Random(seed)
    for number in range(count):
        yield rng.randrange(10**9), "DE%020d" % rng.getrandbits(60), "purpose %d of %x" % (number, rng.getrandbits(160))


def by_hour(count):
    hours = [0] * 24
    for number, (amount, _, _) in enumerate(transfers(count, 1)):
        hours[number % 24] += amount
    return hours


def largest(count, wanted):
    ranked = sorted(transfers(count, 2), reverse=True)  # CULPRIT
    return ranked[:wanted]


def describe(rows):
    for amount, account, purpose in rows:
        yield "%12.2f %s %s" % (amount / 100, account, purpose[:20])


def pairs(lines):
    first, second = itertools.tee(lines)
    next(second)
    return sum(one[:4] == two[:4] for one, two in zip(first, second))


def main():
    print(max(by_hour(400_000)))
    print(pairs(describe(largest(300, 10))))
    for line in describe(largest(4_000_000, 10)):
        print(line)


main()
# ADVICE: *nsmallest* | *nlargest*
