"""Counts late flights in a cluster of two workers, each with its nanny."""
from dask.distributed import Client, LocalCluster
from flights import late_on


def main():
    with LocalCluster(n_workers=2, threads_per_worker=1, memory_limit=0, dashboard_address=None) as cluster:
        with Client(cluster) as client:
            print(sum(client.gather(client.map(late_on, range(600)))), "late flights")


if __name__ == "__main__":
    main()
