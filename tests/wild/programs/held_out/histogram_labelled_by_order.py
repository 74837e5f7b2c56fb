# Kind: a metric gets a label that is another one for every order, and keeps a series with its buckets for each.
# HOLDER: *_children* | *REGISTRY* | *SECONDS* | *_metrics*
import bisect
import logging
import random
import threading
import time

log = logging.getLogger("checkout")

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Registry:
    def __init__(self):
        self._metrics = {}
        self._lock = threading.Lock()

    def register(self, metric):
        with self._lock:
            self._metrics[metric.name] = metric
        return metric

    def exposition(self):
        return "\n".join(line for metric in self._metrics.values() for line in metric.lines())


class Series:
    def __init__(self):
        self.counts = [0] * (len(BUCKETS) + 1)
        self.total = 0.0

    def observe(self, value):
        self.counts[bisect.bisect_left(BUCKETS, value)] += 1
        self.total += value


class Histogram:
    def __init__(self, name, labelnames):
        self.name = name
        self.labelnames = labelnames
        self._children = {}
        self._lock = threading.Lock()

    def labels(self, **labels):
        key = tuple(str(labels[name]) for name in self.labelnames)
        with self._lock:
            series = self._children.get(key)
            if series is None:
                series = self._children[key] = Series()  # EQUAL
        return series

    def lines(self):
        for key, series in self._children.items():
            yield "%s{%s} %s" % (self.name, ",".join(key), series.total)


REGISTRY = Registry()
SECONDS = REGISTRY.register(Histogram("checkout_seconds", ("method", "status", "order")))
ROWS = REGISTRY.register(Histogram("checkout_rows", ("method",)))


class Basket:
    def __init__(self, rng, number):
        self.number = "WEB-%08d" % number
        self.rows = [(rng.randrange(40_000), rng.randrange(1, 4), rng.randrange(99, 19_900)) for _ in range(rng.randrange(1, 9))]

    def total(self):
        return sum(count * cents for _, count, cents in self.rows)


class Checkout:
    METHODS = ("card", "invoice", "paypal")

    def __init__(self, rng):
        self.rng = rng
        self.paid = 0
        self.refused = 0

    def pay(self, basket):
        method = self.rng.choice(self.METHODS)
        took = self.rng.expovariate(4)
        status = "refused" if self.rng.random() < 0.03 else "ok"
        if status == "ok":
            self.paid += basket.total()
        else:
            self.refused += 1
            log.debug("refused %s", basket.number)
        SECONDS.labels(method=method, status=status, order=basket.number).observe(took)  # CULPRIT
        ROWS.labels(method=method).observe(len(basket.rows))
        return status


def main():
    logging.basicConfig(level=logging.INFO)
    rng = random.Random(8)
    checkout = Checkout(rng)
    for number in range(4_000_000):
        checkout.pay(Basket(rng, number))
        if number % 500 == 0:
            time.sleep(0.002)
        if number % 50_000 == 0:
            log.info("%d orders, %.2f paid, %d refused", number, checkout.paid / 100, checkout.refused)
    print(len(REGISTRY.exposition()))


main()
# ADVICE: *label* | *what differs* | *bound* | *limit*
