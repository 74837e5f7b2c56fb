"""A comprehension over too long a range."""


def busy(count):
    return sum(number * number % 7 for number in range(count))


def table(count):
    return [{"id": number, "square": number * number, "name": "n%d" % number * 40} for number in range(count)]  # <- culprit


busy(200_000)
rows = table(10_000_000)
print(len(rows))
