# Kind: a listener of the ORM writes every flushed object into the session's info, and one session does the whole import.
# HOLDER: *audit* | *.info*
import random

from sqlalchemy import create_engine, delete
from sqlalchemy.orm import Session

from store import audit
from store.models import Base, Order


def parse(rng, count):
    for number in range(count):
        yield {"number": number, "customer": f"c{rng.randrange(900)}", "note": "%x" % rng.getrandbits(24_000)}


def main():
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    rng, amounts = random.Random(9), 0
    with Session(engine) as session:
        for row in parse(rng, 500_000):
            session.add(Order(**row))
            amounts += row["number"] % 17
            if row["number"] % 100 == 99:
                session.commit()
                session.execute(delete(Order))
    print(amounts, audit.counts)


if __name__ == "__main__":
    main()
# ADVICE: *write it out* | *maxlen* | *clear*
