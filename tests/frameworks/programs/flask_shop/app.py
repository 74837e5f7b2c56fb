"""A small shop: prices are looked up, orders are priced and answered."""
import json

from flask import Flask, request

app = Flask(__name__)
RECENT = []
SEEN = {}


def parse_order(body):
    order = json.loads(body)
    return [{"sku": line["sku"], "amount": line["amount"] * 1.19} for line in order["lines"]]


def remember(number, lines):
    for round in range(120):
        RECENT.append({"number": number, "lines": [dict(line) for line in lines]})  # CULPRIT


@app.get("/price/<sku>")
def price(sku):
    table = [{"sku": sku, "quantity": n, "price": n * 1.5} for n in range(2000)]
    SEEN[sku] = len(table)
    return {"prices": table[:20]}


@app.post("/order/<int:number>")
def order(number):
    lines = parse_order(request.get_data())
    remember(number, lines)
    return {"number": number, "total": round(sum(line["amount"] for line in lines), 2)}
