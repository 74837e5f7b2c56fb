# Kind: a hand-written cache of the last used ones takes the oldest out of its order, and leaves it in its store.
# HOLDER: *store* | *cache* | *tiles*
import math
import random
import time
import zlib
from collections import OrderedDict


class RecentCache:
    def __init__(self, most):
        self.most = most
        self.store = {}
        self.order = OrderedDict()
        self.evicted = 0

    def get(self, key):
        value = self.store.get(key)
        if value is not None:
            self.order.pop(key, None)
            self.order[key] = True
        return value

    def put(self, key, value):
        self.store[key] = value  # EQUAL
        self.order[key] = True
        while len(self.order) > self.most:
            self.order.popitem(last=False)  # CULPRIT
            self.evicted += 1


class TileServer:
    """Stands for the map server: a tile's bytes by zoom, column and row."""

    def __init__(self, seed):
        self.seed = seed
        self.served = 0

    def tile(self, zoom, column, row):
        self.served += 1
        rng = random.Random(self.seed + zoom * 1_000_003 + column * 1009 + row)
        return zlib.compress(rng.randbytes(18_000), 1)


def numbers(latitude, longitude, zoom):
    """The column and row of the tile that a place is on."""
    n = 2**zoom
    column = int((longitude + 180) / 360 * n)
    phi = math.radians(latitude)
    row = int((1 - math.asinh(math.tan(phi)) / math.pi) / 2 * n)
    return column, row


class Renderer:
    def __init__(self, server, cache):
        self.server = server
        self.cache = cache
        self.bytes = 0

    def tile(self, zoom, column, row):
        key = "%d/%d/%d" % (zoom, column, row)
        data = self.cache.get(key)
        if data is None:
            data = self.server.tile(zoom, column, row)
            self.cache.put(key, data)
        return data

    def view(self, latitude, longitude, zoom):
        column, row = numbers(latitude, longitude, zoom)
        picture = []
        for x in range(column - 1, column + 2):
            for y in range(row - 1, row + 2):
                picture.append(self.tile(zoom, x, y))
        self.bytes += sum(map(len, picture))
        return len(picture)


class Vehicle:
    def __init__(self, rng):
        self.rng = rng
        self.latitude = rng.uniform(47.5, 54.5)
        self.longitude = rng.uniform(6.5, 14.5)

    def drive(self):
        self.latitude += self.rng.uniform(-0.001, 0.004)
        self.longitude += self.rng.uniform(-0.004, 0.004)
        if self.latitude > 54.5:
            self.latitude = 47.5


def main():
    rng = random.Random(3)
    cache = RecentCache(most=2000)
    renderer = Renderer(TileServer(40), cache)
    fleet = [Vehicle(rng) for _ in range(60)]
    for minute in range(20_000):
        for vehicle in fleet:
            vehicle.drive()
            renderer.view(vehicle.latitude, vehicle.longitude, 15)
        time.sleep(0.01)
        if minute % 50 == 0:
            print("minute", minute, "in order", len(cache.order), "evicted", cache.evicted, flush=True)
    print(renderer.bytes)


if __name__ == "__main__":
    main()
# ADVICE: *delete* | *popitem* | *bound*
