# Kind: one small lxml element kept of each document keeps the whole document. HOLDER: *.titles
import random

from lxml import etree


def document(number):
    rng = random.Random(number)
    parts = "".join('<part n="%d"><text>%x</text></part>' % (n, rng.getrandbits(120)) for n in range(1500))
    return ("<doc><head><title>No. %d</title></head>%s</doc>" % (number, parts)).encode()


def words(root):
    return sum(len(node.text) for node in root.iterfind("part/text"))


class Index:
    def __init__(self):
        self.sizes = []
        self.titles = {}

    def add(self, number, source):
        root = etree.fromstring(source)
        self.sizes.append(words(root))
        title = root.find("head/title")
        self.titles[number] = title  # CULPRIT

    def lookup(self, number):
        return self.titles[number].text


def main():
    index = Index()
    for number in range(8000):
        index.add(number, document(number))
    print(index.lookup(17), sum(index.sizes))


main()
# ADVICE: *its text* | *not the node*
