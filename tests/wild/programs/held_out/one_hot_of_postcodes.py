# Kind: categories are made into columns of noughts and ones; with the postcode among them these are thousands.
# HOLDER: none
import time

import numpy as np
import pandas as pd


def customers(rng, rows, places):
    """The yearly survey, as it comes from the office."""
    return pd.DataFrame(
        {
            "age": rng.integers(18, 90, rows),
            "income": rng.normal(38_000, 9000, rows).round(),
            "heating": rng.choice(["gas", "oil", "district", "pump", "wood"], rows),
            "home": rng.choice(["flat", "house", "other"], rows),
            "postcode": np.char.add("D", (10_000 + rng.integers(0, places, rows)).astype(str)),
        }
    )


class Scaler:
    def __init__(self, columns):
        self.columns = columns
        self.means = None
        self.deviations = None

    def fit(self, frame):
        self.means = frame[self.columns].mean()
        self.deviations = frame[self.columns].std().replace(0, 1)
        return self

    def transform(self, frame):
        scaled = frame.copy()
        scaled[self.columns] = (frame[self.columns] - self.means) / self.deviations
        return scaled


def features(frame, categories):
    scaled = Scaler(["age", "income"]).fit(frame).transform(frame)
    return pd.get_dummies(scaled[[*categories, "age", "income"]], columns=categories, dtype="float64")  # CULPRIT


def targets(rng, frame):
    return (frame["income"].to_numpy() / 1000 + rng.normal(0, 4, len(frame)) > 38).astype("float64")


def fit(matrix, wanted, steps=5):
    """A few steps of logistic regression by hand."""
    weights = np.zeros(matrix.shape[1])
    for _ in range(steps):
        guess = 1 / (1 + np.exp(-matrix @ weights))
        weights -= 0.1 * (matrix.T @ (guess - wanted)) / len(wanted)
    return weights


def strongest(weights, names):
    order = np.argsort(-np.abs(weights))[:3]
    return [(names[place], round(float(weights[place]), 3)) for place in order]


def experiment(name, frame, categories, rng):
    table = features(frame, categories)
    weights = fit(table.to_numpy(), targets(rng, frame))
    print(name, table.shape, strongest(weights, list(table.columns)), flush=True)
    time.sleep(0.5)


def main():
    rng = np.random.default_rng(14)
    frame = customers(rng, 20_000, 4000)
    print(frame.describe().round(1))
    experiment("heating", frame, ["heating"], rng)
    experiment("home", frame, ["home"], rng)
    experiment("both", frame, ["heating", "home"], rng)
    experiment("few places", frame.head(500), ["home", "postcode"], rng)
    experiment("all places", frame, ["heating", "home", "postcode"], rng)


if __name__ == "__main__":
    main()
# ADVICE: *sparse* | *leave out*
