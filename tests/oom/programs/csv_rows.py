"""Every row of a file becomes a dictionary, and all of them are kept."""

import csv


def lines():
    yield "id,customer,amount\n"
    number = 0
    while True:
        number += 1
        yield "%d,customer %d,%d.50\n" % (number, number % 1000, number)


def read_orders():
    orders = []
    for row in csv.DictReader(lines()):
        row["amount"] = float(row["amount"])
        orders.append(row)  # <- culprit
    return orders


print(len(read_orders()))
