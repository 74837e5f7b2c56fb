# Kind: a thread is started for each parcel to wait for its receipt, and every tenth receipt never comes.
# HOLDER: *frame* | *parcel* | *label* | *_active* | *threads* | *waiting* | *receipts* | *open*
import collections
import queue
import random
import threading
import time


class Carrier(threading.Thread):
    """Stands for the carrier's service: takes labels, and sends receipts, mostly."""

    def __init__(self, lost):
        super().__init__(name="carrier", daemon=True)
        self.inbox = queue.Queue(maxsize=200)
        self.rng = random.Random(15)
        self.lost = lost
        self.bytes = 0

    def run(self):
        while True:
            label, confirm = self.inbox.get()
            self.bytes += len(label)
            if self.rng.random() >= self.lost:
                confirm("R%08x" % self.rng.getrandbits(32))


class Parcel:
    def __init__(self, number, address, kilos):
        self.number = number
        self.address = address
        self.kilos = kilos
        self.receipt = None


class Receipts:
    """What is known of the parcels that are on their way: counts alone."""

    def __init__(self):
        self.lock = threading.Lock()
        self.states = collections.Counter()
        self.last = collections.deque(maxlen=50)

    def note(self, state, parcel):
        with self.lock:
            self.states[state] += 1
            self.last.append((parcel.number, state))


def draw_label(parcel, rng):
    """A picture for the printer, 4 x 6 inches, one bit a dot, with a code that nobody can read."""
    rows = []
    code = rng.randbytes(100)
    for row in range(1200):
        rows.append(code if row % 3 else parcel.address.encode().ljust(100, b"\0")[:100])
    return b"".join(rows)


class Dispatch:
    def __init__(self, carrier, receipts):
        self.carrier = carrier
        self.receipts = receipts
        self.rng = random.Random(7)

    def send(self, parcel):
        threading.Thread(target=self.deliver, args=(parcel,), daemon=True).start()  # EQUAL

    def deliver(self, parcel):
        label = draw_label(parcel, self.rng)
        confirmed = threading.Event()

        def confirm(receipt):
            parcel.receipt = receipt
            confirmed.set()

        self.receipts.note("sent", parcel)
        self.carrier.inbox.put((label, confirm))
        confirmed.wait()  # CULPRIT
        self.receipts.note("confirmed", parcel)


def parcels(count):
    rng = random.Random(21)
    for number in range(count):
        address = "Ms %d, Road %d, %05d Town" % (rng.randrange(10**6), rng.randrange(200), rng.randrange(10**5))
        yield Parcel(number, address, round(rng.expovariate(0.4), 1))


def main():
    carrier, receipts = Carrier(0.1), Receipts()
    carrier.start()
    dispatch = Dispatch(carrier, receipts)
    kilos = 0.0
    for parcel in parcels(100_000):
        kilos += parcel.kilos
        dispatch.send(parcel)
        if parcel.number % 20 == 19:
            time.sleep(0.005)
        if parcel.number % 1000 == 999:
            print(parcel.number + 1, "parcels,", round(kilos), "kg,", dict(receipts.states), flush=True)
    print(receipts.last[-1])


if __name__ == "__main__":
    main()
# ADVICE: *wait for* | *timeout*
