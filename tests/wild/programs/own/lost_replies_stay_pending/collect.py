# Kind: a caller gives up after a time, and the call stays among the pending ones, for only an answer takes it out.
# HOLDER: *_pending*
import asyncio
import random

from rpc.broker import Broker
from rpc.client import RpcClient


def reading(rng):
    return "%x" % rng.getrandbits(120_000)


async def collect(client, rng, rounds):
    answered = 0
    for _ in range(rounds):
        calls = [client.call("store", reading(rng), timeout=0.03) for _ in range(240)]
        answers = await asyncio.gather(*calls)
        answered += sum(answer is not None for answer in answers)
    return answered


async def main():
    rng = random.Random(14)
    broker = Broker(rng)
    client = RpcClient(broker)
    print(await collect(client, rng, 20_000), broker.stored)


if __name__ == "__main__":
    asyncio.run(main())
# ADVICE: *on every way* | *finally* | *delete*
