# Kind: a state that fits is written as JSON text in one piece, which does not.
# HOLDER: none | *
import json
import random
import time


class State:
    def __init__(self):
        self.rng = random.Random(23)
        self.items = {}

    def grow(self, count):
        for _ in range(count):
            self.items[len(self.items)] = "word " * self.rng.randrange(5, 15)

    def save(self):
        text = json.dumps({"items": list(self.items.items()), "more": [self.items] * 12}, indent=2)  # CULPRIT
        return len(text)


def main():
    state = State()
    for count in (100, 1000, 5000, 20_000, 200_000):
        state.grow(count)
        time.sleep(0.05)
        if count != 5000:
            print(state.save())


main()
# ADVICE: *json.dump(*
