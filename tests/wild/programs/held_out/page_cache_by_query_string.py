# Kind: Django's cache in the process's own memory is told to keep a million pages, by an address that has a number in it.
# HOLDER: *_cache* | *caches* | *cache*
import collections
import random
import time

import django
from django.conf import settings

settings.configure(
    DEBUG=False,
    SECRET_KEY="for tests",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    CACHES={
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 1_000_000},  # EQUAL
        }
    },
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
)
django.setup()

from django.core.cache import cache
from django.http import HttpResponse, HttpResponseNotFound
from django.template import engines
from django.test import RequestFactory

PAGE = engines["django"].from_string(
    """<!doctype html><title>{{ article.name }}</title>
<h1>{{ article.name }}</h1><p>{{ article.text }}</p>
<p class="price">{{ article.price }}</p>
<ul>{% for other in others %}<li><a href="/a/{{ other.number }}">{{ other.name }}</a></li>{% endfor %}</ul>"""
)


class Article:
    def __init__(self, number, rng):
        self.number = number
        self.name = "Article %04d" % number
        self.price = "%.2f EUR" % rng.uniform(5, 500)
        self.text = " ".join("word%d" % rng.randrange(5000) for _ in range(1500))


class Shop:
    def __init__(self, count):
        rng = random.Random(2)
        self.articles = [Article(number, rng) for number in range(count)]

    def others(self, article):
        start = article.number % (len(self.articles) - 6)
        return self.articles[start : start + 5]


SHOP = Shop(120)
VISITS = collections.Counter()


def article_page(request, number):
    """The page of an article; made once an hour, and else taken from the cache."""
    if number >= len(SHOP.articles):
        return HttpResponseNotFound("no such article")
    key = "page:" + request.get_full_path()
    html = cache.get(key)
    if html is None:
        article = SHOP.articles[number]
        html = PAGE.render({"article": article, "others": SHOP.others(article)}, request)
        cache.set(key, html, timeout=3600)  # CULPRIT
    VISITS[number] += 1
    return HttpResponse(html)


def visits(count, seed):
    """What the web server's log has: every link in a mail and every advertisement brings a number of its own."""
    rng = random.Random(seed)
    for _ in range(count):
        number = min(int(rng.expovariate(1 / 30)), 125)
        yield number, {"utm_source": rng.choice(("mail", "ad", "search")), "click": "%016x" % rng.getrandbits(64)}


def main():
    factory = RequestFactory()
    sent = collections.Counter()
    waits = collections.deque(maxlen=500)
    for place, (number, query) in enumerate(visits(200_000, 3)):
        started = time.perf_counter()
        response = article_page(factory.get("/a/%d" % number, query), number)
        waits.append(time.perf_counter() - started)
        sent[response.status_code] += len(response.content)
        if place % 2000 == 0:
            print(place, dict(sent), "mean", round(1000 * sum(waits) / len(waits), 2), "ms", flush=True)
    print(VISITS.most_common(5))


if __name__ == "__main__":
    main()
# ADVICE: *MAX_ENTRIES*
