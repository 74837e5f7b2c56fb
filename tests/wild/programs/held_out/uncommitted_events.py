# Kind: an account notes its events until they are saved; they are saved, and the list of the unsaved is never emptied.
# HOLDER: *uncommitted* | *_changes* | *accounts*
import json
import random
import sqlite3
import time
import uuid
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Event:
    account: str
    kind: str
    cents: int
    reference: str
    version: int
    signature: str


@dataclass
class Account:
    number: str
    balance: int = 0
    version: int = 0
    uncommitted: list = field(default_factory=list)

    def deposit(self, cents, reference, signature):
        self._happened("deposited", cents, reference, signature)

    def withdraw(self, cents, reference, signature):
        if cents > self.balance:
            self._happened("refused", 0, reference, signature)
        else:
            self._happened("withdrawn", -cents, reference, signature)

    def _happened(self, kind, cents, reference, signature):
        self.version += 1
        event = Event(self.number, kind, cents, reference, self.version, signature)
        self.apply(event)
        self.uncommitted.append(event)  # CULPRIT

    def apply(self, event):
        self.balance += event.cents


class Store:
    """The events on disk; a version is written once."""

    def __init__(self, path):
        self.connection = sqlite3.connect(path)
        self.connection.execute("CREATE TABLE last (account TEXT PRIMARY KEY, version INTEGER, event TEXT)")
        self.written = {}

    def save(self, account):
        last = self.written.get(account.number, 0)
        fresh = [event for event in account.uncommitted[-20:] if event.version > last]
        for event in fresh:
            self.connection.execute(
                "INSERT OR REPLACE INTO last VALUES (?, ?, ?)",
                (event.account, event.version, json.dumps(asdict(event))),
            )
        self.written[account.number] = account.version

    def commit(self):
        self.connection.commit()


class Bank:
    def __init__(self, store, count):
        self.store = store
        self.accounts = {"DE%06d" % number: Account("DE%06d" % number) for number in range(count)}
        self.names = list(self.accounts)

    def transfer(self, source, target, cents, signature):
        reference = "transfer %s of %s to %s" % (uuid.uuid4(), source, target)
        self.accounts[source].withdraw(cents, reference, signature)
        self.accounts[target].deposit(cents, reference, signature)
        for name in (source, target):
            self.store.save(self.accounts[name])


def main():
    rng = random.Random(64)
    bank = Bank(Store(""), 400)
    for number in range(3_000_000):
        source, target = rng.sample(bank.names, 2)
        bank.transfer(source, target, rng.randrange(100, 100_000), rng.randbytes(1500).hex())
        if number % 200 == 0:
            bank.store.commit()
            time.sleep(0.002)
        if number % 10_000 == 0:
            richest = max(bank.accounts.values(), key=lambda account: account.balance)
            print(number, richest.number, richest.balance / 100, flush=True)


if __name__ == "__main__":
    main()
# ADVICE: *clear* | *take* out* | *done with*
