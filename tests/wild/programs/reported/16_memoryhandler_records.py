# Kind: a logging.handlers.MemoryHandler without a target that collects every record of a long run. HOLDER: *.buffer
import logging
import logging.handlers
import random

log = logging.getLogger("sync")


def set_up():
    log.setLevel(logging.DEBUG)
    log.propagate = False
    capture = logging.handlers.MemoryHandler(10**9, flushLevel=logging.CRITICAL)  # CULPRIT
    log.addHandler(capture)
    return capture


def fetch(number):
    rng = random.Random(number)
    return {"id": number, "tags": ["%x" % rng.getrandbits(48) for _ in range(30)], "size": rng.randrange(10**6)}


def transform(record):
    tags = sorted(set(tag[:3] for tag in record["tags"]))
    return dict(record, tags=tags, short=len(tags) < 10)


def sync(count):
    changed = 0
    for number in range(count):
        record = transform(fetch(number))
        log.debug("record %d is now %s", number, record)  # EQUAL
        if record["size"] % 2:
            changed += 1
    return changed


def main():
    capture = set_up()
    print(sync(400_000), len(capture.buffer))


main()
# ADVICE: *bound* | *to a file*
