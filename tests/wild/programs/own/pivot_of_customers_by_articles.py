# Kind: a pivot table that is fine by shop and weekday is made by customer and article.
# HOLDER: none | *
import time

import numpy as np
import pandas as pd

CUSTOMERS, ARTICLES = 9000, 9000


def week(rng, count):
    return pd.DataFrame(
        {
            "customer": rng.integers(0, CUSTOMERS, count),
            "article": rng.integers(0, ARTICLES, count),
            "shop": rng.integers(0, 30, count),
            "weekday": rng.integers(0, 6, count),
            "pieces": rng.integers(1, 10, count),
        }
    )


def cross(sales, rows, columns):
    return sales.pivot_table(index=rows, columns=columns, values="pieces", aggfunc="sum", fill_value=0)  # CULPRIT


def busiest(table):
    return table.sum(axis=1).idxmax()


def main():
    rng = np.random.default_rng(3)
    shops = []
    sales = None
    for _ in range(60):
        sales = week(rng, 60_000)
        shops.append(busiest(cross(sales, "shop", "weekday")))
        time.sleep(0.05)
    print(shops[-5:])
    print(busiest(cross(sales, "customer", "article")))


main()
# ADVICE: *keep it long* | *fewer values*
