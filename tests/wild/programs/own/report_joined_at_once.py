# Kind: a report put together by one "".join over a generator where it could be written line by line: one step.
# HOLDER: none | *page* | *body*
import os
import random
import tempfile


def meters(count):
    rng = random.Random(37)
    for number in range(count):
        yield number, rng.randrange(10**6), rng.choice(("ok", "late", "broken")), rng.getrandbits(256)


def row(meter):
    number, value, state, stamp = meter
    return "<tr><td>%06d</td><td>%d</td><td class='%s'>%s</td><td>%x</td></tr>\n" % (number, value, state, state, stamp)


def summary(count):
    states = {}
    for _, value, state, _ in meters(count):
        states[state] = states.get(state, 0) + value
    return states


def render(count):
    head = "<table><caption>%d meters</caption>\n" % count
    body = "".join(row(meter) for meter in meters(count))  # CULPRIT
    return head + body + "</table>\n"


def publish(folder, count):
    path = os.path.join(folder, "meters.html")
    with open(path, "w") as out:
        out.write(render(count))
    return os.path.getsize(path)


def main():
    print(summary(300_000))
    with tempfile.TemporaryDirectory() as folder:
        print(publish(folder, 2_000))
        print(publish(folder, 4_000_000))


main()
# ADVICE: *writelines* | *write each part*
