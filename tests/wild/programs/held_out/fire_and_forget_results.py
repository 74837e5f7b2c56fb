# Kind: asyncio tasks are kept in a list so that they are not collected, and never taken out when done.
# HOLDER: *running | *.tasks*
import asyncio
import random


class Crawler:
    def __init__(self):
        self.tasks = []
        self.rng = random.Random(5)
        self.seen = 0

    async def fetch(self, number):
        await asyncio.sleep(0)
        body = bytes(self.rng.randrange(10_000, 30_000))
        self.seen += 1
        return {"number": number, "body": body}

    def start(self, number):
        task = asyncio.create_task(self.fetch(number))
        self.tasks.append(task)  # CULPRIT
        return task

    async def run(self):
        for number in range(1_000_000):
            task = self.start(number)
            page = await task
            if len(page["body"]) < 5:
                return
            await asyncio.sleep(0.0002)


asyncio.run(Crawler().run())
# ADVICE: *add_done_callback* | *take it out*
