"""An index that is never emptied."""


class Orders:
    def __init__(self):
        self.by_number = {}
        self.recent = []

    def add(self, number):
        self.recent = [(number, step) for step in range(30)]
        self.by_number["order-%d" % number] = (number, number * 0.01, "open " * 300)  # <- culprit
        return sum(step for _, step in self.recent)


orders = Orders()
total = 0
for number in range(10_000_000):
    total += orders.add(number)
print(total)
