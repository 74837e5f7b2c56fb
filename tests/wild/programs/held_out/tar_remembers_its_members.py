# Kind: a backup of many small files is read as one tar stream, and the TarFile keeps a TarInfo of each member it came by.
# HOLDER: *members* | *archive* | *tar*
import collections
import hashlib
import io
import random
import tarfile
import time


class BackupStream(io.RawIOBase):
    """Stands for the pipe from `zstd -d`: a tar of a mail server's folders."""

    def __init__(self, files, seed):
        self.files = files
        self.rng = random.Random(seed)
        self.number = 0
        self.waiting = bytearray()

    def readable(self):
        return True

    def _next_file(self):
        body = self.rng.randbytes(self.rng.randrange(40, 200))
        user = self.rng.randrange(20_000)
        info = tarfile.TarInfo("vmail/example.org/user%05d/cur/%d.M%06dP%d" % (user, 1_700_000_000 + self.number, self.number, user))
        info.size = len(body)
        info.mtime = 1_700_000_000 + self.number
        info.uname = info.gname = "vmail"
        info.pax_headers = {"SCHILY.xattr.user.index": self.rng.randbytes(10_000).hex()}
        self.number += 1
        padding = -len(body) % 512
        return info.tobuf(tarfile.PAX_FORMAT) + body + bytes(padding)

    def readinto(self, into):
        while len(self.waiting) < len(into) and self.number < self.files:
            self.waiting += self._next_file()
        if self.number >= self.files and not self.waiting:
            return 0
        count = min(len(into), len(self.waiting))
        into[:count] = self.waiting[:count]
        del self.waiting[:count]
        return count


class Usage:
    """How much each domain and the biggest users take."""

    def __init__(self):
        self.by_user = collections.Counter()
        self.largest = []
        self.files = 0
        self.size = 0

    def add(self, name, size):
        user = name.split("/")[2]
        self.by_user[user] += size
        self.files += 1
        self.size += size
        if not self.largest or size > self.largest[-1][0]:
            self.largest = sorted([*self.largest, (size, name)], reverse=True)[:10]


class Digest:
    """One checksum over all bodies, to compare two backups by."""

    def __init__(self):
        self.sha = hashlib.sha256()

    def add(self, name, body):
        self.sha.update(name.encode())
        self.sha.update(body)


def mails(archive):
    for member in archive:  # CULPRIT
        if not member.isfile():
            continue
        body = archive.extractfile(member).read()
        yield member.name, body


def check(stream):
    usage, digest = Usage(), Digest()
    started = time.monotonic()
    with tarfile.open(fileobj=stream, mode="r|") as archive:  # EQUAL
        for name, body in mails(archive):
            usage.add(name, len(body))
            digest.add(name, body)
            if usage.files % 1000 == 0:
                print(usage.files, "files,", usage.size, "bytes,", round(time.monotonic() - started, 1), "s", flush=True)
    return usage, digest.sha.hexdigest()


def main():
    usage, checksum = check(BackupStream(60_000, 8))
    print(checksum)
    for user, size in usage.by_user.most_common(5):
        print(user, size)


if __name__ == "__main__":
    main()
# ADVICE: *members = []*
