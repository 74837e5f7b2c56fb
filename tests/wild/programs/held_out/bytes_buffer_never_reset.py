# Kind: a protocol's receive buffer is appended to, and what was parsed is never taken off it.
# HOLDER: *.buffer | *buffer*
import random
import time


class Frames:
    def __init__(self):
        self.buffer = bytearray()
        self.position = 0
        self.sizes = []

    def feed(self, data):
        self.buffer += data  # CULPRIT
        while len(self.buffer) - self.position >= 4:
            size = int.from_bytes(self.buffer[self.position : self.position + 4], "big")
            if len(self.buffer) - self.position - 4 < size:
                return
            self.position += 4 + size
            self.note(size)

    def note(self, size):
        self.sizes.append(size)
        if len(self.sizes) > 1000:
            self.sizes = self.sizes[-10:]


def packets(rng):
    while True:
        size = rng.randrange(1000, 30_000)
        yield size.to_bytes(4, "big") + bytes(size)


def main():
    frames = Frames()
    for number, packet in enumerate(packets(random.Random(2))):
        half = len(packet) // 2
        frames.feed(packet[:half])
        frames.feed(packet[half:])
        time.sleep(0.0004)
        if number > 1_000_000:
            break


main()
# ADVICE: *del buffer* | *drop what* | *take* off*
