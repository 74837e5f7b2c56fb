"""A helper that everybody calls; one caller keeps what it gets."""


def pad(number):
    return [number] * 200 + ["row %d" % number]


def header(number):
    return len(pad(number))


def footer(number):
    return pad(number)[-1].count("row")


def body(number, pages):
    pages.append(pad(number))  # <- culprit


def write(count):
    pages = []
    size = 0
    for number in range(count):
        size += header(number)
        body(number, pages)
        size += footer(number)
    return size, pages


print(write(10_000_000)[0])
