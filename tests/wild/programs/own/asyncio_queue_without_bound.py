# Kind: an asyncio.Queue without a bound between a fast producer and a slow consumer.
# HOLDER: *inbox* | *queue* | *_queue*
import asyncio
import json
import random


async def feed(inbox, count):
    rng = random.Random(31)
    for number in range(count):
        tick = {"n": number, "bids": [rng.random() for _ in range(60)], "asks": [rng.random() for _ in range(60)]}
        await inbox.put(tick)  # CULPRIT
        if number % 20 == 0:
            await asyncio.sleep(0.004)


async def store(inbox, books):
    while True:
        tick = await inbox.get()
        if tick is None:
            return
        text = json.dumps(tick)
        books[tick["n"] % 50] = len(text)
        await asyncio.sleep(0.01)


async def heartbeat(beats):
    while True:
        beats.append(len(beats))
        if len(beats) > 30:
            beats.clear()
        await asyncio.sleep(0.1)


async def main():
    inbox = asyncio.Queue()  # EQUAL
    books, beats = {}, []
    pulse = asyncio.create_task(heartbeat(beats))
    writer = asyncio.create_task(store(inbox, books))
    await feed(inbox, 400_000)
    await inbox.put(None)
    await writer
    pulse.cancel()
    print(len(books))


asyncio.run(main())
# ADVICE: *maxsize*
