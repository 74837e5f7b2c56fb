# Kind: each reload of the rules makes a dispatcher that falls back on the one before, so that all rules that ever were stay.
# HOLDER: *dispatch* | *fallback* | *rules*
import random
import re
import time
from collections import Counter, deque

ACTIONS = ("keep", "archive", "forward", "delete", "answer")


class RuleSource:
    """Stands for the configuration service: all rules of today, anew at each call."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.version = 0

    def fetch(self):
        self.version += 1
        rng = self.rng
        rules = {}
        for number in range(120):
            sender = "%s@%s.example" % (rng.randbytes(6).hex(), rng.randbytes(12).hex())
            rules[sender] = {
                "action": rng.choice(ACTIONS),
                "label": "rule %d of version %d" % (number, self.version),
                "note": rng.randbytes(40).hex(),
            }
        return rules


def keep_all(message):
    return "keep"


def make_dispatcher(rules, fallback):
    """A function that says what to do with a message."""

    def dispatch(message):
        rule = rules.get(message["from"])
        if rule is not None:
            return rule["action"]
        if message["to"] == "nobody":
            return fallback(message)
        return ACTIONS[len(message["subject"]) % 3]

    return dispatch


class Mailbox:
    SUBJECT = re.compile(r"^(Re|Aw|Fwd): ")

    def __init__(self, rng):
        self.rng = rng
        self.recent = deque(maxlen=300)

    def messages(self, count):
        for _ in range(count):
            message = {
                "from": "%s@list.example" % self.rng.randbytes(4).hex(),
                "to": self.rng.choice(("info", "sales", "support")),
                "subject": "Re: " * self.rng.randrange(3) + "order %d" % self.rng.randrange(10**6),
            }
            message["subject"] = self.SUBJECT.sub("", message["subject"])
            self.recent.append(message)
            yield message


class Router:
    def __init__(self, source):
        self.source = source
        self.dispatch = keep_all
        self.done = Counter()

    def reload(self):
        self.dispatch = make_dispatcher(self.source.fetch(), self.dispatch)  # CULPRIT

    def route(self, message):
        self.done[self.dispatch(message)] += 1


def main():
    router = Router(RuleSource(70))
    mailbox = Mailbox(random.Random(71))
    for minute in range(30_000):
        router.reload()
        for message in mailbox.messages(20):
            router.route(message)
        time.sleep(0.001)
        if minute % 500 == 0:
            print("version", router.source.version, dict(router.done), flush=True)


main()
# ADVICE: *cut the link* | *the one before*
