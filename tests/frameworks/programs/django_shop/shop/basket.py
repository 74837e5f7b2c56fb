class Basket:
    """What one customer is about to buy."""

    def __init__(self, number):
        self.number = number
        self.lines = []

    def add(self, lines):
        for line in lines:
            self.lines.append({**line, "basket": self.number})

    def total(self):
        return round(sum(line["amount"] for line in self.lines), 2)
