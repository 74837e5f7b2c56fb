"""One of several threads keeps what it is given."""

import threading
import time

backlog = []
done = threading.Event()


def count_down():
    while not done.is_set():
        sum(i * i for i in range(2_000))
        time.sleep(0.002)


def consume():
    number = 0
    while not done.is_set():
        number += 1
        event = {"number": number, "body": "event %d " % number * 50, "parts": list(range(200))}
        backlog.append(event)  # <- culprit
        if number % 1_000 == 0:
            time.sleep(0.001)


threads = [threading.Thread(target=count_down, name="clock"), threading.Thread(target=consume, name="consumer")]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
