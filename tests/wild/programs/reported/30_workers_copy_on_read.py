# Kind: forked workers that read a large list of objects: reference counts copy its pages in each of them. (limit 500 MB) HOLDER: none | *.samples
import multiprocessing
import random


class Dataset:
    def __init__(self, count):
        rng = random.Random(2)
        self.samples = [("img/%07d.jpg" % n, rng.randrange(1000), rng.random()) for n in range(count)]  # CULPRIT

    def __len__(self):
        return len(self.samples)

    def item(self, index):
        path, label, weight = self.samples[index]  # EQUAL
        return len(path) * label * weight


def order(length, seed):
    indices = list(range(0, length, 3))
    random.Random(seed).shuffle(indices)
    return indices


def worker(dataset, seed, results):
    total = 0.0
    for index in order(len(dataset), seed):
        total += dataset.item(index)
    results.put(total)


def epoch(dataset, workers):
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    running = [context.Process(target=worker, args=(dataset, seed, results)) for seed in range(workers)]
    for process in running:
        process.start()
    total = sum(results.get() for _ in running)
    for process in running:
        process.join()
    return total


def main():
    dataset = Dataset(1_000_000)
    print(len(dataset))
    print(epoch(dataset, 6))


main()
# ADVICE: *numpy* | *share* | *fewer processes*
