# Kind: a logging filter drops messages that it has seen within a minute, and remembers each text, numbers and all.
# HOLDER: *_last* | *filters*
import collections
import logging
import random
import time


class DuplicateFilter(logging.Filter):
    """Lets a message through once a minute."""

    def __init__(self, seconds=60.0):
        super().__init__()
        self.seconds = seconds
        self._last = {}
        self.dropped = 0

    def filter(self, record):
        text = record.getMessage()
        now = time.monotonic()
        before = self._last.get(text)
        if before is not None and now - before < self.seconds:
            self.dropped += 1
            return False
        self._last[text] = now  # CULPRIT
        return True


class TailHandler(logging.Handler):
    """Keeps the last lines for the status page."""

    def __init__(self, lines):
        super().__init__()
        self.tail = collections.deque(maxlen=lines)

    def emit(self, record):
        self.tail.append(self.format(record))


class Device:
    def __init__(self, rng, number):
        self.rng = rng
        self.name = "sensor-%03d" % number
        self.readings = collections.deque(maxlen=200)
        self.failures = 0

    def read(self):
        if self.rng.random() < 0.1:
            self.failures += 1
            raise TimeoutError("no answer from %s within 2 s" % self.name)
        value = self.rng.gauss(21, 2)
        self.readings.append(value)
        return value

    def frame(self):
        return self.rng.randbytes(600).hex(" ")


class Poller:
    def __init__(self, devices, log):
        self.devices = devices
        self.log = log
        self.rounds = 0

    def poll(self):
        self.rounds += 1
        for device in self.devices:
            try:
                value = device.read()
            except TimeoutError as error:
                self.log.warning("%s", error)
                continue
            if value > 22:
                self.log.info("%s: %.3f degrees, frame %s", device.name, value, device.frame())

    def averages(self):
        return {device.name: sum(device.readings) / len(device.readings) for device in self.devices if device.readings}


def make_log():
    log = logging.getLogger("plant")
    log.setLevel(logging.INFO)
    log.propagate = False
    handler = TailHandler(500)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    handler.addFilter(DuplicateFilter())
    log.addHandler(handler)
    return log, handler


def main():
    log, handler = make_log()
    rng = random.Random(12)
    poller = Poller([Device(rng, number) for number in range(200)], log)
    for minute in range(100_000):
        poller.poll()
        if minute % 2 == 0:
            time.sleep(0.001)
        if minute % 1000 == 0:
            means = poller.averages()
            print(minute, "%.2f" % max(means.values()), len(handler.tail), flush=True)


main()
# ADVICE: *time to live* | *delete* | *bound*
