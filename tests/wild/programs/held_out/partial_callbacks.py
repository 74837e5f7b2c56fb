# Kind: a retry policy keeps a partial with its arguments for every call, to repeat what failed.
# HOLDER: *retries | *.pending*
import functools
import random
import time


class Retry:
    def __init__(self):
        self.pending = collections_of()
        self.calls = 0

    def call(self, function, *arguments):
        again = functools.partial(function, *arguments)
        self.pending["calls"].append(again)  # CULPRIT
        self.calls += 1
        return again()


def collections_of():
    return {"calls": [], "failed": []}


def send(document, to):
    return f"{to}:{len(document)}"


def main():
    rng = random.Random(15)
    retry = Retry()
    log = []
    for number in range(1_000_000):
        document = "line of text\n" * rng.randrange(200, 1500)
        log.append(retry.call(send, document, f"user{number % 50}"))
        if len(log) > 500:
            log = log[-100:]
        time.sleep(0.0003)


main()
# ADVICE: *take it out* | *done with* | *maxlen*
