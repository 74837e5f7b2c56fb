# Kind: a tracer with a thread-local list of spans that only a flush empties, which the pool's threads never call.
# HOLDER: *spans | *spans*
import concurrent.futures
import hashlib
import random
import threading


class Tracer:
    def __init__(self):
        self._here = threading.local()

    def spans(self):
        if not hasattr(self._here, "spans"):
            self._here.spans = []
        return self._here.spans

    def note(self, name, attributes):
        self.spans().append({"name": name, "attributes": attributes, "events": []})  # CULPRIT

    def flush(self):
        done, self._here.spans = self._here.spans, []
        return done


tracer = Tracer()


def lookup(table, key):
    digest = hashlib.pbkdf2_hmac("sha1", key.encode(), table.encode(), 60).hex()
    tracer.note("lookup", {"table": table, "key": key, "digest": digest, "path": [digest[n : n + 4] for n in range(36)]})
    return int(digest, 16) % 97


def answer(seed):
    rng = random.Random(seed)
    found = [lookup("users", "user-%d" % rng.randrange(10**9)) for _ in range(20)]
    return sum(found)


def serve(requests):
    total = 0
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        for start in range(0, requests, 100):
            total += sum(pool.map(answer, range(start, start + 100)))
    return total


print(serve(60_000))
# ADVICE: *each thread* | *write it out* | *maxlen*
