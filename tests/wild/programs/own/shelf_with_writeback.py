# Kind: shelve opened with writeback=True keeps every entry that was touched until it is closed or synced.
# HOLDER: *cache
import os
import random
import shelve
import tempfile


def visits(count):
    rng = random.Random(29)
    for number in range(count):
        yield "visitor-%07d" % number, rng.choice("abcde"), [rng.randrange(10**6) for _ in range(60)]


class Profiles:
    def __init__(self, path):
        self.shelf = shelve.open(path, writeback=True)  # CULPRIT
        self.pages = {}

    def record(self, visitor, page, clicks):
        if visitor not in self.shelf:
            self.shelf[visitor] = {"page": page, "clicks": [], "rank": {}}  # EQUAL
        profile = self.shelf[visitor]  # EQUAL
        profile["clicks"].extend(clicks)
        profile["rank"] = {click: place for place, click in enumerate(sorted(clicks))}
        self.pages[page] = self.pages.get(page, 0) + 1

    def close(self):
        self.shelf.close()


def spread(clicks):
    return max(clicks) - min(clicks)


def main():
    with tempfile.TemporaryDirectory() as folder:
        profiles = Profiles(os.path.join(folder, "profiles"))
        widest = 0
        for visitor, page, clicks in visits(300_000):
            widest = max(widest, spread(clicks))
            profiles.record(visitor, page, clicks)
        profiles.close()
        print(widest, profiles.pages)


main()
# ADVICE: *sync()*
