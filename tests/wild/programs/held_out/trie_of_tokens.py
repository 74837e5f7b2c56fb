# Kind: a prefix tree of all tokens that ever came, of small objects with slots.
# HOLDER: *root* | *.children* | *trie*
import random
import time


class Node:
    __slots__ = ("children", "count")

    def __init__(self):
        self.children = {}
        self.count = 0


class Trie:
    def __init__(self):
        self.root = Node()

    def add(self, token):
        node = self.root
        for character in token:
            following = node.children.get(character)
            if following is None:
                following = Node()
                node.children[character] = following  # CULPRIT
            node = following
        node.count += 1


def tokens(rng):
    while True:
        yield "".join(rng.choice("0123456789abcdef") for _ in range(16))


def main():
    trie = Trie()
    longest = 0
    for number, token in enumerate(tokens(random.Random(8))):
        trie.add(token)
        longest = max(longest, len(token))
        if number % 100 == 0:
            time.sleep(0.002)
        if number > 5_000_000:
            break


main()
# ADVICE: *bound* | *database* | *limit* | *delete* | *can't matter*
