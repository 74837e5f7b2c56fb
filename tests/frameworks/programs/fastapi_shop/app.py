"""A small shop: prices are looked up, orders are priced, remembered and answered."""
import asyncio

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Line(BaseModel):
    sku: str
    amount: float


class Order(BaseModel):
    lines: list[Line]


class History:
    def __init__(self):
        self.entries = []
        self.latest = {}

    async def record(self, number, order):
        await asyncio.sleep(0)
        self.latest[number % 10] = [line.sku for line in order.lines]
        for copy in range(60):
            entry = {"number": number, "copy": copy, "lines": [line.model_dump() for line in order.lines]}
            self.entries.append(entry)  # CULPRIT


history = History()


@app.get("/price/{sku}")
async def price(sku: str):
    table = [{"sku": sku, "quantity": n, "price": n * 1.5} for n in range(2000)]
    return {"prices": table[:20]}


@app.post("/order/{number}")
async def order(number: int, order: Order):
    await history.record(number, order)
    return {"number": number, "total": round(sum(line.amount for line in order.lines), 2)}
