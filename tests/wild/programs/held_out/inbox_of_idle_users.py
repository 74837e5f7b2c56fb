# Kind: a chat puts each message into the inbox of each user, most of whom never come.
# HOLDER: *inbox* | *.users*
import asyncio
import random


class User:
    def __init__(self, name, active):
        self.name = name
        self.active = active
        self.inbox = asyncio.Queue()


class Room:
    def __init__(self, users):
        self.users = users
        self.sent = 0

    async def say(self, sender, text):
        for user in self.users:
            await user.inbox.put({"from": sender, "text": text, "to": user.name})  # CULPRIT
        self.sent += 1


async def reader(user):
    while True:
        message = await user.inbox.get()
        if len(message["text"]) < 3:
            return


async def main():
    rng = random.Random(28)
    room = Room([User(f"user{n}", n < 5) for n in range(60)])
    readers = [asyncio.create_task(reader(user)) for user in room.users if user.active]
    for number in range(200_000):
        text = "hello " * rng.randrange(20, 200)
        await room.say(f"user{number % 5}", text)
        await asyncio.sleep(0.001)
    for one in readers:
        one.cancel()


asyncio.run(main())
# ADVICE: *maxsize*
