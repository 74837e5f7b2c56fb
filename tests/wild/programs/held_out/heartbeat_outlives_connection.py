# Kind: each connection starts a task that sends heartbeats for ever, and closing the connection does not cancel it.
# HOLDER: *heartbeat* | *_scheduled* | *tasks*
import asyncio
import json
import random
from collections import Counter


class Transport:
    """Stands for a socket of the gateway."""

    def __init__(self, rng):
        self.rng = rng
        self.closed = False
        self.sent = 0

    async def receive(self):
        await asyncio.sleep(0)
        if self.rng.random() < 0.25:
            return None
        return json.dumps({"op": self.rng.choice(("move", "chat", "ping")), "body": "x" * self.rng.randrange(200, 3000)})

    async def send(self, text):
        self.sent += len(text)

    def close(self):
        self.closed = True


class Connection:
    INTERVAL = 30.0

    def __init__(self, number, transport):
        self.number = number
        self.transport = transport
        self.received = []
        self.last_ping = None

    def start(self):
        asyncio.get_running_loop().create_task(self.heartbeat())  # CULPRIT

    async def heartbeat(self):
        while True:
            await asyncio.sleep(self.INTERVAL)
            await self.transport.send(json.dumps({"op": "ping", "n": self.number}))

    async def messages(self):
        while True:
            text = await self.transport.receive()
            if text is None:
                return
            message = json.loads(text)
            self.received.append(message)
            yield message

    def close(self):
        self.transport.close()


class Gateway:
    def __init__(self):
        self.open = {}
        self.operations = Counter()
        self.bytes = 0

    async def serve(self, number, transport):
        connection = Connection(number, transport)
        self.open[number] = connection
        connection.start()
        try:
            async for message in connection.messages():
                self.operations[message["op"]] += 1
                self.bytes += len(message["body"])
        finally:
            connection.close()
            del self.open[number]


async def report(gateway):
    while True:
        await asyncio.sleep(1)
        print(len(gateway.open), "open,", dict(gateway.operations), flush=True)


async def main():
    rng = random.Random(77)
    gateway = Gateway()
    reporter = asyncio.create_task(report(gateway))
    number = 0
    for _ in range(20_000):
        clients = []
        for _ in range(20):
            clients.append(gateway.serve(number, Transport(rng)))
            number += 1
        await asyncio.gather(*clients)
        await asyncio.sleep(0.003)
    reporter.cancel()
    print(gateway.bytes)


asyncio.run(main())
# ADVICE: *cancel()*
