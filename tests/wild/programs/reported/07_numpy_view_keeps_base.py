# Kind: a small numpy slice kept in a list keeps the whole array it is a view of. HOLDER: *heads
import numpy as np


def read_recording(number, rng):
    noise = rng.standard_normal(300_000).astype(np.float32)
    return noise + np.sin(np.arange(300_000, dtype=np.float32) / (number + 10))


def level(signal):
    return float(np.sqrt(np.mean(signal * signal)))


def onset(signal, loudness):
    first = int(np.argmax(signal > loudness)) if (signal > loudness).any() else 0
    head = signal[first : first + 64]  # CULPRIT
    return head


def collect(count):
    rng = np.random.default_rng(1)
    heads, levels = [], []
    for number in range(count):
        signal = read_recording(number, rng)
        loudness = level(signal)
        levels.append(loudness)
        heads.append(onset(signal, loudness))  # EQUAL
    return heads, levels


def main():
    heads, levels = collect(3000)
    width = min(len(head) for head in heads)
    print(np.mean(levels), np.stack([head[:width] for head in heads]).shape)


main()
# ADVICE: *copy()*
