# Kind: a report reads a whole joined table with one fetchall, whose rows were few when it was written.
# HOLDER: none | *rows
import sqlite3
import time


def prepare(rows):
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT)")
    base.execute("CREATE TABLE purchase (customer INTEGER, amount REAL, note TEXT)")
    base.executemany("INSERT INTO customer VALUES (?, ?)", ((n, f"customer {n}") for n in range(300)))
    base.executemany("INSERT INTO purchase VALUES (?, ?, ?)", ((n % 300, n * 0.5, "n" * 20) for n in range(rows)))
    return base


def sums(base):
    found = base.execute("SELECT customer, SUM(amount) FROM purchase GROUP BY customer").fetchall()
    return dict(found)


def report(base):
    rows = base.execute("SELECT a.note, b.note, c.name FROM purchase a JOIN purchase b ON a.customer = b.customer JOIN customer c ON c.id = a.customer").fetchall()  # CULPRIT
    return len(rows)


def main():
    base = prepare(30_000)
    for _ in range(20):
        sums(base)
        time.sleep(0.05)
    print(report(base))


main()
# ADVICE: *fetchmany* | *over the cursor*
