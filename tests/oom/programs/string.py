"""A report that is built as one string."""


def format_line(number):
    fields = [str(number), "%.2f" % (number / 7), "x" * 3_000]
    return ";".join(fields) + "\n"


def build(count):
    text = ""
    for number in range(count):
        line = format_line(number)
        text += line  # <- culprit
        if line.count(";") != 2:
            raise ValueError(line)
    return text


print(len(build(10_000_000)))
