# Kind: engines are kept by the whole address of the database, in which every login has a token of its own.
# HOLDER: *_engines* | *engines* | *pool*
import hashlib
import random
import threading
import time

import sqlalchemy as sa

METADATA = sa.MetaData()

BOOKINGS = sa.Table(
    "bookings",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account", sa.Integer, index=True),
    sa.Column("amount", sa.Integer),
    sa.Column("purpose", sa.String(60)),
    *[sa.Column("field_%02d" % number, sa.String(20)) for number in range(30)],
)


class Tenant:
    def __init__(self, name, seed):
        self.name = name
        self.rng = random.Random(seed)
        self.logins = 0

    def address(self):
        """With the short-lived token that the gateway hands out, which ends up as the name of the user."""
        self.logins += 1
        token = hashlib.sha256(b"%s %d" % (self.name.encode(), self.logins)).hexdigest()
        return "sqlite:///file:%s?mode=memory&token=%s&uri=true" % (self.name, token)


class Databases:
    """Engines, made once for each database and then used again."""

    def __init__(self):
        self._engines = {}
        self._lock = threading.Lock()

    def engine(self, address):
        with self._lock:
            if address not in self._engines:
                self._engines[address] = self._make(address)  # CULPRIT
            return self._engines[address]

    def _make(self, address):
        engine = sa.create_engine(address, echo=False)
        METADATA.create_all(engine)
        return engine


class Ledger:
    def __init__(self, databases):
        self.databases = databases
        self.totals = {}
        self.written = 0

    def book(self, tenant, bookings):
        engine = self.databases.engine(tenant.address())
        with engine.begin() as connection:
            connection.execute(sa.insert(BOOKINGS), bookings)
            total = connection.execute(sa.select(sa.func.sum(BOOKINGS.c.amount))).scalar_one()
            per_account = connection.execute(
                sa.select(BOOKINGS.c.account, sa.func.count()).group_by(BOOKINGS.c.account).order_by(BOOKINGS.c.account)
            ).all()
        self.totals[tenant.name] = self.totals.get(tenant.name, 0) + total
        self.written += len(bookings)
        return len(per_account)


def bookings(rng, count):
    for _ in range(count):
        row = {"account": rng.randrange(8000, 8020), "amount": rng.randrange(-50_000, 50_000), "purpose": "invoice %06d" % rng.randrange(10**6)}
        row.update(("field_%02d" % number, "v%d" % rng.randrange(100)) for number in range(30))
        yield row


def main():
    rng = random.Random(12)
    tenants = [Tenant("tenant%02d" % number, number) for number in range(12)]
    ledger = Ledger(Databases())
    accounts = 0
    started = time.monotonic()
    for round_ in range(8000):
        tenant = rng.choice(tenants)
        accounts = max(accounts, ledger.book(tenant, list(bookings(rng, 30))))
        if round_ % 100 == 0:
            print(round_, "transfers,", ledger.written, "bookings,", round(time.monotonic() - started, 1), "s", flush=True)
    print(accounts, ledger.totals)


if __name__ == "__main__":
    main()
# ADVICE: *dispose* | *delete* | *pop* | *bound* | *ended*
