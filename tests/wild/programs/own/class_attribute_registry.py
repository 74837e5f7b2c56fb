# Kind: a class keeps its instances in a class attribute, and closing one does not take it out.
# HOLDER: *Connection.opened | *.opened
import random
import struct
import time


class Connection:
    opened = {}
    limit = 10**9

    def __init__(self, number):
        self.number = number
        self.buffer = bytearray()
        self.state = "new"
        Connection.opened[number] = self  # CULPRIT

    def receive(self, data):
        self.state = "receiving"
        self.buffer += data
        return len(self.buffer)

    def messages(self):
        position = 0
        while position + 4 <= len(self.buffer):
            (size,) = struct.unpack_from(">I", self.buffer, position)
            yield self.buffer[position + 4 : position + 4 + size]
            position += 4 + size

    def close(self):
        self.state = "closed"


class Counters:
    def __init__(self):
        self.by_size = {}

    def count(self, message):
        bucket = len(message) // 64
        self.by_size[bucket] = self.by_size.get(bucket, 0) + 1


def dialogue(number, rng, counters):
    connection = Connection(number)
    for _ in range(40):
        body = rng.getrandbits(8 * 300).to_bytes(300, "big")[: rng.randrange(100, 300)]
        connection.receive(struct.pack(">I", len(body)) + body)
    time.sleep(0.0001)
    for message in connection.messages():
        counters.count(message)
    connection.close()


def main():
    rng, counters = random.Random(8), Counters()
    for number in range(100_000):
        dialogue(number, rng, counters)
    print(sorted(counters.by_size.items()))


main()
# ADVICE: *take* out* | *Weak*
