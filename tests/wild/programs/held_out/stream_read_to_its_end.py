# Kind: an asyncio client reads each answer to its end by reader.read(), and one answer is a database's whole dump: one step.
# HOLDER: none | *_buffer* | *body* | *blocks*
# ADVICE: *read(n)* | *read(size)* | *inpieces* | *inblocks* | *linebyline* | *asyncfor* | *inchunks*
import asyncio
import collections
import hashlib
import time


class Backup:
    """Stands for the backup server: sends what is asked for, and closes."""

    SIZES = {"users": 3, "orders": 5, "pages": 4, "everything": 500}

    async def serve(self, reader, writer):
        name = (await reader.readline()).decode().strip()
        line = (f"insert into {name} values (" + "7, " * 300 + ");\n").encode()
        for _ in range(self.SIZES[name]):
            for _ in range(1_000_000 // len(line)):
                writer.write(line)
            await writer.drain()
        writer.close()


class Known:
    """The checksums of what was fetched before, and the last sizes."""

    def __init__(self):
        self.sums = {}
        self.sizes = collections.deque(maxlen=20)

    def note(self, name, body):
        self.sums[name] = hashlib.sha256(body).hexdigest()
        self.sizes.append(len(body))


async def fetch(port, name):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(name.encode() + b"\n")
    body = await reader.read()  # CULPRIT
    writer.close()
    return body


async def main():
    server = await asyncio.start_server(Backup().serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    known = Known()
    started = time.monotonic()
    for turn in range(6):
        for name in ("users", "orders", "pages"):
            known.note(name, await fetch(port, name))
        print("turn", turn, list(known.sizes)[-3:], flush=True)
    known.note("everything", await fetch(port, "everything"))
    print(known.sums, round(time.monotonic() - started, 1), "s", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
