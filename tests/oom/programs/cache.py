"""A cache without bound."""

CACHE = {}


def render(key):
    parts = ["%s:%d" % (key * 5, step) for step in range(60)]
    return "|".join(parts)


def lookup(key):
    if key not in CACHE:
        CACHE[key] = render(key)  # <- culprit
    return CACHE[key]


def serve(count):
    longest = 0
    for number in range(count):
        page = lookup("page%d" % number)
        longest = max(longest, len(page))
    return longest


print(serve(10_000_000))
