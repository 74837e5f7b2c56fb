"""A bot that somebody starts again whenever it has ended."""

class Bot:
    def __init__(self):
        self.ticks = []
        self.last = None

    def poll(self, number):
        return [{"pair": n, "price": n * 1.5, "at": f"{number}-{n}"} for n in range(6_000)]

    def step(self, number):
        ticks = self.poll(number)
        self.last = max(tick["price"] for tick in ticks)
        self.ticks.append(ticks)  # CULPRIT


bot = Bot()
for number in range(100):
    bot.step(number)
print("last", bot.last)
