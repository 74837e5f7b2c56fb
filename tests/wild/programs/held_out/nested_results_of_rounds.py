# Kind: every round's full result is put under its number, where only the last is read.
# HOLDER: *results* | *rounds*
import random
import time


def simulate(rng, walkers):
    paths = []
    for _ in range(walkers):
        position, path = 0.0, []
        for _ in range(50):
            position += rng.uniform(-1, 1)
            path.append(position)
        paths.append(path)
    return paths


def spread(paths):
    ends = [path[-1] for path in paths]
    return max(ends) - min(ends)


def experiment(rounds):
    rng = random.Random(19)
    results = {}
    for number in range(rounds):
        paths = simulate(rng, 60)
        results[number] = {"paths": paths, "spread": spread(paths)}  # CULPRIT
        if number and results[number]["spread"] > 2 * results[number - 1]["spread"]:
            print("jump at", number)
        time.sleep(0.003)
    return results[rounds - 1]["spread"]


print(experiment(50_000))
# ADVICE: *last* | *bound* | *delete* | *keep less*
