# Kind: a tree of widgets gives every new child a whole copy of its parent's settings.
# HOLDER: *children* | *.settings*
import copy
import random
import time


class Widget:
    def __init__(self, parent=None):
        self.parent = parent
        self.children = []
        self.settings = copy.deepcopy(parent.settings) if parent else {}  # EQUAL
        if parent:
            parent.children.append(self)  # CULPRIT

    def depth(self):
        return 0 if self.parent is None else 1 + self.parent.depth()


def theme(rng):
    return {f"key{n}": {"colour": rng.random(), "size": [rng.randrange(100) for _ in range(10)]} for n in range(20)}


def main():
    rng = random.Random(17)
    root = Widget()
    root.settings = theme(rng)
    deepest = 0
    for number in range(200_000):
        panel = Widget(root)
        deepest = max(deepest, panel.depth())
        if number % 3 == 0:
            time.sleep(0.001)
    print(deepest)


main()
# ADVICE: *only the fields* | *ChainMap* | *take* out* | *share*
