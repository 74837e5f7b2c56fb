"""Tables."""

from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Order(Base):
    __tablename__ = "purchase"
    id = Column(Integer, primary_key=True)
    number = Column(Integer)
    customer = Column(String)
    note = Column(String)

    def values(self):
        return {column.name: getattr(self, column.name) for column in self.__table__.columns}
