# Kind: of each large answer a small match is kept, which keeps the whole answer.
# HOLDER: *titles | *matches
import random
import re
import time

TITLE = re.compile(r"<title>(.*?)</title>")


def download(rng):
    filler = "".join(rng.choice("abcdefgh ") for _ in range(200))
    return f"<html><head><title>Page {rng.randrange(10**6)}</title></head><body>{filler * 200}</body></html>"


def find_title(page):
    return TITLE.search(page)  # EQUAL


def crawl(count):
    rng = random.Random(27)
    matches = []
    words = {}
    for number in range(count):
        page = download(rng)
        match = find_title(page)
        matches.append(match)  # CULPRIT
        words[page[40:50]] = words.get(page[40:50], 0) + 1
        if len(words) > 1000:
            words.clear()
        time.sleep(0.0005)
    return [match.group(1) for match in matches]


print(len(crawl(200_000)))
# ADVICE: *group(* | *keeps the whole* | *keep the text*
