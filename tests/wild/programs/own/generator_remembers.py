# Kind: a generator that drops duplicates remembers everything it has yielded in a local set.
# HOLDER: *seen
import random


def hits(count):
    rng = random.Random(19)
    for number in range(count):
        kind = rng.choice(("view", "click", "buy"))
        yield "%d;%s;%x" % (number % 7, kind, rng.getrandbits(4800))


def unique(lines):
    seen = set()
    for line in lines:
        if line in seen:
            continue
        seen.add(line)  # CULPRIT
        yield line


def parsed(lines):
    for line in lines:
        day, kind, session = line.split(";")
        yield int(day), kind, session


def chunks(rows, size):
    chunk = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def totals(count):
    days = {}
    for chunk in chunks(parsed(unique(hits(count))), 500):
        for day, kind, session in sorted(chunk):
            checked = sum(map(ord, session[:600])) % 2
            days[day, kind] = days.get((day, kind), 0) + checked
    return days


print(sorted(totals(1_000_000).items()))
# ADVICE: *bound* | *hash* | *database* | *keep less*
