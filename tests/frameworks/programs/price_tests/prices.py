"""Prices of a shop: read, compared, and the latest of each item kept."""
HISTORY = []
LATEST = {}


def read(day):
    return [{"day": day, "item": item, "price": (item * 37 + day) % 1000 / 10} for item in range(4000)]


def remember(rows):
    for row in rows:
        LATEST[row["item"]] = row["price"]
    HISTORY.append([dict(row) for row in rows])  # CULPRIT
    return len(LATEST)
