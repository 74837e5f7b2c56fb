# Kind: sys.exc_info() kept for a report at the end: the traceback holds each failed call's locals.
# HOLDER: *failed | *failed*
import json
import random
import sys
import time
import traceback


def raw_order(number):
    rng = random.Random(number)
    lines = [{"sku": "%08x" % rng.getrandbits(32), "pieces": rng.randrange(1, 9)} for _ in range(900)]
    return json.dumps({"id": number, "lines": lines, "total": rng.choice([100, -1])})


def check(order):
    if order["total"] < 0:
        raise ValueError("order %d has a negative total" % order["id"])
    return sum(line["pieces"] for line in order["lines"])


def take(number):
    time.sleep(0.002)
    text = raw_order(number)
    order = json.loads(text)
    pieces = check(order)
    return pieces


class Intake:
    def __init__(self):
        self.failed = []
        self.sizes = []
        self.done = 0

    def one(self, number):
        try:
            pieces = take(number)
        except ValueError:
            self.failed.append((number, sys.exc_info()))  # CULPRIT
        else:
            self.sizes.append(pieces)
            self.done += 1

    def report(self):
        for number, (kind, error, trace) in self.failed[:5]:
            print(number, kind.__name__, error, traceback.extract_tb(trace)[-1].name)


def main():
    intake = Intake()
    for number in range(30_000):
        intake.one(number)
    intake.report()
    print(intake.done, sum(intake.sizes))


main()
# ADVICE: *traceback* | *str(error)*
