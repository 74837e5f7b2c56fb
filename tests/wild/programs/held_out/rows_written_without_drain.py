# Kind: an asyncio server writes row upon row to a client that reads slowly, and never waits for its writer to drain.
# HOLDER: *_buffer* | *writer* | *transport* | none
import asyncio
import collections
import json
import random
import time


class Archive:
    """Stands for the readings of a year, which come out of a database in order."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.texts = ["".join(self.rng.choices("abcdefgh ", k=3000)) for _ in range(50)]

    def rows(self, station, count):
        level = 200.0
        for number in range(count):
            level += self.rng.gauss(0, 1)
            yield {"station": station, "number": number, "level": round(level, 2), "remark": self.texts[number % 50]}


class Statistics:
    def __init__(self):
        self.rows = collections.Counter()
        self.last = collections.deque(maxlen=100)
        self.highest = {}

    def note(self, row):
        station = row["station"]
        self.rows[station] += 1
        self.highest[station] = max(row["level"], self.highest.get(station, 0.0))
        self.last.append((station, row["number"]))


class Server:
    def __init__(self, archive, statistics):
        self.archive = archive
        self.statistics = statistics
        self.clients = set()

    async def serve(self, reader, writer):
        self.clients.add(writer)
        try:
            while True:
                line = await reader.readline()
                if not line:
                    break
                station, count = line.split()
                await self.answer(writer, station.decode(), int(count))
        finally:
            self.clients.discard(writer)
            writer.close()

    async def answer(self, writer, station, count):
        for row in self.archive.rows(station, count):
            self.statistics.note(row)
            writer.write(json.dumps(row).encode() + b"\n")  # CULPRIT
            if row["number"] % 50 == 0:
                await asyncio.sleep(0)
        writer.write(b"\n")
        await writer.drain()


class Client:
    """A small device that draws what it is sent."""

    def __init__(self, name, pause):
        self.name = name
        self.pause = pause
        self.levels = collections.deque(maxlen=400)

    async def ask(self, port, station, count):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"%s %d\n" % (station.encode(), count))
        received = 0
        while True:
            line = await reader.readline()
            if line in (b"\n", b""):
                break
            received += 1
            self.levels.append(json.loads(line)["level"])
            if received % 20 == 0:
                await asyncio.sleep(self.pause)
        writer.close()
        return received


async def main():
    statistics = Statistics()
    serving = Server(Archive(9), statistics)
    server = await asyncio.start_server(serving.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    started = time.monotonic()
    for name, pause, station, count in (
        ("hall", 0.0, "leine", 2000),
        ("office", 0.001, "oker", 3000),
        ("display", 0.05, "weser", 250_000),
    ):
        received = await Client(name, pause).ask(port, station, count)
        print(name, received, "rows,", round(time.monotonic() - started, 1), "s", flush=True)
    print(dict(statistics.rows), statistics.highest)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
# ADVICE: *drain()*
