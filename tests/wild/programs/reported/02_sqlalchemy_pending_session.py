# Kind: one SQLAlchemy session for a whole import, every new object pending in it until one commit at the end. HOLDER: *session* | *._new
import random

from sqlalchemy import Column, Integer, String, create_engine
from sqlalchemy.orm import Session, declarative_base

Base = declarative_base()


class Reading(Base):
    __tablename__ = "reading"
    id = Column(Integer, primary_key=True)
    meter = Column(String)
    note = Column(String)
    value = Column(Integer)


def open_database():
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    return engine


def parse(days):
    rng = random.Random(5)
    for day in range(days):
        for meter in range(400):
            yield "%05d" % meter, "%d;%x" % (day, rng.getrandbits(4000)), rng.randrange(10**6)


def validate(meter, note, value):
    if value < 0 or ";" not in note:
        raise ValueError(meter)
    return int(meter) % 7 != 6


def store(session, meter, note, value):
    reading = Reading(meter=meter, note=note, value=value)
    session.add(reading)  # CULPRIT
    return reading.value


def run(engine, days):
    total = skipped = 0
    with Session(engine, autoflush=False) as session:
        for meter, note, value in parse(days):
            if validate(meter, note, value):
                total += store(session, meter, note, value)
            else:
                skipped += 1
        session.commit()
    return total, skipped


print(run(open_database(), 5000))
# ADVICE: *commit()* | *expunge* | *in batches*
