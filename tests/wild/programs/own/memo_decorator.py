# Kind: a hand-written memoising decorator whose dictionary has no bound, around a function whose arguments hardly repeat.
# HOLDER: *known* | *profile.<*
import functools
import hashlib
import random


def remember(function):
    known = {}

    @functools.wraps(function)
    def wrapper(*arguments):
        if arguments not in known:
            known[arguments] = function(*arguments)  # CULPRIT
        return known[arguments]

    return wrapper


@remember  # EQUAL
def profile(text, width):
    windows = [text[start : start + width] for start in range(0, len(text) - width, 3)]
    return {window: hashlib.md5(window.encode()).hexdigest() for window in windows}


@functools.lru_cache(maxsize=100)
def weight(letter):
    return ord(letter) % 17 / 17


def similarity(left, right):
    both = left.keys() & right.keys()
    return len(both) / max(len(left), 1)


def names(count):
    rng = random.Random(11)
    for _ in range(count):
        yield "".join(rng.choice("abcdefghijklmnopqrstuvwxyz ") for _ in range(160))


def match(count):
    pangram = "the quick brown fox jumps over the lazy dog "
    references = [profile(pangram[start:] * 3, 4) for start in range(40)]
    best, score = None, -1.0
    for name in names(count):
        shape = profile(name, 4)
        close = max(similarity(shape, reference) for reference in references) + weight(name[0])
        if close > score:
            best, score = name, close
    return best, score


print(match(200_000))
# ADVICE: *maxsize* | *bound*
