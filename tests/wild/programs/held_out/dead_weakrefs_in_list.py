# Kind: observers are kept as weak references, and those of observers that are gone are passed over but never taken out.
# HOLDER: *observers* | *_refs*
import random
import time
import weakref
from collections import Counter


class Document:
    """What the windows look at."""

    def __init__(self):
        self.lines = ["line %d" % number for number in range(200)]
        self._observers = []
        self.told = 0

    def observe(self, observer, interest):
        label = "%s: %s" % (type(observer).__name__, interest)
        self._observers.append((weakref.ref(observer), label, {"since": time.monotonic(), "interest": interest}))  # CULPRIT

    def change(self, place, text):
        self.lines[place] = text

    def tell_some(self, rng, most):
        """Tells the newest; the older ones come at the next idle time."""
        for reference, label, options in self._observers[-most:]:
            observer = reference()
            if observer is not None:
                observer.changed(options["interest"])
                self.told += 1


class Highlight:
    """Lives as long as a completion's popup is shown."""

    def __init__(self, document, place):
        self.place = place
        self.count = 0
        document.observe(self, "lines %d to %d, highlighted for %s" % (place, place + 5, "x" * 150))

    def changed(self, interest):
        self.count += len(interest)


class Popup:
    def __init__(self, document, rng):
        self.highlights = [Highlight(document, rng.randrange(190)) for _ in range(4)]
        self.words = [rng.choice(document.lines).split()[0] for _ in range(8)]

    def best(self):
        return Counter(self.words).most_common(1)[0][0]


class Editor:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.document = Document()
        self.popup = None
        self.chosen = Counter()
        self.undo = []

    def key(self, letter):
        place = self.rng.randrange(200)
        before = self.document.lines[place]
        self.document.change(place, (before + letter)[-60:])
        self.undo.append((place, before))
        del self.undo[:-100]
        self.popup = Popup(self.document, self.rng)
        self.document.tell_some(self.rng, 8)
        self.chosen[self.popup.best()[:4]] += 1


def main():
    editor = Editor(17)
    for number in range(3_000_000):
        editor.key(chr(97 + number % 26))
        if number % 100 == 0:
            time.sleep(0.002)
        if number % 20_000 == 0:
            print(number, editor.document.told, len(editor.chosen), flush=True)


if __name__ == "__main__":
    main()
# ADVICE: *callback* | *WeakSet*
