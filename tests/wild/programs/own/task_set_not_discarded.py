# Kind: finished asyncio tasks stay in the set that was to keep them from being collected, with their results.
# HOLDER: *background*
import asyncio
import random


class Notifier:
    def __init__(self):
        self.background = set()
        self.sent = 0

    def later(self, coroutine):
        task = asyncio.create_task(coroutine)
        self.background.add(task)  # CULPRIT
        return task

    async def deliver(self, address, text):
        await asyncio.sleep(0)
        self.sent += 1
        return {"to": address, "text": text, "parts": [text[n : n + 60] for n in range(0, len(text), 60)]}


def compose(rng, number):
    lines = ["Dear customer %d," % number]
    lines += ["%x" % rng.getrandbits(320) for _ in range(40)]
    return "\n".join(lines)


class Throttle:
    def __init__(self, most):
        self.most = most
        self.stamps = []

    async def wait(self, number):
        self.stamps.append(number)
        if len(self.stamps) >= self.most:
            self.stamps.clear()
            await asyncio.sleep(0.005)


async def campaign(count):
    rng, notifier, throttle = random.Random(6), Notifier(), Throttle(20)
    for number in range(count):
        text = compose(rng, number)
        notifier.later(notifier.deliver("c%d@example.org" % number, text))
        await throttle.wait(number)
    return notifier.sent


print(asyncio.run(campaign(100_000)))
# ADVICE: *discard*
