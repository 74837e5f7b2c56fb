"""Calls with a number, and their answers."""

import asyncio
import itertools


class RpcClient:
    def __init__(self, broker):
        self._broker = broker
        self._numbers = itertools.count()
        self._pending = {}

    async def call(self, method, payload, timeout):
        number = next(self._numbers)
        future = asyncio.get_running_loop().create_future()
        self._pending[number] = (future, method, payload)  # CULPRIT
        self._broker.publish(number, method, payload, self._on_reply)
        try:
            return await asyncio.wait_for(future, timeout)
        except asyncio.TimeoutError:
            return None

    def _on_reply(self, number, answer):
        future, _, _ = self._pending.pop(number)
        if not future.done():
            future.set_result(answer)
