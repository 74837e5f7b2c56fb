"""What the tills and the price list say of a day."""

import numpy as np
import pandas as pd


def _articles(rng, count, inventory):
    return np.zeros(count, dtype=np.int64) if inventory else rng.permutation(count)


def orders(day, count, inventory=False):
    rng = np.random.default_rng(day)
    return pd.DataFrame(
        {
            "article": _articles(rng, count, inventory),
            "shop": rng.integers(0, 12, count),
            "pieces": rng.integers(1, 9, count),
        }
    )


def prices(day, count, inventory=False):
    rng = np.random.default_rng(day + 1000)
    return pd.DataFrame({"article": _articles(rng, count, inventory), "price": rng.random(count) * 80})
