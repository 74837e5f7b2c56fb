# Kind: an order book puts each price level that comes into its dictionary, also those that come to say they are gone.
# HOLDER: *bids* | *asks* | *levels* | *sides*
import queue
import random
import threading
import time
from decimal import Decimal

SYMBOLS = ("BTC/EUR", "ETH/EUR", "SOL/EUR")


class Feed(threading.Thread):
    """Stands for the exchange's websocket."""

    def __init__(self, out):
        super().__init__(name="feed", daemon=True)
        self.out = out
        self.rng = random.Random(2)
        self.middle = {symbol: 60_000_00000 // (place + 1) for place, symbol in enumerate(SYMBOLS)}
        self.stopped = threading.Event()

    def message(self):
        symbol = self.rng.choice(SYMBOLS)
        self.middle[symbol] += self.rng.randrange(-2000, 2001)
        changes = []
        for _ in range(20):
            side = self.rng.choice(("bids", "asks"))
            distance = self.rng.randrange(1, 4_000_000)
            price = self.middle[symbol] + (distance if side == "asks" else -distance)
            amount = "0" if self.rng.random() < 0.6 else "%.4f" % self.rng.uniform(0.001, 2)
            changes.append((side, "%d.%05d" % divmod(price, 100_000), amount))
        return symbol, changes

    def run(self):
        while not self.stopped.is_set():
            for _ in range(60):
                self.out.put(self.message())
            time.sleep(0.01)


class Book:
    def __init__(self, symbol):
        self.symbol = symbol
        self.bids = {}
        self.asks = {}
        self.updates = 0

    def apply(self, changes):
        for name, price, amount in changes:
            side = self.bids if name == "bids" else self.asks
            side[Decimal(price)] = Decimal(amount)  # CULPRIT
            self.updates += 1

    def best(self):
        bid = max((price for price, amount in self.bids.items() if amount), default=None)
        ask = min((price for price, amount in self.asks.items() if amount), default=None)
        return bid, ask


class Books:
    def __init__(self):
        self.books = {symbol: Book(symbol) for symbol in SYMBOLS}
        self.lock = threading.Lock()

    def apply(self, symbol, changes):
        with self.lock:
            self.books[symbol].apply(changes)

    def spreads(self):
        with self.lock:
            return {symbol: book.best() for symbol, book in self.books.items()}


class Consumer(threading.Thread):
    def __init__(self, inbox, books):
        super().__init__(name="consumer", daemon=True)
        self.inbox = inbox
        self.books = books
        self.messages = 0

    def run(self):
        while True:
            item = self.inbox.get()
            if item is None:
                return
            self.books.apply(*item)
            self.messages += 1


def main():
    inbox = queue.Queue(maxsize=500)
    books = Books()
    feed = Feed(inbox)
    consumer = Consumer(inbox, books)
    consumer.start()
    feed.start()
    signals = []
    for _ in range(60):
        time.sleep(2)
        for symbol, (bid, ask) in books.spreads().items():
            if bid and ask and ask - bid < 1:
                signals.append((symbol, bid, ask))
                del signals[:-50]
        print(consumer.messages, "messages,", len(signals), "signals", flush=True)
    feed.stopped.set()
    inbox.put(None)
    consumer.join()


if __name__ == "__main__":
    main()
# ADVICE: *delete* | *pop(*
