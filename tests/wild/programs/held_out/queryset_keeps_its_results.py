# Kind: a Django queryset is gone through by a plain for, and keeps all of its objects as it goes: one step.
# HOLDER: none | *_result_cache* | *articles* | *queryset*
import os
import random
import time

import django
from django.conf import settings

BASE = "magazine.sqlite3"
if os.path.exists(BASE):
    os.remove(BASE)
settings.configure(
    DEBUG=False,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE}},
    INSTALLED_APPS=[],
    USE_TZ=False,
)
django.setup()

from django.db import connection, models  # noqa: E402
from django.db.models import Count  # noqa: E402


class Article(models.Model):
    title = models.CharField(max_length=100)
    section = models.CharField(max_length=20)
    words = models.IntegerField()
    body = models.TextField()

    class Meta:
        app_label = "magazine"


class Search:
    """Stands for the search engine's index, of which only the sizes are kept here."""

    def __init__(self):
        self.documents = 0
        self.bytes = 0
        self.sections = {}

    def put(self, article):
        text = "%s\n%s" % (article.title, article.body)
        self.documents += 1
        self.bytes += len(text.encode())
        self.sections[article.section] = self.sections.get(article.section, 0) + article.words


def fill(rng, section, count):
    """The magazine's archive; in life it is there already."""
    for start in range(0, count, 200):
        batch = []
        for number in range(start, min(start + 200, count)):
            words = rng.randrange(300, 600)
            batch.append(
                Article(title="%s %d" % (section, number), section=section, words=words, body=rng.randbytes(words * 8).hex())
            )
        Article.objects.bulk_create(batch)


def sections():
    counted = Article.objects.values("section").annotate(number=Count("id")).order_by("number")
    return [(row["section"], row["number"]) for row in counted]


def index(search, section):
    articles = Article.objects.filter(section=section).order_by("id")
    for article in articles:  # CULPRIT
        search.put(article)
    return search.documents


def main():
    with connection.schema_editor() as editor:
        editor.create_model(Article)
    rng = random.Random(15)
    for section, count in (("letters", 100), ("sport", 400), ("culture", 800), ("archive", 42_000)):
        fill(rng, section, count)
    search = Search()
    for section, number in sections():
        print(section, number, "articles", flush=True)
        index(search, section)
        print("  in the index:", search.documents, search.bytes >> 20, "MB", flush=True)
        time.sleep(0.2)


if __name__ == "__main__":
    main()
# ADVICE: *.iterator()*
