# Kind: a trail of all that a request did is kept in a context variable, which in the main task lives for ever.
# HOLDER: *
import contextvars
import random
import time

trail = contextvars.ContextVar("trail")


def note(kind, detail):
    trail.get().append({"kind": kind, "detail": detail, "at": time.time()})  # CULPRIT


def query(rng, number):
    text = f"SELECT * FROM t WHERE id = {number} -- " + "x" * rng.randrange(500, 3000)
    note("query", text)
    return rng.random()


def handle(rng, number):
    values = [query(rng, number) for _ in range(3)]
    return sum(values)


def main():
    trail.set([])
    rng = random.Random(20)
    total = 0.0
    for number in range(1_000_000):
        total += handle(rng, number)
        time.sleep(0.0003)
    print(total)


main()
# ADVICE: *maxlen* | *write it out* | *reset*
