# Kind: sqlite fetchall() of a large table, each row made a dict, in an exporter that only needs one row at a time. HOLDER: none | *rows*
import os
import random
import sqlite3
import tempfile


def fill(path, rows):
    rng = random.Random(9)
    connection = sqlite3.connect(path)
    connection.execute("create table event (id integer primary key, kind text, who text, payload text)")
    for start in range(0, rows, 5000):
        connection.executemany(
            "insert into event (kind, who, payload) values (?, ?, ?)",
            [(rng.choice("abc"), "u%d" % rng.randrange(999), "%x" % rng.getrandbits(600)) for _ in range(5000)],
        )
    connection.commit()
    return connection


def query(connection, kind):
    cursor = connection.execute("select id, kind, who, payload from event where kind <> ?", (kind,))
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row)) for row in cursor.fetchall()]  # CULPRIT
    return rows


def line(row):
    return "%(id)d;%(who)s;%(payload)s\n" % row


def export(connection, path):
    written = 0
    with open(path, "w") as out:
        for row in query(connection, "-"):
            written += out.write(line(row))
    return written


def main():
    with tempfile.TemporaryDirectory() as folder:
        connection = fill(os.path.join(folder, "events.db"), 1_000_000)
        users = connection.execute("select count(distinct who) from event").fetchone()
        print(users, export(connection, os.path.join(folder, "events.csv")))


main()
# ADVICE: *fetchmany* | *over the cursor* | *generator*
