# Kind: a WeakKeyDictionary whose values refer to their own keys: no entry ever goes.
# HOLDER: *_analyses* | *analyses*
import random
import time
import weakref


class Document:
    def __init__(self, number):
        rng = random.Random(number)
        self.number = number
        self.words = ["%x" % rng.getrandbits(40) for _ in range(400)]


class Analysis:
    def __init__(self, document):
        self.document = document
        self.lengths = {}
        for word in document.words:
            self.lengths[len(word)] = self.lengths.get(len(word), 0) + 1

    def usual(self):
        return max(self.lengths, key=self.lengths.get)


class Analyser:
    def __init__(self):
        self._analyses = weakref.WeakKeyDictionary()
        self.asked = 0

    def of(self, document):
        self.asked += 1
        found = self._analyses.get(document)
        if found is None:
            found = Analysis(document)
            self._analyses[document] = found  # CULPRIT
        return found


def grade(document, analyser):
    time.sleep(0.0005)
    usual = analyser.of(document).usual()
    again = analyser.of(document).usual()
    return usual + again


def main():
    analyser = Analyser()
    recent = []
    for number in range(60_000):
        document = Document(number)
        recent.append((number, grade(document, analyser)))
        if len(recent) > 100:
            del recent[0]
    print(analyser.asked, recent[-1])


main()
# ADVICE: *refer to its key* | *refers to its key*
