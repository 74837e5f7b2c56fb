"""How much two texts share."""

WIDTH = 48


def normal(text):
    return " ".join(text.split())


def shingles(text):
    return {text[start : start + WIDTH] for start in range(len(text) - WIDTH + 1)}  # CULPRIT


def similarity(one, other):
    left, right = shingles(normal(one)), shingles(normal(other))
    if not left or not right:
        return 0.0
    return len(left & right) / min(len(left), len(right))
