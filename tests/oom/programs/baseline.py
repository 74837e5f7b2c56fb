"""Much memory is wanted and stable; a smaller step later on is what ends it."""

import time


def load_reference():
    return [{"id": number, "name": "item %d" % number, "price": number * 0.5} for number in range(420_000)]


def serve(reference, requests):
    found = 0
    for number in range(requests):
        found += reference[number * 7919 % len(reference)]["id"]
        if number % 1_000 == 0:
            time.sleep(0.001)
    return found


def export(reference):
    return [row["name"].upper() + ";%.2f" % row["price"] + ";" * 600 for row in reference]  # <- culprit


reference = load_reference()
serve(reference, 1_000_000)
print(len(export(reference)))
