"""One of two loops keeps what it makes."""


def checksum(number):
    digits = [int(digit) for digit in str(number) * 20]
    return sum(digits) % 97


def average(rows):
    window = [row["price"] for row in rows[-200:]]
    return sum(window) / len(window)


def collect():
    rows = []
    for number in range(10_000_000):
        key = checksum(number)
        rows.append({"id": number, "key": key, "price": number * 0.25, "note": "row %d " % number * 200})  # <- culprit
        if number % 50 == 0:
            average(rows)
    return rows


print(len(collect()))
