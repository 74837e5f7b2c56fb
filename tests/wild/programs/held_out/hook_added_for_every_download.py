# Kind: a shared requests.Session is given a hook for each download, to check its checksum, and keeps all of them.
# HOLDER: *hooks*
# ADVICE: *hooks=* | *unregister* | *takeitout* | *remove*
import collections
import hashlib
import http.server
import random
import threading
import time

import requests


class Parts(http.server.BaseHTTPRequestHandler):
    """Stands for the shop's file server."""

    protocol_version = "HTTP/1.1"
    body = b"part " * 200

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_):
        pass


class Expected:
    """What a download should be: the checksums of all its blocks."""

    def __init__(self, number, rng):
        self.number = number
        self.blocks = [rng.randbytes(32) for _ in range(20_000)]

    def check(self, response, **_):
        if response.url.endswith(f"/{self.number}"):
            response.checked = hashlib.sha256(response.content).digest() in self.blocks


class Mirror:
    def __init__(self, port):
        self.address = f"http://127.0.0.1:{port}/parts/"
        self.session = requests.Session()
        self.sizes = collections.Counter()
        self.last = collections.deque(maxlen=30)
        self.rng = random.Random(4)

    def download(self, number):
        expected = Expected(number, self.rng)
        self.session.hooks["response"].append(expected.check)  # CULPRIT
        answer = self.session.get(self.address + str(number))
        self.sizes[len(answer.content)] += 1
        self.last.append((number, answer.status_code))
        return answer.checked


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Parts)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    mirror = Mirror(server.server_address[1])
    started = time.monotonic()
    wrong = 0
    for number in range(10_000):
        if not mirror.download(number):
            wrong += 1
        if number % 10 == 0:
            print(number, "parts,", wrong, "wrong,", round(time.monotonic() - started, 1), "s", flush=True)
    print(mirror.sizes)


if __name__ == "__main__":
    main()
