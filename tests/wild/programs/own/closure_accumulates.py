# Kind: a closure collects what it has been called with, so that a summary can be printed at the end.
# HOLDER: *samples
import random
import zlib


def make_meter(name):
    samples = []
    state = {"calls": 0, "largest": 0}

    def measure(payload):
        size = len(zlib.compress(payload.encode(), 1))
        state["calls"] += 1
        state["largest"] = max(state["largest"], size)
        samples.append((size, payload))  # CULPRIT
        return size

    def summary():
        mean = sum(size for size, _ in samples) / max(len(samples), 1)
        return "%s: %d calls, mean %.1f, largest %d" % (name, state["calls"], mean, state["largest"])

    return measure, summary


def messages(count):
    rng = random.Random(3)
    for number in range(count):
        yield "%d:%x" % (number, rng.getrandbits(12_000))


def route(payload, lanes):
    lane = lanes[len(payload) % len(lanes)]
    lane.append(payload[:20])
    if len(lane) > 50:
        del lane[:25]
    return len(lane)


def main():
    measure, summary = make_meter("uplink")
    lanes = [[] for _ in range(5)]
    waiting = 0
    for payload in messages(300_000):
        measure(payload)
        waiting = max(waiting, route(payload, lanes))
    print(summary(), waiting)


main()
# ADVICE: *maxlen* | *write it out* | *add plain*
