"""Reads the whole history at once, after it has looked at what is new."""


def newest(number):
    return [number + n * 0.5 for n in range(20_000)]


def history():
    return [b"%9d" % n * 50_000 for n in range(10_000)]  # CULPRIT


best = max(newest(7))
pages = history()
print("best", best, "of", len(pages))
