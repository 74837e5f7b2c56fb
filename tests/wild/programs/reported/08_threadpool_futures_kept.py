# Kind: all work submitted to a ThreadPoolExecutor at once; each future keeps its result. HOLDER: *jobs* | *pool*
import hashlib
import random
from concurrent.futures import ThreadPoolExecutor, as_completed


def fetch(url):
    rng = random.Random(url)
    rows = ["%s,%d,%x" % (url, n, rng.getrandbits(64)) for n in range(1500)]
    return rows


def wanted(count):
    for number in range(count):
        url = "https://data.example.org/part/%05d.csv" % number
        if int(hashlib.md5(url.encode()).hexdigest(), 16) % 10:
            yield url


def count_rows(rows):
    return sum(1 for row in rows if row.count(",") == 2)


def crawl(count):
    totals = {}
    with ThreadPoolExecutor(4) as pool:
        jobs = {}
        for url in wanted(count):
            jobs[pool.submit(fetch, url)] = url  # CULPRIT
        for job in as_completed(jobs):
            totals[jobs[job]] = count_rows(job.result())
    return totals


def main():
    totals = crawl(6000)
    print(len(totals), sum(totals.values()))


main()
# ADVICE: *so many at a time* | *let go of each future*
