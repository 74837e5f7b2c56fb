"""Counts the words of documents in joblib's workers."""
from joblib import Parallel, delayed

SEEN = []


def words_of(number):
    return [f"word{(number * 7919 + place) % 5000}" for place in range(20_000)]


def most_frequent(number):
    words = words_of(number)
    counts = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    SEEN.append([word.upper() for word in words])  # CULPRIT
    return max(counts.values())


def main():
    most = Parallel(n_jobs=2, batch_size=200)(delayed(most_frequent)(number) for number in range(400))
    print(len(most), "documents, the most frequent word", max(most), "times")


if __name__ == "__main__":
    main()
