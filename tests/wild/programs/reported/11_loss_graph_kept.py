# Kind: losses summed with their computation graph still attached (total += loss instead of loss.item()). HOLDER: *total*
import numpy as np


class Tensor:
    def __init__(self, data, parents=()):
        self.data = np.asarray(data, dtype=np.float32)
        self.parents = parents

    def __matmul__(self, other):
        return Tensor(self.data @ other.data, (self, other))

    def __add__(self, other):
        return Tensor(self.data + other.data, (self, other))

    def __sub__(self, other):
        return Tensor(self.data - other.data, (self, other))

    def relu(self):
        return Tensor(np.maximum(self.data, 0), (self,))

    def square_mean(self):
        return Tensor(np.mean(self.data**2), (self,))


def batches(count, rng):
    for _ in range(count):
        yield Tensor(rng.standard_normal((256, 64))), Tensor(rng.standard_normal((256, 1)))


def forward(weights, x):
    hidden = (x @ weights[0]).relu()
    return hidden @ weights[1]


def step(weights, rng, rate=1e-4):
    for weight in weights:
        weight.data -= rate * rng.standard_normal(weight.data.shape).astype(np.float32)


def train(weights, count, rng):
    total = Tensor(0.0)
    for x, y in batches(count, rng):
        loss = (forward(weights, x) - y).square_mean()
        step(weights, rng)
        total = total + loss  # CULPRIT
    return float(total.data) / count


def main():
    rng = np.random.default_rng(0)
    weights = [Tensor(rng.standard_normal((64, 256)) / 8), Tensor(rng.standard_normal((256, 1)) / 16)]
    for epoch in range(3):
        print(epoch, train(weights, 2000, rng))


main()
# ADVICE: *.item()* | *detach* | *float(*
