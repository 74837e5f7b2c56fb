# Kind: sales are put on a grid of every article, shop and day, most of which had no sale: one step.
# HOLDER: none
import time

import numpy as np
import pandas as pd

SHOPS = ["Bremen", "Celle", "Gifhorn", "Hameln", "Peine", "Soltau", "Uelzen", "Verden"]


def load_sales(rng, articles, days, rows):
    """What the till system exports: one row a sale."""
    start = np.datetime64("2025-01-01")
    return pd.DataFrame(
        {
            "article": rng.integers(0, articles, rows).astype("int32"),
            "shop": rng.integers(0, len(SHOPS), rows).astype("int8"),
            "day": start + rng.integers(0, days, rows).astype("timedelta64[D]"),
            "pieces": rng.integers(1, 5, rows).astype("int16"),
        }
    )


def daily(sales):
    return sales.groupby(["article", "shop", "day"])["pieces"].sum()


def on_a_grid(sums, sales):
    """Days without a sale count as nought, for the averages."""
    grid = pd.MultiIndex.from_product(  # EQUAL
        [
            sales["article"].unique(),
            sales["shop"].unique(),
            pd.date_range(sales["day"].min(), sales["day"].max()),
        ],
        names=["article", "shop", "day"],
    )
    return sums.reindex(grid, fill_value=0)  # CULPRIT


def slow_movers(series):
    means = series.groupby(level="article").mean()
    return means[means < 0.02].index.tolist()


def by_weekday(sales):
    names = sales["day"].dt.day_name()
    return sales.groupby(names)["pieces"].sum().sort_values(ascending=False)


def by_shop(sales):
    return {SHOPS[number]: int(total) for number, total in sales.groupby("shop")["pieces"].sum().items()}


def report(title, sales):
    print(title, len(sales), "sales")
    print("  by weekday:", by_weekday(sales).to_dict())
    print("  by shop:", by_shop(sales))
    sums = daily(sales)
    print("  slow movers:", len(slow_movers(on_a_grid(sums, sales))))


def main():
    rng = np.random.default_rng(5)
    for title, articles, days, rows in (
        ("books", 200, 30, 20_000),
        ("toys", 400, 60, 30_000),
        ("garden", 600, 60, 30_000),
        ("everything", 9000, 365, 150_000),
    ):
        report(title, load_sales(rng, articles, days, rows))
        time.sleep(0.6)


if __name__ == "__main__":
    main()
# ADVICE: *never occur* | *keep it long* | *in pieces* | *sparse*
