# Kind: a session object with an identity map that lives as long as the whole import.
# HOLDER: *_identities | *identities*
import random
import sqlite3


class Customer:
    table = "customer"

    def __init__(self, key, name, history):
        self.key, self.name, self.history = key, name, history
        self.dirty = False


class UnitOfWork:
    def __init__(self, database):
        self.database = database
        self._identities = {}
        self._dirty = []

    def get(self, kind, key):
        known = self._identities.get((kind, key))
        if known is not None:
            return known
        name, history = self.database.execute("select name, history from customer where key = ?", (key,)).fetchone()
        loaded = kind(key, name, history.split(","))
        self._identities[kind, key] = loaded  # CULPRIT
        return loaded

    def change(self, thing):
        thing.dirty = True
        self._dirty.append(thing.key)

    def commit(self):
        changed, self._dirty = len(self._dirty), []
        self.database.commit()
        return changed


def prepare(count):
    rng = random.Random(4)
    database = sqlite3.connect("")
    database.execute("create table customer (key integer primary key, name text, history text)")
    for start in range(0, count, 1000):
        block = [
            (key, "customer %d" % key, ",".join("%x" % rng.getrandbits(32) for _ in range(12)))
            for key in range(start, start + 1000)
        ]
        database.executemany("insert into customer values (?, ?, ?)", block)
    return database


def discount(work, key):
    customer = work.get(Customer, key)
    if len(customer.history) > 3 and key % 5 == 0:
        work.change(customer)
    return len(customer.name)


def main():
    work = UnitOfWork(prepare(250_000))
    letters = changed = 0
    for key in range(250_000):
        letters += discount(work, key)
        if key % 500 == 499:
            changed += work.commit()
    print(letters, changed)


main()
# ADVICE: *delete* | *bound* | *batches* | *clear* | *popitem*
