# Kind: two tables are merged on a key that is unique in neither, on the day that everything was booked under one article.
# HOLDER: none | *
import time

from sales import loading, margins


def main():
    totals = {}
    for day in range(40):
        orders = loading.orders(day, 4000)
        prices = loading.prices(day, 4000)
        for shop, value in margins.by_shop(orders, prices).items():
            totals[shop] = totals.get(shop, 0.0) + value
        time.sleep(0.05)
    print(margins.by_shop(loading.orders(40, 9000, inventory=True), loading.prices(40, 9000, inventory=True)))
    print(totals)


if __name__ == "__main__":
    main()
# ADVICE: *keys repeat* | *validate*
