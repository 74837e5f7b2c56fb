# Kind: a spider hands each page's answer on to the request for the next page, which so carries all pages before it.
# HOLDER: *meta* | *previous* | *scheduler* | *request* | *pending* | *response*
import collections
import heapq
import itertools
import json
import random
import time


class Site:
    """Stands for a forum: threads of pages, the last of which is far away."""

    def __init__(self, seed):
        rng = random.Random(seed)
        self.text = "".join(rng.choices("abcdefghijklmno      ", k=200_000))
        self.pages = {"/help": 3, "/news": 40, "/offers": 25, "/talk": 100_000}

    def get(self, path, page):
        number = hash_of(path, page)
        posts = []
        for place in range(10):
            start = (number * 31 + place * 977) % 190_000
            posts.append({"id": page * 10 + place, "author": "u%d" % (number * place % 900), "text": self.text[start : start + 900]})
        more = page + 1 if page < self.pages[path] else None
        return json.dumps({"path": path, "page": page, "next": more, "posts": posts})


def hash_of(path, page):
    return (len(path) * 1009 + page * 9176) % 65_521


class Request:
    def __init__(self, path, page, callback, priority=0, meta=None):
        self.path = path
        self.page = page
        self.callback = callback
        self.priority = priority
        self.meta = dict(meta or {})


class Response:
    def __init__(self, request, body):
        self.request = request
        self.body = body
        self._json = None

    @property
    def meta(self):
        return self.request.meta

    def json(self):
        if self._json is None:
            self._json = json.loads(self.body)
        return self._json


class Scheduler:
    def __init__(self):
        self.waiting = []
        self.numbers = itertools.count()

    def push(self, request):
        heapq.heappush(self.waiting, (request.priority, next(self.numbers), request))

    def pop(self):
        return heapq.heappop(self.waiting)[2] if self.waiting else None


class Forum:
    """The spider: counts posts by author, and drops a post that the page before had at its end."""

    start = ("/help", "/news", "/offers", "/talk")

    def __init__(self):
        self.by_author = collections.Counter()
        self.repeated = 0

    def requests(self):
        for path in self.start:
            yield Request(path, 1, self.parse, priority=len(path))

    def parse(self, response):
        data = response.json()
        before = response.meta.get("previous")
        seen = {post["id"] for post in before.json()["posts"]} if before else set()
        for post in data["posts"]:
            if post["id"] in seen:
                self.repeated += 1
                continue
            self.by_author[post["author"]] += 1
            yield {"id": post["id"], "length": len(post["text"])}
        if data["next"]:
            yield Request(data["path"], data["next"], self.parse, meta={"previous": response})  # CULPRIT


class Exporter:
    def __init__(self):
        self.items = 0
        self.lengths = collections.deque(maxlen=1000)

    def export(self, item):
        self.items += 1
        self.lengths.append(item["length"])


def crawl(site, spider, exporter):
    scheduler = Scheduler()
    for request in spider.requests():
        scheduler.push(request)
    request = scheduler.pop()
    while request is not None:
        response = Response(request, site.get(request.path, request.page))
        for result in request.callback(response):
            if isinstance(result, Request):
                scheduler.push(result)
            else:
                exporter.export(result)
        if request.page % 1000 == 0:
            print(request.path, request.page, exporter.items, "posts", flush=True)
        request = scheduler.pop()


def main():
    spider, exporter = Forum(), Exporter()
    started = time.monotonic()
    crawl(Site(13), spider, exporter)
    print(spider.by_author.most_common(3), spider.repeated, round(time.monotonic() - started, 1), "s")


if __name__ == "__main__":
    main()
# ADVICE: *cut the link* | *one before* | *keep what is needed*
