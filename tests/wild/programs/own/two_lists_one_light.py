# Kind: two lists that grow by an entry each for every message: one holds numbers, the other the messages' texts.
# HOLDER: *bodies
import random


class Mailbox:
    def __init__(self):
        self.stamps = []
        self.bodies = []
        self.senders = {}

    def receive(self, stamp, sender, body):
        self.stamps.append(stamp)
        self.bodies.append(body)  # CULPRIT
        self.senders[sender] = self.senders.get(sender, 0) + 1

    def pause(self):
        if len(self.stamps) < 2:
            return 0
        return self.stamps[-1] - self.stamps[-2]

    def find(self, word):
        return [number for number, body in enumerate(self.bodies) if word in body]


def messages(count):
    rng, stamp = random.Random(21), 0
    for _ in range(count):
        stamp += rng.randrange(1, 2000)
        text = " ".join("%x" % rng.getrandbits(36) for _ in range(120))
        yield stamp, "peer-%d" % rng.randrange(60), text


def spam(body):
    words = body.split()
    return sum(word.endswith("f") for word in words) > len(words) // 4


def main():
    mailbox, longest, junk = Mailbox(), 0, 0
    for stamp, sender, body in messages(400_000):
        junk += spam(body)
        mailbox.receive(stamp, sender, body)
        longest = max(longest, mailbox.pause())
    print(longest, junk, len(mailbox.find("abc")), len(mailbox.senders))


main()
# ADVICE: *write it out* | *maxlen*
