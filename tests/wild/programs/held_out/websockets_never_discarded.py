# Kind: an aiohttp server keeps each websocket in a list of its application to broadcast to, and takes none out that has closed.
# HOLDER: *sockets* | *clients*
# ADVICE: *remove* | *discard* | *take*out* | *WeakSet*
import asyncio
import collections
import json
import time

import aiohttp
from aiohttp import web

SOCKETS = web.AppKey("sockets", list)
SEEN = web.AppKey("seen", collections.Counter)


class Board:
    """What the shop floor's screens show."""

    def __init__(self):
        self.shown = collections.deque(maxlen=50)
        self.by_line = collections.Counter()

    def take(self, message):
        self.by_line[message["line"]] += 1
        self.shown.append(message["text"])
        return len(self.shown)


class Screen(web.WebSocketResponse):
    """One screen's connection, with the layout that it was sent."""

    def __init__(self, board):
        super().__init__(autoclose=True)
        self.board = board
        self.layout = [{"row": number, "cells": ["-"] * 20} for number in range(60)]


async def screen(request):
    board = request.app["board"]
    socket = Screen(board)
    await socket.prepare(request)
    request.app[SOCKETS].append(socket)  # CULPRIT
    async for message in socket:
        if message.type == aiohttp.WSMsgType.TEXT:
            told = json.loads(message.data)
            request.app[SEEN][told["line"]] += 1
            await socket.send_json({"shown": board.take(told)})
    return socket


async def broadcast(app, text):
    for socket in app[SOCKETS]:
        if not socket.closed:
            await socket.send_str(text)


async def visit(session, url, number):
    async with session.ws_connect(url) as socket:
        for part in range(3):
            await socket.send_json({"line": (number + part) % 7, "text": f"pallet {number} at gate {part}"})
            await socket.receive_json()


async def main():
    app = web.Application()
    app["board"] = Board()
    app[SOCKETS] = []
    app[SEEN] = collections.Counter()
    app.router.add_get("/screen", screen)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    started = time.monotonic()
    async with aiohttp.ClientSession() as session:
        for number in range(20_000):
            await visit(session, f"http://127.0.0.1:{port}/screen", number)
            if number % 200 == 0:
                await broadcast(app, "still there?")
                print(number, "visits,", dict(app[SEEN]), round(time.monotonic() - started, 1), "s", flush=True)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
