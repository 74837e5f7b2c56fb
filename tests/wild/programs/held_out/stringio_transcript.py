# Kind: a whole transcript is written into a StringIO, and goes on for days.
# HOLDER: *transcript* | *.text | *out*
import io
import random
import time

WORDS = "ack nak open close retry window stream packet reset".split()


class Transcript:
    def __init__(self):
        self.text = io.StringIO()
        self.counts = {}

    def say(self, speaker, line):
        self.counts[speaker] = self.counts.get(speaker, 0) + 1
        self.text.write(f"{speaker}: {line}\n")  # CULPRIT


def chatter(rng):
    return " ".join(rng.choice(WORDS) for _ in range(120))


def main():
    rng = random.Random(3)
    transcript = Transcript()
    for turn in range(2_000_000):
        line = chatter(rng)
        transcript.say("client" if turn % 2 else "server", line)
        if turn % 20 == 0:
            time.sleep(0.0005)
    print(len(transcript.text.getvalue()))


main()
# ADVICE: *to a file* | *truncate*
