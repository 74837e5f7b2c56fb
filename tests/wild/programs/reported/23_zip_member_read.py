# Kind: ZipFile.read() of a large member where its lines would do. HOLDER: none
import csv
import io
import os
import tempfile
import zipfile


def make_archive(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("meta.txt", "addresses of three towns\n")
        for town, rows in (("anton", 2000), ("berta", 30_000), ("caesar", 6_000_000)):
            with archive.open(town + ".csv", "w", force_zip64=True) as out:
                out.write(b"number,street,postcode\n")
                for start in range(0, rows, 10_000):
                    block = ("%d,Long Street of %s %d,%05d\n" % (n, town, n % 77, n % 99999)
                             for n in range(start, min(start + 10_000, rows)))
                    out.write("".join(block).encode())


def members(archive):
    return sorted(name for name in archive.namelist() if name.endswith(".csv"))


def read_member(archive, name):
    data = archive.read(name)  # CULPRIT
    return csv.DictReader(io.TextIOWrapper(io.BytesIO(data), "utf-8"))


def streets(reader):
    seen = set()
    for row in reader:
        seen.add(row["street"])
    return len(seen)


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "addresses.zip")
        make_archive(path)
        with zipfile.ZipFile(path) as archive:
            for name in members(archive):
                print(name, streets(read_member(archive, name)))


main()
# ADVICE: *archive.open*
