# Kind: a dry run puts a MagicMock where the mail service is, and the mock remembers every call with its arguments.
# HOLDER: *mock_calls* | *method_calls* | *call_args_list* | *_mock_* | *service* | *client*
import argparse
import collections
import random
import time
from unittest import mock

SEGMENTS = ("new", "regular", "sleeping", "lost")

FOOTER = (
    "-- \n%s\nShop Ltd, 12 Harbour Road. You get this letter since you have an account with us.\n"
    + "Terms: " + "; ".join("clause %d, as amended on the day of order" % number for number in range(1, 160))
)


class MailService:
    """The real one: talks to the provider."""

    def __init__(self, key):
        self.key = key

    def send(self, receiver, subject, body):
        raise RuntimeError("no network in this environment")

    def open_rate(self, campaign):
        raise RuntimeError("no network in this environment")


class Throttle:
    """At most so many letters in one slice of time."""

    def __init__(self, most, slice_seconds):
        self.most = most
        self.slice_seconds = slice_seconds
        self.sent = collections.deque(maxlen=most)

    def wait(self):
        now = time.monotonic()
        if len(self.sent) == self.most and now - self.sent[0] < self.slice_seconds:
            time.sleep(self.slice_seconds - (now - self.sent[0]))
        self.sent.append(time.monotonic())


class Customer:
    __slots__ = ("number", "name", "segment", "basket")

    def __init__(self, number, name, segment, basket):
        self.number = number
        self.name = name
        self.segment = segment
        self.basket = basket


def customers(count, seed=11):
    rng = random.Random(seed)
    for number in range(count):
        basket = [(rng.randrange(90_000), rng.randrange(1, 4)) for _ in range(rng.randrange(4, 20))]
        yield Customer(number, "Customer %06d" % number, rng.choice(SEGMENTS), basket)


def recommendations(customer):
    scores = collections.Counter()
    for article, pieces in customer.basket:
        for step in range(1, 3):
            scores[(article * 31 + step * 7919) % 90_000] += pieces
    return [article for article, _ in scores.most_common(8)]


def letter(customer, articles):
    lines = ["Dear %s," % customer.name, "", "you may like these:"]
    lines.extend("  * article %d, see https://shop.example/a/%d?c=%d" % (a, a, customer.number) for a in articles)
    lines.append("")
    lines.extend("You bought %d of article %d." % (pieces, article) for article, pieces in customer.basket)
    lines.append(FOOTER % customer.name)
    return "\n".join(lines)


class Campaign:
    def __init__(self, name, service, throttle):
        self.name = name
        self.service = service
        self.throttle = throttle
        self.per_segment = collections.Counter()
        self.last_subjects = collections.deque(maxlen=20)

    def write_to(self, customer):
        body = letter(customer, recommendations(customer))
        subject = "%s: something for you, %s" % (self.name, customer.name)
        self.throttle.wait()
        self.service.send("c%d@mail.example" % customer.number, subject, body)  # EQUAL
        self.per_segment[customer.segment] += 1
        self.last_subjects.append(subject)

    def summary(self):
        return ", ".join("%s %d" % pair for pair in sorted(self.per_segment.items()))


def make_service(arguments):
    if arguments.send:
        return MailService(arguments.key)
    return mock.MagicMock(spec=MailService)  # CULPRIT


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--send", action="store_true")
    parser.add_argument("--key", default="")
    arguments = parser.parse_args()
    campaign = Campaign("Spring", make_service(arguments), Throttle(5000, 0.1))
    for customer in customers(100_000):
        campaign.write_to(customer)
        if customer.number % 5000 == 0:
            print(customer.number, campaign.summary(), flush=True)
    print("would have written to:", campaign.summary())


if __name__ == "__main__":
    main()
# ADVICE: *reset_mock* | *plain function*
