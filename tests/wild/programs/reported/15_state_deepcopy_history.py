# Kind: an optimiser that deep-copies its whole state (data included) into a history on every step. HOLDER: *.history
import copy
import random


class State:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.params = {"fast": 9, "slow": 26, "stop": 0.02}
        self.candles = self.load()
        self.score = float("-inf")

    def load(self):
        return [[t, self.rng.random(), self.rng.random()] for t in range(4000)]


def propose(params, rng):
    fresh = dict(params)
    fresh["fast"] = max(2, fresh["fast"] + rng.choice((-1, 1)))
    fresh["stop"] = round(fresh["stop"] * rng.uniform(0.8, 1.2), 4)
    return fresh


def backtest(state):
    gain = 0.0
    step = state.params["fast"]
    for before, after in zip(state.candles, state.candles[step:]):
        gain += after[1] - before[2]
    return gain - state.params["stop"]


class Optimiser:
    def __init__(self, state):
        self.state = state
        self.history = []

    def step(self):
        self.state.params = propose(self.state.params, self.state.rng)
        self.state.score = backtest(self.state)
        self.history.append(copy.deepcopy(self.state))  # CULPRIT
        return self.state.score

    def best(self):
        return max(self.history, key=lambda state: state.score)


def main():
    optimiser = Optimiser(State(2))
    scores = [optimiser.step() for _ in range(2000)]
    print(max(scores), optimiser.best().params)


main()
# ADVICE: *only the fields* | *last few*
