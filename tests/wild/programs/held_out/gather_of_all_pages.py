# Kind: a coroutine for every page of a shop is given to one gather, which keeps all answers till the last has come.
# HOLDER: none | *arg_to_fut* | *pages* | *children* | *results* | *tasks*
import asyncio
import json
import random
from collections import defaultdict


class Api:
    """Stands for the shop's interface; a page of products a call."""

    def __init__(self, seed, slots):
        self.rng = random.Random(seed)
        self.slots = asyncio.Semaphore(slots)
        self.calls = 0

    def answer(self, shop, page):
        products = []
        for place in range(50):
            products.append(
                {
                    "id": page * 50 + place,
                    "shop": shop,
                    "name": "product %s" % self.rng.randbytes(8).hex(),
                    "cents": self.rng.randrange(99, 99_999),
                    "stock": self.rng.randrange(200),
                }
            )
        return json.dumps({"page": page, "products": products})

    async def page(self, shop, page):
        async with self.slots:
            await asyncio.sleep(0.004)
            self.calls += 1
            return json.loads(self.answer(shop, page))


class Prices:
    def __init__(self):
        self.lowest = {}
        self.stock = defaultdict(int)

    def add(self, shop, product):
        bucket = product["cents"] // 1000
        if product["cents"] < self.lowest.get(bucket, 10**9):
            self.lowest[bucket] = product["cents"]
        self.stock[shop] += product["stock"]


async def fetch_page(api, shop, page, tries=3):
    for attempt in range(tries):
        answer = await api.page(shop, page)
        if answer["products"]:
            return answer
        await asyncio.sleep(0.1 * attempt)
    return {"page": page, "products": []}


async def read_shop(api, prices, shop, count):
    pages = await asyncio.gather(*(fetch_page(api, shop, page) for page in range(count)))  # CULPRIT
    for answer in pages:
        for product in answer["products"]:
            prices.add(shop, product)
    return len(pages)


async def ticker(api):
    while True:
        await asyncio.sleep(1)
        print(api.calls, "calls", flush=True)


async def main():
    api = Api(61, slots=25)
    prices = Prices()
    watching = asyncio.create_task(ticker(api))
    for shop, count in (("kiosk", 20), ("bakery", 40), ("chemist", 60), ("department store", 60_000)):
        read = await read_shop(api, prices, shop, count)
        print(shop, read, "pages", prices.stock[shop], "in stock", flush=True)
    watching.cancel()


if __name__ == "__main__":
    asyncio.run(main())
# ADVICE: *Semaphore* | *at a time*
