"""A whole file is loaded at once."""

import json

ROW = '{"id": 12345678, "name": "a row of the file", "values": [0.125, 0.25, 0.5, 1.75, 2.25]}'


def write_file(name, count):
    with open(name, "w") as out:
        out.write("[" + ROW)
        for _ in range(count):
            out.write(",\n" + ROW)
        out.write("]")


def load_history(name):
    with open(name) as source:
        history = json.load(source)  # <- culprit
    return {row["id"]: row for row in history}


write_file("history.json", 500_000)
print(len(load_history("history.json")))
