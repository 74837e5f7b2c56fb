"""A broker that loses a message now and then."""

import asyncio
import collections


class Broker:
    def __init__(self, rng):
        self._rng = rng
        self._recent = collections.deque(maxlen=200)
        self.stored = 0

    def publish(self, number, method, payload, reply):
        if self._rng.random() < 0.3:
            return
        self._recent.append((number, method, payload))
        asyncio.get_running_loop().call_later(0.005, self._answer, number, payload, reply)

    def _answer(self, number, payload, reply):
        self.stored += 1
        reply(number, {"ok": True, "size": len(payload)})
