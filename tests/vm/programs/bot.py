"""A bot that keeps every order book that it has ever seen."""
import time
from collections import deque


class Bot:
    def __init__(self):
        self.books = []
        self.recent = deque(maxlen=30)
        self.best = 0.0

    def fetch(self, number):
        return {"number": number, "bids": [number + n * 0.5 for n in range(1_000)], "page": b"%9d" % number * 50_000}

    def step(self, number):
        book = self.fetch(number)
        self.best = max(book["bids"])
        self.recent.append(book["page"][:9])
        self.books.append(book)  # CULPRIT


bot = Bot()
for number in range(3_000):
    bot.step(number)
    time.sleep(0.02)
print("best", bot.best)
