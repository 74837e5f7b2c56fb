# Kind: reading a defaultdict for a missing key creates the key. HOLDER: *.hits
import random
from collections import defaultdict


def sessions(count):
    rng = random.Random(7)
    for _ in range(count):
        yield "%032x" % rng.getrandbits(128), rng.choice(["/", "/cart", "/pay"]), rng.randrange(500)


class RateLimit:
    def __init__(self, limit):
        self.limit = limit
        self.hits = defaultdict(list)
        self.blocked = 0

    def record(self, client, stamp):
        self.hits[client].append(stamp)

    def allows(self, client):
        if len(self.hits[client]) > self.limit:  # CULPRIT
            self.blocked += 1
            return False
        return True


def respond(path, cost):
    return "%s:%d" % (path.upper(), cost * 3 % 100)


def serve(count):
    limit = RateLimit(100)
    answered = 0
    for client, path, cost in sessions(count):
        if not limit.allows(client):
            continue
        body = respond(path, cost)
        answered += len(body)
        if path == "/pay" and cost > 495:
            limit.record(client, cost)
    return answered, limit.blocked


print(serve(4_000_000))
# ADVICE: *.get(key)*
