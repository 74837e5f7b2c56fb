# Kind: two texts are compared by a table of all pairs of their places, of which two rows would do; one pair is long.
# HOLDER: none | *table*
import random
import time
from dataclasses import dataclass

LETTERS = "ACGT"


@dataclass(frozen=True)
class Sequence:
    name: str
    letters: str

    def __len__(self):
        return len(self.letters)


def fasta(rng, lengths):
    """The text of a file as the sequencer leaves it."""
    lines = []
    for number, length in enumerate(lengths):
        lines.append(">sample_%d" % number)
        letters = "".join(rng.choice(LETTERS) for _ in range(length))
        lines.extend(letters[start : start + 70] for start in range(0, length, 70))
    return "\n".join(lines)


def parse(text):
    name, parts = None, []
    for line in text.splitlines():
        if line.startswith(">"):
            if name is not None:
                yield Sequence(name, "".join(parts))
            name, parts = line[1:], []
        else:
            parts.append(line)
    if name is not None:
        yield Sequence(name, "".join(parts))


def mutated(rng, sequence):
    letters = list(sequence.letters)
    for _ in range(len(letters) // 20):
        letters[rng.randrange(len(letters))] = rng.choice(LETTERS)
    return Sequence(sequence.name + "'", "".join(letters))


def distance(first, second):
    """The least number of changes from one to the other."""
    table = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]  # CULPRIT
    table[0] = list(range(len(second) + 1))
    for row, letter in enumerate(first.letters, start=1):
        above, here = table[row - 1], table[row]
        here[0] = row
        for column, other in enumerate(second.letters, start=1):
            if letter == other:
                here[column] = above[column - 1]
            else:
                here[column] = 1 + min(above[column - 1], above[column], here[column - 1])
    return table[-1][-1]


def composition(sequence):
    return {letter: round(sequence.letters.count(letter) / len(sequence), 3) for letter in LETTERS}


def compare_all(rng, text):
    for sequence in parse(text):
        other = mutated(rng, sequence)
        print(sequence.name, len(sequence), composition(sequence), flush=True)
        print("  changes:", distance(sequence, other), flush=True)
        time.sleep(0.3)


def main():
    rng = random.Random(20)
    compare_all(rng, fasta(rng, [300, 500, 400, 700, 350, 9000, 300]))


main()
# ADVICE: *still needed* | *last two*
