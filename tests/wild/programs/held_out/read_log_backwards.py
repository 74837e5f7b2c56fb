# Kind: the last lines of a log are had by readlines(), and once the log is large.
# HOLDER: none | *lines
import os
import random
import tempfile
import time


def write_log(path, lines):
    rng = random.Random(21)
    with open(path, "w") as file:
        for number in range(lines):
            file.write(f"{number} {rng.random()} some words of a log\n")


def tail(path, count):
    with open(path) as file:
        lines = file.readlines()  # CULPRIT
    return lines[-count:]


def main():
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "app.log")
    for size in (1000, 5000, 20_000):
        write_log(path, size)
        print(tail(path, 1))
        time.sleep(0.1)
    write_log(path, 4_000_000)
    try:
        print(tail(path, 1))
    finally:
        os.remove(path)


main()
# ADVICE: *line by line* | *deque*
