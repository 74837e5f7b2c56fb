"""A helper that takes memory from the system and is called from everywhere; one caller keeps what it gets."""

import mmap

SIZE = 65_536


def copied(number):
    block = mmap.mmap(-1, SIZE)
    block.write(b"%08d" % (number % 100_000_000) * (SIZE // 8))
    return block


def thumbnail(number):
    return copied(number)[:8]


def checksum(number):
    return sum(copied(number)[:64])


def page(number, tiles):
    tiles.append(copied(number))  # <- culprit


def render(count):
    tiles = []
    total = 0
    for number in range(count):
        total += len(thumbnail(number))
        page(number, tiles)
        total += checksum(number)
    return total, len(tiles)


print(render(10_000_000))
