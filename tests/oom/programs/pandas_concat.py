"""A frame that is put together piece by piece."""

import pandas as pd


def read_piece(number):
    return pd.DataFrame({"id": range(number * 20_000, number * 20_000 + 20_000), "price": [number * 0.5] * 20_000})


def read_all(count):
    frame = read_piece(0)
    pieces = [frame]
    for number in range(1, count):
        piece = read_piece(number)
        pieces.append(pd.concat([frame, piece]))  # <- culprit
    return pieces


print(len(read_all(100_000)))
