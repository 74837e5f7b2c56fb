# Kind: the header of each packet kept as a memoryview: it keeps the whole packet.
# HOLDER: *headers
import random
import zlib


def packets(count):
    rng = random.Random(27)
    for number in range(count):
        body = rng.getrandbits(8 * 2048).to_bytes(2048, "little") * 12
        yield number.to_bytes(8, "big") + zlib.crc32(body).to_bytes(4, "big") + body


class Capture:
    def __init__(self):
        self.headers = []
        self.sizes = []
        self.broken = 0

    def take(self, packet):
        view = memoryview(packet)
        header, body = view[:12], view[12:]
        if not self.valid(header, body):
            self.broken += 1
            return
        self.sizes.append(len(body))
        self.headers.append(header)  # CULPRIT

    @staticmethod
    def valid(header, body):
        return int.from_bytes(header[8:12], "big") == zlib.crc32(body)

    def gaps(self):
        numbers = [int.from_bytes(header[:8], "big") for header in self.headers]
        return sum(after - before != 1 for before, after in zip(numbers, numbers[1:]))


def spectrum(packet):
    buckets = [0] * 16
    for byte in packet[::4]:
        buckets[byte >> 4] += 1
    return max(buckets)


def main():
    capture, loudest = Capture(), 0
    for packet in packets(100_000):
        loudest = max(loudest, spectrum(packet))
        capture.take(packet)
    print(capture.gaps(), sum(capture.sizes), loudest)


main()
# ADVICE: *bytes(view)*
