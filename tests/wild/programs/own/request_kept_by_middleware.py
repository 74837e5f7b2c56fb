# Kind: a middleware keeps the last request of every session, bodies and all, and sessions never end.
# HOLDER: *last_seen
import json
import random
import time


class Request:
    def __init__(self, path, headers, body):
        self.path, self.headers, self.body = path, headers, body
        self.context = {}

    def json(self):
        if "json" not in self.context:
            self.context["json"] = json.loads(self.body)
        return self.context["json"]


class SessionMiddleware:
    def __init__(self, application):
        self.application = application
        self.last_seen = {}

    def __call__(self, request):
        session = request.headers["cookie"]
        before = self.last_seen.get(session)
        request.context["returning"] = before is not None
        answer = self.application(request)
        self.last_seen[session] = request  # CULPRIT
        return answer


class Application:
    def __init__(self):
        self.routes = {"/order": self.order, "/stock": self.stock}
        self.counts = {}

    def __call__(self, request):
        self.counts[request.path] = self.counts.get(request.path, 0) + 1
        return self.routes[request.path](request)

    def order(self, request):
        return 201, sum(line["pieces"] for line in request.json()["lines"])

    def stock(self, request):
        return 200, len(request.json()["lines"])


def traffic(count):
    rng = random.Random(9)
    for _ in range(count):
        time.sleep(0.0001)
        lines = [{"sku": "%x" % rng.getrandbits(40), "pieces": rng.randrange(9)} for _ in range(24)]
        headers = {"cookie": "%032x" % rng.getrandbits(128), "accept": "application/json"}
        yield Request(rng.choice(("/order", "/stock")), headers, json.dumps({"lines": lines}))


def main():
    serve = SessionMiddleware(Application())
    statuses = {}
    for request in traffic(300_000):
        status, _ = serve(request)
        statuses[status] = statuses.get(status, 0) + 1
    print(statuses)


main()
# ADVICE: *time to live* | *delete* | *popitem* | *keep only*
