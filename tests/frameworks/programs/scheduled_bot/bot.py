"""A bot with two jobs: one looks at prices, the other keeps books, both until enough was done."""
import threading
from datetime import datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

ROUNDS = 100
BOOKS = {}
finished = threading.Event()
prices = []


def fetch(number):
    return [{"time": number, "price": n * 0.5, "pair": f"pair-{n}"} for n in range(12_000)]


def look_at_prices():
    prices[:] = [row["price"] for row in fetch(0)]


def keep_books():
    number = len(BOOKS)
    page = fetch(number)
    BOOKS[number] = page  # CULPRIT: BOOKS[number] = 0
    if len(BOOKS) == ROUNDS:
        finished.set()


scheduler = BackgroundScheduler()
soon = datetime.now() + timedelta(seconds=0.1)
scheduler.add_job(look_at_prices, "interval", seconds=0.05, next_run_time=soon)
scheduler.add_job(keep_books, "interval", seconds=0.03, next_run_time=soon, max_instances=1)
import logging

logging.getLogger("apscheduler").setLevel(logging.ERROR)
scheduler.start()
finished.wait()
scheduler.shutdown()
print("the books are kept:", len(BOOKS))
