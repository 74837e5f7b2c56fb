# Kind: the ORM's all() on a table with long texts: shelf by shelf it did, and then one asks for all shelves.
# HOLDER: none | *books*
import os
import tempfile
import time

from library.export import lines_of
from library.models import open_catalogue

SHELVES = 400


def main():
    with tempfile.TemporaryDirectory() as folder:
        make = open_catalogue(os.path.join(folder, "catalogue.db"), SHELVES)
        written = 0
        for shelf in range(30):
            with make() as session:
                written += sum(1 for _ in lines_of(session, shelf))
            time.sleep(0.05)
        print(written)
        with make() as session, open(os.path.join(folder, "all.txt"), "w") as out:
            out.writelines(lines_of(session))


if __name__ == "__main__":
    main()
# ADVICE: *yield_per*
