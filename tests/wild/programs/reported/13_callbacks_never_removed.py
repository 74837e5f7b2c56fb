# Kind: bound methods registered on a long-lived bus and never unregistered. HOLDER: *.handlers['price'] | *.handlers[…]
import random


class Bus:
    def __init__(self):
        self.handlers = {}

    def subscribe(self, topic, handler):
        self.handlers.setdefault(topic, []).append(handler)  # EQUAL

    def publish(self, topic, *args):
        for handler in self.handlers.get(topic, [])[-5:]:
            handler(*args)


class Dialog:
    def __init__(self, bus, number):
        self.number = number
        self.rows = self.load_rows()
        bus.subscribe("price", self.on_price)  # CULPRIT
        bus.publish("opened", number)

    def load_rows(self):
        rng = random.Random(self.number)
        return [{"id": n, "amount": rng.random(), "label": "row %d" % n} for n in range(1500)]

    def on_price(self, price):
        self.rows[0]["amount"] = price

    def total(self):
        return sum(row["amount"] for row in self.rows)


def use(bus, number):
    dialog = Dialog(bus, number)
    bus.publish("price", number * 0.5)
    return dialog.total()


def main():
    bus = Bus()
    opened = []
    bus.subscribe("opened", lambda number: opened.append(number))
    amounts = 0.0
    for number in range(5000):
        amounts += use(bus, number)
    print(len(opened), amounts)


main()
# ADVICE: *take it out* | *unregister* | *WeakMethod*
