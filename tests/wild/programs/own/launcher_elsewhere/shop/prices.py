"""Prices that follow the stock."""


class PriceBook:
    def __init__(self):
        self.pieces = {}
        self.snapshots = []

    def move(self, article, pieces):
        self.pieces[article] = max(0, self.pieces.get(article, 100) + pieces)

    def _current(self):
        return {article: round(100 / (1 + pieces), 4) for article, pieces in self.pieces.items()}

    def close_day(self, day):
        prices = self._current()
        self.snapshots.append((day, prices))  # CULPRIT
        return min(prices.values())

    def days(self):
        return len(self.snapshots)
