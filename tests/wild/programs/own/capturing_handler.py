# Kind: a logging handler of one's own that keeps every formatted record, so that a mail can hold them all.
# HOLDER: *lines
import logging
import random
import zlib

log = logging.getLogger("nightly")


class MailHandler(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []
        self.worst = 0

    def emit(self, record):
        self.worst = max(self.worst, record.levelno)
        self.lines.append(self.format(record))  # CULPRIT

    def mail(self):
        return "\n".join(self.lines)


def rows(count):
    rng = random.Random(14)
    for number in range(count):
        yield {"id": number, "payload": "%x" % rng.getrandbits(8000), "amount": rng.randrange(10_000)}


def problems(row):
    packed = zlib.compress(row["payload"].encode(), 3)
    found = []
    if row["amount"] < 50:
        found.append("small")
    if len(packed) % 11 == 0:
        found.append("odd")
    return found


def check(count):
    flagged = []
    for row in rows(count):
        found = problems(row)
        log.info("row %d checked: %s %s", row["id"], found, row["payload"])
        if found:
            flagged.append(row["id"])
    return flagged


def main():
    handler = MailHandler()
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    print(len(check(400_000)), len(handler.mail()))


main()
# ADVICE: *to a file* | *bound* | *maxlen*
