"""A forked child keeps too much; its parent waits for it."""

import os
import sys


def score(number):
    return sum(int(digit) for digit in str(number * 7919))


def work():
    results = {}
    number = 0
    while True:
        number += 1
        results[number] = (score(number), "result %d " % number * 100, [number] * 200)  # <- culprit


settings = {"name": "parent", "rows": list(range(50_000))}
pid = os.fork()
if pid == 0:
    work()
_, status = os.waitpid(pid, 0)
sys.exit(1 if status else 0)
