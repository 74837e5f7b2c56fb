"""What a timer starts every night: no terminal, hardly an environment, a folder that nobody may write to."""
import time

kept = []


def measure(number):
    return [f"{number} {n} {n * 0.25}" for n in range(20_000)]


def smooth(values):
    return [value.rpartition(" ")[2] for value in values]


def main():
    for number in range(250):
        values = measure(number)
        smooth(values)
        kept.extend(values)  # CULPRIT
        time.sleep(0.002)
    print("measured", number + 1)


main()
