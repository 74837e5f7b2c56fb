# Kind: each job sets up its logging anew, and the handlers of the jobs before it stay on the logger and go on collecting.
# HOLDER: *handlers* | *.lines* | *.records* | *.stream* | *buffer*
import io
import logging
import random
import statistics
import time

LOG = logging.getLogger("invoices")


def log_to_text(job):
    """Everything the job logs, as text, to be stored beside its invoices."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(logging.Formatter("%(asctime)s " + job.title + " %(levelname)s %(message)s"))
    LOG.setLevel(logging.DEBUG)
    LOG.propagate = False
    LOG.addHandler(handler)  # CULPRIT
    return text


class Job:
    def __init__(self, number, customer, positions):
        self.number = number
        self.customer = customer
        self.positions = positions

    @property
    def title(self):
        return "job %05d" % self.number


class Rates:
    """What an hour costs, by kind of work; looked up often, hence kept."""

    def __init__(self, seed):
        rng = random.Random(seed)
        self.rates = {kind: rng.uniform(40, 160) for kind in ("repair", "travel", "advice", "night")}
        self.asked = 0

    def rate(self, kind):
        self.asked += 1
        return self.rates[kind]


def jobs(count, seed=6):
    rng = random.Random(seed)
    for number in range(count):
        positions = [
            (rng.choice(("repair", "travel", "advice", "night")), round(rng.uniform(0.25, 9), 2))
            for _ in range(rng.randrange(20, 60))
        ]
        yield Job(number, rng.randrange(3000), positions)


def invoice(job, rates):
    total = 0.0
    for kind, hours in job.positions:
        price = hours * rates.rate(kind)
        total += price
        LOG.debug("customer %d: %.2f hours of %s are %.2f EUR, which makes %.2f", job.customer, hours, kind, price, total)
    if total > 20_000:
        LOG.warning("customer %d: invoice of %.2f EUR wants a second look", job.customer, total)
    return round(total, 2)


class Archive:
    """Stands for the document store; keeps sizes alone."""

    def __init__(self):
        self.sizes = []
        self.documents = 0

    def put(self, job, total, text):
        self.documents += 1
        self.sizes.append(len(text))
        if len(self.sizes) > 1000:
            del self.sizes[:500]


def run(job, rates, archive):
    text = log_to_text(job)
    started = time.perf_counter()
    total = invoice(job, rates)
    LOG.info("done in %.4f s", time.perf_counter() - started)
    archive.put(job, total, text.getvalue())
    return total


def main():
    rates, archive = Rates(3), Archive()
    totals = []
    for job in jobs(5000):
        totals.append(run(job, rates, archive))
        if job.number % 50 == 49:
            print(job.number + 1, "jobs, mean", round(statistics.fmean(totals), 2), flush=True)
            time.sleep(0.05)
    print("all:", round(sum(totals)), "EUR,", archive.documents, "documents,", rates.asked, "rates")


if __name__ == "__main__":
    main()
# ADVICE: *removeHandler*
