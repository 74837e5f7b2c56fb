# Kind: Django with DEBUG=True in a long job: connection.queries keeps the text of each statement. HOLDER: *queries_log
import os
import random
import tempfile
import zlib

import django
from django.conf import settings

FOLDER = tempfile.mkdtemp()
settings.configure(
    DEBUG=True,  # EQUAL
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.path.join(FOLDER, "pages.db")}},
    INSTALLED_APPS=[],
    USE_TZ=False,
)
django.setup()

from django.db import connection, models  # noqa: E402


class Page(models.Model):
    url = models.CharField(max_length=200)
    body = models.TextField()

    class Meta:
        app_label = "crawl"


def prepare():
    with connection.schema_editor() as editor:
        editor.create_model(Page)


def download(number):
    rng = random.Random(number)
    return "".join("<p>%x</p>" % rng.getrandbits(2000) for _ in range(80))


def summarise(body):
    return len(zlib.compress(body.encode(), 1)), body.count("<p>")


def save(number, body):
    url = "https://example.org/%d" % number
    Page.objects.create(url=url, body=body)  # CULPRIT
    if number % 50 == 49:
        Page.objects.filter(id__gt=0).delete()


def main():
    prepare()
    paragraphs = 0
    for number in range(20000):
        body = download(number)
        size, count = summarise(body)
        paragraphs += count
        if size:
            save(number, body)
    print(paragraphs)


main()
# ADVICE: *DEBUG=False* | *reset_queries*
