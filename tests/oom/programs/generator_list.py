"""A generator, made to be read one by one, is turned into a list."""


def parse(number):
    fields = ("line %d" % number).split()
    return {"word": fields[0], "number": int(fields[1]), "fields": fields * 40, "text": "parsed %d " % number * 40}


def read_rows(count):
    for number in range(count):
        yield parse(number)


def summarise(count):
    rows = list(read_rows(count))  # <- culprit
    return sum(row["number"] for row in rows)


print(summarise(10_000_000))
