import sys

month = int(sys.argv[1])
index = {}


def rows_of(day):
    return [{"day": day, "n": n, "text": f"{month}-{day}-{n}"} for n in range(4000)]


def load(day):
    for row in rows_of(day):
        key = (row["day"], row["n"])
        if month == 2:
            index[key] = row  # CULPRIT


total = 0
for day in range(400):
    load(day % 28 if month == 1 else day)
    total += 4000
print("month", month, total)
