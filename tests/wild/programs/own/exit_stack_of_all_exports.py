# Kind: one ExitStack around the whole run, into which each export's buffer is entered.
# HOLDER: *stack* | *_exit_callbacks*
import contextlib
import io
import random
import time


def rows(rng, count):
    for number in range(count):
        yield number, rng.randrange(10**6), f"{rng.getrandbits(800):x}"


def render(buffer, found):
    for number, pieces, code in found:
        buffer.write(f"{number};{pieces};{code}\n".encode())
    return buffer.tell()


def checksum(buffer):
    view = buffer.getbuffer()
    try:
        return sum(view[::997])
    finally:
        view.release()


def export(rng, stack, count):
    buffer = stack.enter_context(io.BytesIO())  # CULPRIT
    return render(buffer, rows(rng, count)), checksum(buffer)


def preview(rng):
    with io.BytesIO() as buffer:
        return render(buffer, rows(rng, 20))


def main():
    rng = random.Random(40)
    total = 0
    with contextlib.ExitStack() as stack:
        for _ in range(20_000):
            preview(rng)
            size, _ = export(rng, stack, rng.randrange(500, 1500))
            total += size
            time.sleep(0.0005)
    print(total)


main()
# ADVICE: *for each*
