"""One task among others keeps every message."""

import asyncio

history = []


async def heartbeat(period):
    beats = 0
    while True:
        beats += 1
        sum(i for i in range(500))
        await asyncio.sleep(period)


async def receive(queue):
    number = 0
    while True:
        for _ in range(500):
            number += 1
            await queue.put({"number": number, "body": "message %d" % number, "fields": [number] * 10})
        await asyncio.sleep(0)


async def store(queue):
    while True:
        message = await queue.get()
        text = "%(number)d %(body)s" % message
        history.append((message["number"], text, text.upper() * 50, text.split() * 50))  # <- culprit


async def main():
    queue = asyncio.Queue(maxsize=100)
    await asyncio.gather(heartbeat(0.01), heartbeat(0.02), receive(queue), store(queue))


asyncio.run(main())
