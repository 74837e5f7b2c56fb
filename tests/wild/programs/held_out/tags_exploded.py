# Kind: each text is split into words and exploded into a row a word, with all other columns repeated: one step.
# HOLDER: none
import time

import numpy as np
import pandas as pd

WORDS = np.array("good bad late fast broken cheap dear again never service parcel colour size shoe shirt money back".split())


def reviews(rng, rows, words):
    """What the shops' reviews come as: one row each."""
    texts = [" ".join(WORDS[rng.integers(0, len(WORDS), words)]) for _ in range(rows)]
    return pd.DataFrame(
        {
            "review": np.arange(rows),
            "shop": rng.choice(["north", "south", "east", "west"], rows),
            "stars": rng.integers(1, 6, rows),
            "paid": rng.normal(40, 12, rows).round(2),
            "day": np.datetime64("2025-06-01") + rng.integers(0, 90, rows).astype("timedelta64[D]"),
            "weight": rng.random(rows),
            "helpful": rng.integers(0, 50, rows),
            "text": texts,
        }
    )


def cleaned(frame):
    frame = frame[frame["paid"] > 0].copy()
    frame["text"] = frame["text"].str.lower().str.strip()
    return frame.drop_duplicates("review")


def a_row_a_word(frame):
    return frame.assign(word=frame["text"].str.split()).explode("word")  # CULPRIT


def word_scores(frame):
    """How many stars a word comes with."""
    words = a_row_a_word(frame)
    return words.groupby("word")["stars"].mean().sort_values()


def shop_scores(frame):
    weighted = (frame["stars"] * frame["weight"]).groupby(frame["shop"]).sum()
    return (weighted / frame.groupby("shop")["weight"].sum()).round(3).to_dict()


def month(name, frame):
    frame = cleaned(frame)
    print(name, len(frame), "reviews", shop_scores(frame), flush=True)
    scores = word_scores(frame)
    print("  worst", scores.index[0], "best", scores.index[-1], flush=True)
    time.sleep(0.5)


def main():
    rng = np.random.default_rng(44)
    month("june", reviews(rng, 1500, 12))
    month("july", reviews(rng, 2000, 15))
    month("august", reviews(rng, 1800, 14))
    month("sale", reviews(rng, 16_000, 180))


main()
# ADVICE: *before it explodes* | *only* columns*
