# Kind: a nightly job has all rows of a mapped table by .all(), to go through them once: one step.
# HOLDER: none | *orders* | *identity_map* | *rows*
# ADVICE: *yield_per* | *partitions*
import collections
import random
import time

from sqlalchemy import Integer, String, create_engine, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    shop: Mapped[int] = mapped_column(Integer)
    net: Mapped[int] = mapped_column(Integer)
    remark: Mapped[str] = mapped_column(String(200))


class Summary:
    def __init__(self):
        self.by_shop = collections.Counter()
        self.remarks = collections.deque(maxlen=20)

    def add(self, order):
        self.by_shop[order.shop] += order.net
        if order.remark.startswith("!"):
            self.remarks.append(order.remark)


def filled(engine, count, rng):
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        for start in range(0, count, 5000):
            rows = [
                {"shop": rng.randrange(40), "net": rng.randrange(9999), "remark": "!" * rng.randrange(2) + "x" * 150}
                for _ in range(start, start + 5000)
            ]
            connection.execute(insert(Order), rows)


def summary(engine, least):
    total = Summary()
    with Session(engine) as session:
        orders = session.scalars(select(Order).where(Order.net >= least)).all()  # CULPRIT
        for order in orders:
            total.add(order)
    return total


def main():
    engine = create_engine("sqlite:///orders.db")
    filled(engine, 300_000, random.Random(4))
    started = time.monotonic()
    print(summary(engine, 9950).by_shop.most_common(3), flush=True)
    print(summary(engine, 9900).by_shop.most_common(3), flush=True)
    print(summary(engine, 0).by_shop.most_common(3), round(time.monotonic() - started, 1), "s", flush=True)


if __name__ == "__main__":
    main()
