# Kind: each order's workflow is a generator; those whose payment never comes stay parked, with all their locals.
# HOLDER: *waiting*
import random
import time


def load_lines(rng):
    return [{"article": rng.randrange(9000), "pieces": rng.randrange(1, 9), "text": "%x" % rng.getrandbits(2400)} for _ in range(25)]


def workflow(rng, number):
    lines = load_lines(rng)
    reserved = sum(line["pieces"] for line in lines)
    paid = yield "payment"
    if not paid:
        return
    yield "packing"
    yield f"sent {number} with {reserved} pieces"


class Engine:
    def __init__(self):
        self.waiting = {}
        self.sent = 0

    def begin(self, number, flow):
        if next(flow) == "payment":
            self.waiting[number] = flow  # CULPRIT

    def paid(self, number):
        flow = self.waiting.pop(number, None)
        if flow is not None:
            flow.send(True)
            self.sent += sum(1 for _ in flow)


def main():
    rng, engine = random.Random(31), Engine()
    for number in range(1_000_000):
        engine.begin(number, workflow(rng, number))
        if rng.random() < 0.5:
            engine.paid(number)
        if number % 5 == 0:
            time.sleep(0.0005)
    print(engine.sent)


main()
# ADVICE: *on every way* | *close* | *delete* | *time to live*
