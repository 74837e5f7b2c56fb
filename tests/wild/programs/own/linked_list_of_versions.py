# Kind: each version of a document refers to the one before it, so none is ever freed.
# HOLDER: *document* | *previous* | *current*
import difflib
import random


class Version:
    def __init__(self, number, lines, previous):
        self.number = number
        self.lines = lines
        self.previous = previous

    def changed(self):
        if self.previous is None:
            return len(self.lines)
        return sum(new != old for new, old in zip(self.lines, self.previous.lines))


class Document:
    def __init__(self, lines):
        self.current = Version(0, lines, None)
        self.marks = []

    def save(self, lines):
        self.current = Version(self.current.number + 1, lines, self.current)  # CULPRIT
        if self.current.number % 50 == 0:
            self.marks = [self.current.number]
        return self.current


def edit(lines, rng):
    fresh = list(lines)
    for _ in range(300):
        place = rng.randrange(len(fresh))
        fresh[place] = "%05d %x" % (place, rng.getrandbits(300))
    return fresh


def likeness(before, after):
    return difflib.SequenceMatcher(None, before[:150], after[:150]).ratio()


def write(rounds):
    rng = random.Random(5)
    document = Document(["%05d" % n for n in range(900)])
    changed, alike = 0, 0.0
    for _ in range(rounds):
        before = document.current
        after = document.save(edit(before.lines, rng))
        changed += after.changed()
        alike += likeness(before.lines, after.lines)
    return changed, alike, document.marks


print(write(30_000))
# ADVICE: *cut the link* | *last few*
