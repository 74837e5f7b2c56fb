# Kind: an array of all measurements is made anew with each block put to its end.
# HOLDER: *history | *.series | none
import time

import numpy as np


class Recorder:
    def __init__(self):
        self.series = np.zeros((0, 64))
        self.rng = np.random.default_rng(10)

    def read(self):
        return self.rng.random((200, 64))

    def smooth(self, block):
        return np.convolve(block[:, 0], np.ones(5) / 5, mode="same")

    def step(self):
        block = self.read()
        trend = self.smooth(block)
        self.series = np.concatenate([self.series, block])  # CULPRIT
        return float(trend[-1])


def main():
    recorder = Recorder()
    trends = []
    for _ in range(20_000):
        trends.append(recorder.step())
        time.sleep(0.003)
    print(len(trends))


main()
# ADVICE: *once after the loop* | *preallocate*
