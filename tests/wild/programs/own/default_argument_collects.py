# Kind: a list as a default argument collects the warnings of all rows that were ever checked.
# HOLDER: *warnings* | *__defaults__* | *checked*
import random
import time


def read_row(rng, number):
    return {
        "nr": number,
        "name": f"Kunde {rng.randrange(10**6)}",
        "iban": f"DE{rng.getrandbits(66):020d}",
        "amount": rng.randrange(-200, 5000),
        "note": "%x" % rng.getrandbits(6000),
    }


def rounded(row):
    return dict(row, amount=round(row["amount"] / 100, 2))


def checked(row, warnings=[]):  # EQUAL
    if row["amount"] < 1000:
        warnings.append((row["nr"], "small amount", row))  # CULPRIT
    if not row["iban"].startswith("DE"):
        warnings.append((row["nr"], "foreign", row["iban"]))
    return bool(warnings) and warnings[-1][0] == row["nr"]


def import_rows(rng, count):
    doubtful, last = 0, []
    for number in range(count):
        row = rounded(read_row(rng, number))
        doubtful += checked(row)
        last.append(row)
        del last[:-50]
        if number % 10 == 0:
            time.sleep(0.0002)
    return doubtful


print(import_rows(random.Random(7), 5_000_000))
# ADVICE: *None*
