# Kind: each message sets a timeout of an hour in a scheduler, and nobody takes it out when the answer has come.
# HOLDER: *_queue | *queue*
import random
import sched
import time


class Client:
    def __init__(self):
        self.timers = sched.scheduler()
        self.rng = random.Random(9)
        self.answers = 0

    def send(self, number):
        payload = self.rng.getrandbits(8 * 2000).to_bytes(2000, "big") * 5
        self.timers.enter(3600, 1, self.give_up, (number, payload))  # CULPRIT
        return self.answer(payload)

    def answer(self, payload):
        self.answers += 1
        return payload[:10]

    def give_up(self, number, payload):
        print("no answer to", number, len(payload))


def main():
    client = Client()
    heads = []
    for number in range(500_000):
        heads.append(client.send(number))
        if len(heads) == 200:
            heads = []
        client.timers.run(blocking=False)
        time.sleep(0.0002)


main()
# ADVICE: *cancel*
