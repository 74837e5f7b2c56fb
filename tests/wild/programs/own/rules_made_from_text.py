# Kind: rules are compiled from text under the program's own file name, and each result that a rule gives is kept.
# HOLDER: *hits* | *book*
import random
import time

RULES = """
def check(order, book):
    parts = [order["id"]] * 3
    text = "%s:%s" % (order["id"], order["body"])
    book[order["id"]] = text + text
    return len(parts)
"""


def load(text):
    namespace = {}
    exec(compile(text, __file__, "exec"), namespace)
    return namespace["check"]


def orders(rng):
    for number in range(1_000_000):
        yield {"id": number, "body": "%x" % rng.getrandbits(8000)}


def main():
    check = load(RULES)
    book, sizes = {}, []
    for order in orders(random.Random(3)):
        sizes = (sizes + [check(order, book)])[-20:]  # CULPRIT
        if order["id"] % 20 == 0:
            time.sleep(0.001)
    print(len(book), sum(sizes))


main()
# ADVICE: *write it out* | *maxlen* | *keep only*
