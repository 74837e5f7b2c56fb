# Kind: each short-lived chart connects a lambda to a signal of the long-lived model, and the lambda keeps the chart.
# HOLDER: *_receivers* | *receivers* | *listeners*
import math
import random


class Signal:
    def __init__(self):
        self._receivers = []

    def connect(self, receiver):
        self._receivers.append(receiver)  # EQUAL

    def send(self, value):
        for receiver in self._receivers[-3:]:
            receiver(value)


class Model:
    def __init__(self):
        self.changed = Signal()
        self.loaded = Signal()
        self.value = 0.0

    def set(self, value):
        self.value = value
        self.changed.send(value)


class Chart:
    def __init__(self, model, seed):
        rng = random.Random(seed)
        self.points = [(n, math.sin(n / 40) + rng.random() / 9) for n in range(700)]
        self.low = min(height for _, height in self.points)
        model.changed.connect(lambda value: self.scale(value))  # CULPRIT

    def scale(self, value):
        self.points[0] = (0, value)

    def area(self):
        return sum(height - self.low for _, height in self.points)


def show(model, number):
    chart = Chart(model, number)
    model.set(number / 10)
    areas = [chart.area() for _ in range(30)]
    return max(areas)


def main():
    model, progress = Model(), []
    model.loaded.connect(lambda value: progress.append(value))
    largest = 0.0
    for number in range(40_000):
        largest = max(largest, show(model, number))
        if number % 1000 == 0:
            model.loaded.send(number)
    print(largest, progress[-1])


main()
# ADVICE: *take it out* | *WeakMethod*
