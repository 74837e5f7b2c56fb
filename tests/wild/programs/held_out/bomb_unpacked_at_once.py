# Kind: a compressed upload is unpacked whole, whatever comes out.
# HOLDER: none
import random
import time
import zlib


def upload(rng, megabytes):
    packer = zlib.compressobj(9)
    parts = [packer.compress(bytes(1 << 20)) for _ in range(megabytes)]
    return b"".join([*parts, packer.flush()])


def inspect(data):
    return data[:16], len(data)


def handle(data):
    text = zlib.decompress(data)  # CULPRIT
    return inspect(text)


def main():
    rng = random.Random(12)
    seen = []
    for number in range(60):
        small = upload(rng, rng.randrange(1, 4))
        seen.append(handle(small))
        time.sleep(0.05)
    seen.append(handle(upload(rng, 600)))
    print(seen[-1])


main()
# ADVICE: *in pieces* | *decompressobj* | *max_length*
