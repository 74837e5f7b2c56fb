# Kind: thread-local data in pool threads that live for ever: a per-thread cache that is never emptied. HOLDER: *compiled*
import queue
import random
import threading

local = threading.local()


def compile_template(name):
    rng = random.Random(name)
    return [("text", "%x" % rng.getrandbits(256)) if n % 2 else ("var", "v%d" % n) for n in range(600)]


def template(name):
    if not hasattr(local, "compiled"):
        local.compiled = {}
    if name not in local.compiled:
        local.compiled[name] = compile_template(name)  # CULPRIT
    return local.compiled[name]


def render(name, values):
    out = []
    for kind, text in template(name):
        out.append(text if kind == "text" else str(values.get(text, "")))
    return "".join(out)


def worker(jobs, sizes):
    while True:
        job = jobs.get()
        if job is None:
            return
        tenant, values = job
        sizes.append(len(render("mail/%s.html" % tenant, values)))


def main():
    jobs, sizes = queue.Queue(maxsize=100), []
    threads = [threading.Thread(target=worker, args=(jobs, sizes)) for _ in range(4)]
    for thread in threads:
        thread.start()
    rng = random.Random(4)
    for _ in range(60_000):
        jobs.put(("%x" % rng.getrandbits(64), {"v2": "x", "v4": 7}))
    for _ in threads:
        jobs.put(None)
    for thread in threads:
        thread.join()
    print(sum(sizes))


main()
# ADVICE: *bound* | *limit* | *clear()*
