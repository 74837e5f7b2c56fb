# Kind: a feed of all articles is built as one lxml tree, where it could be written as it goes.
# HOLDER: none | *feed* | *channel* | *root*
import random
import time

from lxml import etree


def articles(rng, count):
    for number in range(count):
        yield {"title": f"Artikel {number}", "body": f"<p>{rng.getrandbits(16_000):x}</p>", "tags": rng.sample(range(50), 3)}


def valid(article):
    tree = etree.fromstring(article["body"])
    return tree.tag == "p" and bool(tree.text)


def add(channel, article):
    item = etree.SubElement(channel, "item")  # CULPRIT
    etree.SubElement(item, "title").text = article["title"]  # EQUAL
    etree.SubElement(item, "description").text = article["body"]  # EQUAL
    for tag in article["tags"]:
        etree.SubElement(item, "category").text = str(tag)  # EQUAL


def build(rng, count):
    feed = etree.Element("rss", version="2.0")
    channel = etree.SubElement(feed, "channel")
    for number, article in enumerate(articles(rng, count)):
        if valid(article):
            add(channel, article)
        if number % 20 == 0:
            time.sleep(0.001)
    return etree.tostring(feed)


print(len(build(random.Random(17), 2_000_000)))
# ADVICE: *xmlfile* | *write each part*
