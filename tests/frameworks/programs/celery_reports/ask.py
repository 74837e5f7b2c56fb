"""Asks for sixty averages and reports, and prints what came back of them while somebody works on them."""
import sys

from celery.exceptions import TimeoutError
from tasks import average, report

most = int(sys.argv[1])
asked = []
for number in range(most):
    asked += [average.delay(list(range(100))), report.delay(f"customer {number}")]
for result in asked:
    try:
        print(result.get(timeout=60, interval=0.02, propagate=False))
    except TimeoutError:
        print("no answer")
