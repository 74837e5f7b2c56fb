# Kind: every message is awaited together with the event of stopping, and the task that waits for the event is left behind.
# HOLDER: *_waiters* | *stop* | *stopping* | *tasks*
import asyncio
import collections
import contextvars
import json
import random
import signal

LAST = contextvars.ContextVar("last message", default=None)
"""What was received last, for the lines of the log."""


class Feed:
    """Stands for a websocket of ticks."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.texts = "".join(self.rng.choices("aeinrst ", k=120_000))
        self.prices = {"EURUSD": 1.1, "EURGBP": 0.85, "EURCHF": 0.96}

    def news(self):
        start = self.rng.randrange(100_000)
        return self.texts[start : start + self.rng.randrange(2000, 14_000)]

    async def receive(self):
        await asyncio.sleep(0)
        pair = self.rng.choice(sorted(self.prices))
        self.prices[pair] *= 1 + self.rng.gauss(0, 1e-5)
        return json.dumps({"pair": pair, "bid": round(self.prices[pair], 6), "size": self.rng.randrange(1, 50), "news": self.news()})


class Candle:
    __slots__ = ("opened", "high", "low", "closed", "volume")

    def __init__(self, price):
        self.opened = self.high = self.low = self.closed = price
        self.volume = 0

    def update(self, price, size):
        self.high = max(self.high, price)
        self.low = min(self.low, price)
        self.closed = price
        self.volume += size


class Candles:
    """The last 200 candles of each pair, each of a thousand ticks."""

    TICKS = 1000

    def __init__(self):
        self.done = collections.defaultdict(lambda: collections.deque(maxlen=200))
        self.current = {}
        self.ticks = collections.Counter()

    def tick(self, pair, price, size):
        self.ticks[pair] += 1
        if pair not in self.current or self.ticks[pair] % self.TICKS == 0:
            if pair in self.current:
                self.done[pair].append(self.current[pair])
            self.current[pair] = Candle(price)
        self.current[pair].update(price, size)

    def average(self, pair):
        candles = self.done[pair]
        return sum(candle.closed for candle in candles) / len(candles) if candles else None


class Collector:
    def __init__(self, feed, candles):
        self.feed = feed
        self.candles = candles
        self.stopping = asyncio.Event()
        self.messages = 0
        self.bad = collections.deque(maxlen=100)

    def stop(self):
        self.stopping.set()

    async def next_message(self):
        """The next message, or None when the collector is to stop."""
        receiving = asyncio.ensure_future(self.feed.receive())
        stopped = asyncio.ensure_future(self.stopping.wait())  # CULPRIT
        await asyncio.wait({receiving, stopped}, return_when=asyncio.FIRST_COMPLETED)  # EQUAL
        if not receiving.done():
            receiving.cancel()
            return None
        return receiving.result()

    def handle(self, text):
        message = json.loads(text)
        try:
            self.candles.tick(message["pair"], message["bid"], message["size"])
        except KeyError as error:
            self.bad.append((LAST.get(), str(error)))

    async def run(self):
        while not self.stopping.is_set():
            text = await self.next_message()
            if text is None:
                break
            LAST.set(text)
            self.handle(text)
            self.messages += 1


async def show(collector):
    while not collector.stopping.is_set():
        await asyncio.sleep(1)
        averages = {pair: collector.candles.average(pair) for pair in sorted(collector.candles.ticks)}
        print(collector.messages, averages, flush=True)


async def main():
    collector = Collector(Feed(4), Candles())
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, collector.stop)
    loop.call_later(600, collector.stop)
    showing = asyncio.ensure_future(show(collector))
    await collector.run()
    await showing


if __name__ == "__main__":
    asyncio.run(main())
# ADVICE: *cancel()* | *once, before*
