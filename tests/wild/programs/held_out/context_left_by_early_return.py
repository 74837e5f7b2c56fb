# Kind: a context is pushed for each request and popped at the end of it, which an early return never comes to.
# HOLDER: *_stack* | *contexts*
import json
import random
import threading
import time
from collections import Counter


class Request:
    def __init__(self, number, headers, body):
        self.number = number
        self.headers = headers
        self.body = body

    @property
    def method(self):
        return self.headers[":method"]


class Context:
    """What belongs to the request at hand: the log's fields, the user, the data that was parsed."""

    def __init__(self, request):
        self.request = request
        self.fields = {"request": request.number, "agent": request.headers["user-agent"]}
        self.user = None
        self.data = None


class ContextStack:
    def __init__(self):
        self._local = threading.local()

    def push(self, context):
        if not hasattr(self._local, "contexts"):
            self._local.contexts = []
        self._local.contexts.append(context)  # EQUAL

    def pop(self):
        return self._local.contexts.pop()

    @property
    def top(self):
        return self._local.contexts[-1]


contexts = ContextStack()


class Users:
    def __init__(self, count):
        self.tokens = {"token-%d" % number: "user%d" % number for number in range(count)}

    def by_token(self, token):
        return self.tokens.get(token)


class Application:
    def __init__(self, users):
        self.users = users
        self.statuses = Counter()
        self.orders = {}

    def __call__(self, request):
        status = self.handle(request)
        self.statuses[status] += 1
        return status

    def handle(self, request):
        contexts.push(Context(request))  # CULPRIT
        contexts.top.user = self.users.by_token(request.headers.get("authorization", ""))
        if contexts.top.user is None:
            return 401
        contexts.top.data = json.loads(request.body)
        answer = self.order() if request.method == "POST" else self.look()
        contexts.pop()
        return answer

    def order(self):
        context = contexts.top
        self.orders[context.user] = sum(row["cents"] for row in context.data["rows"])
        return 201

    def look(self):
        return 200 if contexts.top.user in self.orders else 404


class Clients:
    def __init__(self, rng):
        self.rng = rng

    def request(self, number):
        rng = self.rng
        known = rng.random() < 0.8
        headers = {
            ":method": rng.choice(("GET", "POST")),
            "user-agent": "shop-app/%d.%d" % (rng.randrange(9), rng.randrange(20)),
            "authorization": "token-%d" % (rng.randrange(500) if known else rng.randrange(10**6, 10**9)),
        }
        rows = [{"article": rng.randrange(9999), "cents": rng.randrange(99, 9999)} for _ in range(rng.randrange(1, 12))]
        return Request(number, headers, json.dumps({"rows": rows, "signature": rng.randbytes(6000).hex()}))


def main():
    application = Application(Users(500))
    clients = Clients(random.Random(90))
    for number in range(2_000_000):
        application(clients.request(number))
        if number % 200 == 0:
            time.sleep(0.002)
        if number % 5_000 == 0:
            print(number, dict(application.statuses), len(application.orders), flush=True)


if __name__ == "__main__":
    main()
# ADVICE: *finally* | *on every way*
