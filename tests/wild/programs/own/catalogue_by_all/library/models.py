"""Books and where they stand."""

import random

from sqlalchemy import Column, Integer, String, create_engine
from sqlalchemy.orm import declarative_base, sessionmaker

Base = declarative_base()


class Book(Base):
    __tablename__ = "book"
    id = Column(Integer, primary_key=True)
    shelf = Column(Integer, index=True)
    title = Column(String)
    abstract = Column(String)


def _rows(shelves):
    rng = random.Random(77)
    words = ["%x" % rng.getrandbits(8000) for _ in range(100)]
    for number in range(shelves * 250):
        yield {"shelf": number % shelves, "title": "Book %d" % number, "abstract": "%d %s" % (number, words[number % 100])}


def open_catalogue(path, shelves):
    engine = create_engine("sqlite:///" + path)
    Base.metadata.create_all(engine)
    block = []
    with engine.begin() as connection:
        for row in _rows(shelves):
            block.append(row)
            if len(block) == 2000:
                connection.execute(Book.__table__.insert(), block)
                block = []
    return sessionmaker(engine)
