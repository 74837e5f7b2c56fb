# Kind: strings of a subclass with attributes are kept for their text, and their attribute holds the page they are from.
# HOLDER: *headings
import random
import re
import time


class Token(str):
    def __new__(cls, text, page, position):
        token = super().__new__(cls, text)
        token.page = page
        token.position = position
        return token


class Page:
    def __init__(self, number):
        time.sleep(0.002)
        rng = random.Random(number)
        words = ["%x" % rng.getrandbits(rng.choice((20, 28, 36))) for _ in range(700)]
        self.number = number
        self.tokens = [Token(word, self, place) for place, word in enumerate(words)]

    def heading(self):
        return max(self.tokens[:30], key=len)


class Outline:
    def __init__(self):
        self.headings = []
        self.lengths = []

    def add(self, page):
        heading = page.heading()
        self.lengths.append(len(heading))
        self.headings.append(heading)  # CULPRIT
        return heading

    def text(self):
        return "\n".join(self.headings)


DIGITS = re.compile(r"\d")


def score(page):
    return sum(1 for token in page.tokens if DIGITS.search(token))


def main():
    outline, scores = Outline(), 0
    for number in range(30_000):
        page = Page(number)
        scores += score(page)
        outline.add(page)
    print(scores, len(outline.text()), max(outline.lengths))


main()
# ADVICE: *plain string* | *str(*
