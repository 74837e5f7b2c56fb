# Kind: each worker of a pool loads the whole dictionary for itself, and on the larger machine there are more workers.
# HOLDER: none | *DICTIONARY* | *words* | *entries*
import collections
import multiprocessing
import os
import random
import time

DICTIONARY = None

SYLLABLES = "ba be bi bo bu da de di do du ka ke ki ko ku la le li lo lu ma me mi mo mu".split()


class Dictionary:
    """Words of a language, with how often each was met and what it goes back to."""

    def __init__(self, language):
        self.language = language
        self.entries = {}

    @classmethod
    def load(cls, language, size):
        """Stands for reading the file that the linguists deliver."""
        rng = random.Random(language)
        dictionary = cls(language)
        while len(dictionary.entries) < size:
            word = "".join(rng.choices(SYLLABLES, k=rng.randrange(3, 8)))
            dictionary.entries[word] = {"stem": word[:6], "count": rng.randrange(10**6)}  # EQUAL
        return dictionary

    def known(self, word):
        return word in self.entries

    def stem(self, word):
        entry = self.entries.get(word)
        return entry["stem"] if entry else word


def workers():
    """Two a core, as the reading of files waits most of the time."""
    return max(6, 2 * (os.cpu_count() or 1))


def prepare(language, size):
    global DICTIONARY
    DICTIONARY = Dictionary.load(language, size)  # CULPRIT


def text(number):
    rng = random.Random(number)
    return ["".join(rng.choices(SYLLABLES, k=rng.randrange(1, 5))) for _ in range(400)]


def analyse(number):
    stems = collections.Counter()
    unknown = 0
    for word in text(number):
        stems[DICTIONARY.stem(word)] += 1
        unknown += not DICTIONARY.known(word)
    return number, unknown, stems.most_common(3)


def run(language, size, texts):
    unknown, best = 0, collections.Counter()
    with multiprocessing.Pool(workers(), initializer=prepare, initargs=(language, size)) as pool:  # EQUAL
        for number, missing, common in pool.imap_unordered(analyse, range(texts), chunksize=20):
            unknown += missing
            best.update(dict(common))
            if number % 500 == 0:
                print("  ", number, "texts", flush=True)
    print(language, "unknown", unknown, "common", best.most_common(2), flush=True)


def main():
    started = time.monotonic()
    for language, size, texts in (("sorbian", 4000, 400), ("frisian", 8000, 600), ("basque", 220_000, 3000)):
        run(language, size, texts)
    print(round(time.monotonic() - started, 1), "s")


if __name__ == "__main__":
    main()
# ADVICE: *fewer* | *share* | *beforetheyarefork*
