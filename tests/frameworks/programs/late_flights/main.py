"""Counts late flights in a cluster of two workers, each with its nanny."""
from logging import CRITICAL

from dask.distributed import Client, LocalCluster
from flights import late_on

SETTINGS = {
    "n_workers": 2,
    "threads_per_worker": 1,
    "memory_limit": 0,
    "dashboard_address": None,
    "silence_logs": CRITICAL,  # now and then a worker complains that the scheduler is gone when all is closed
}


def main():
    with LocalCluster(**SETTINGS) as cluster, Client(cluster) as client:
        print(sum(client.gather(client.map(late_on, range(420)))), "late flights")


if __name__ == "__main__":
    main()
