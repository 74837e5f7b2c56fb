# Kind: a logger is made for every connection, and the logging module never forgets one.
# HOLDER: *loggerDict*
import logging
import random
import time

logging.basicConfig(level=logging.ERROR)


class Session:
    def __init__(self, number, rng):
        self.number = number
        self.rng = rng
        self.log = logging.getLogger(f"server.session.{number}")  # CULPRIT
        self.log.addHandler(logging.NullHandler())
        self.window = [rng.random() for _ in range(50)]

    def work(self):
        self.log.debug("request from %d", self.number)
        return max(self.window)

    def close(self):
        self.window.clear()


def serve(count):
    rng = random.Random(1)
    best = 0.0
    recent = []
    for number in range(count):
        session = Session(number, rng)
        best = max(best, session.work())
        session.close()
        recent.append(number)
        if len(recent) > 100:
            del recent[:50]
        if number % 10 == 0:
            time.sleep(0.0005)
    return best


print(serve(2_000_000))
# ADVICE: *LoggerAdapter* | *take one*
