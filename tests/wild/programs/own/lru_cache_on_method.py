# Kind: functools.lru_cache without a bound on a method: it keeps each object that the method was called on.
# HOLDER: *lines_of* | *cache*
import functools
import random
import time


class Ledger:
    def __init__(self, account, rng):
        self.account = account
        self.bookings = [(day, rng.randrange(-500, 500), "note %x" % rng.getrandbits(64)) for day in range(365)]

    @functools.lru_cache(maxsize=None)  # CULPRIT
    def lines_of(self, month):  # EQUAL
        return [text for day, _, text in self.bookings if day // 31 == month]

    def balance(self):
        return sum(amount for _, amount, _ in self.bookings)


class Statement:
    def __init__(self, ledger):
        self.ledger = ledger
        self.parts = []

    def write(self):
        for month in range(12):
            lines = self.ledger.lines_of(month)
            self.parts.append("%02d: %d lines" % (month + 1, len(lines)))
        time.sleep(0.001)
        return "\n".join(self.parts)


def print_year(accounts):
    rng = random.Random(12)
    characters, balances = 0, []
    for account in range(accounts):
        ledger = Ledger(account, rng)
        characters += len(Statement(ledger).write())
        balances.append(ledger.balance())
        if len(balances) > 1000:
            balances = sorted(balances)[-10:]
    return characters, balances[-1]


if __name__ == "__main__":
    print(print_year(60_000))
# ADVICE: *maxsize* | *cache_clear*
