# Kind: a recorder maps a segment of anonymous memory for each minute, and unmaps none.
# HOLDER: *segments*
import mmap
import random
import time

SIZE = 1 << 18


class Recorder:
    def __init__(self):
        self.segments = []
        self.scratch = mmap.mmap(-1, SIZE)
        self.minutes = 0

    def open_minute(self):
        segment = mmap.mmap(-1, SIZE)  # EQUAL
        self.segments.append(segment)  # CULPRIT
        self.minutes += 1
        return segment

    def rough(self, samples):
        self.scratch.seek(0)
        for sample in samples[:40]:
            self.scratch.write(sample[:100])
        return self.scratch.tell()


def samples_of(rng, minute):
    base = rng.getrandbits(8 * 2000).to_bytes(2000, "little")
    return [base[n:] + base[:n] for n in range(0, 2000, 16)]


def write(segment, samples):
    for sample in samples:
        segment.write(sample)
    return segment.tell()


def main():
    rng, recorder = random.Random(52), Recorder()
    written = rough = 0
    for minute in range(20_000):
        samples = samples_of(rng, minute)
        rough += recorder.rough(samples)
        written += write(recorder.open_minute(), samples)
        time.sleep(0.003)
    print(written, rough, recorder.minutes)


main()
# ADVICE: *close()*
