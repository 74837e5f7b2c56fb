# Kind: one node of each document kept: minidom's nodes know their parents, so the whole document stays.
# HOLDER: *authors*
import random
import time
from xml.dom import minidom


def invoice(number):
    time.sleep(0.001)
    rng = random.Random(number)
    items = "".join('<item n="%d" price="%d"/>' % (n, rng.randrange(9000)) for n in range(45))
    return "<invoice><author>clerk %d</author>%s</invoice>" % (number % 40, items)


def total(document):
    return sum(int(item.getAttribute("price")) for item in document.getElementsByTagName("item"))


class Archive:
    def __init__(self):
        self.authors = {}
        self.totals = {}

    def file(self, number, text):
        document = minidom.parseString(text)
        author = document.getElementsByTagName("author")[0]
        self.totals[number] = total(document)
        self.authors[number] = author  # CULPRIT

    def by(self, name):
        return [number for number, author in self.authors.items() if author.firstChild.data == name]


def main():
    archive = Archive()
    for number in range(30_000):
        archive.file(number, invoice(number))
    print(len(archive.by("clerk 7")), max(archive.totals.values()))


main()
# ADVICE: *its text* | *not the node*
