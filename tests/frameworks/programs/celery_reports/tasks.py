"""Reports are worked out by a pool of workers; messages are files in a folder."""
import os

from celery import Celery

for name in ("queue", "results"):
    os.makedirs(name, exist_ok=True)
app = Celery("tasks", broker="filesystem://", backend="file://" + os.path.abspath("results"))
app.conf.broker_transport_options = {
    "data_folder_in": "queue",
    "data_folder_out": "queue",
    "polling_interval": 0.02,
}
app.conf.worker_prefetch_multiplier = 1
app.conf.broker_connection_retry_on_startup = True
DONE = []


@app.task
def average(values):
    table = [value * 1.5 for value in values for _ in range(200)]
    return sum(table) / len(table)


@app.task
def report(customer):
    rows = [{"customer": customer, "row": n, "text": f"row {n} of {customer}"} for n in range(20_000)]
    DONE.append(rows)  # CULPRIT
    return len(rows)
