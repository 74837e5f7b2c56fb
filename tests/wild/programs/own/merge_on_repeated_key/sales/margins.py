"""Margins of a day."""

RATE = 0.19


def net(joined):
    return joined["pieces"] * joined["price"] / (1 + RATE)


def by_shop(orders, prices):
    known = orders[orders["pieces"] > 0]
    joined = known.merge(prices, on="article", how="left")  # CULPRIT
    joined["net"] = net(joined)
    return joined.groupby("shop")["net"].sum().to_dict()
