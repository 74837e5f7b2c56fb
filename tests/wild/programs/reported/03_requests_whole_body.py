# Kind: requests.get without stream=True: the whole body of a large download in memory. HOLDER: none
import hashlib
import os
import subprocess
import sys
import tempfile

import requests

SERVER = """
import http.server
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        size = int(self.path.rsplit('-', 1)[1])
        self.send_response(200); self.send_header('Content-Length', str(size)); self.end_headers()
        block = bytes(range(256)) * 256
        while size > 0:
            self.wfile.write(block[:size]); size -= len(block)
    def log_message(self, *a): pass
s = http.server.HTTPServer(('127.0.0.1', 0), H); print(s.server_port, flush=True); s.serve_forever()
"""


def manifest():
    return [("index-20000", "index"), ("labels-900000", "labels"), ("archive-420000000", "archive"), ("readme-999", "r")]


def fetch(session, url):
    answer = session.get(url, timeout=60)  # CULPRIT
    answer.raise_for_status()
    return answer


def save(folder, name, answer):
    path = os.path.join(folder, name)
    digest = hashlib.sha256()
    with open(path, "wb") as out:
        for part in answer.iter_content(65536):
            digest.update(part)
            out.write(part)
    return digest.hexdigest()


def mirror(base, folder):
    sums = {}
    with requests.Session() as session:
        for path, name in manifest():
            answer = fetch(session, base + path)
            sums[name] = save(folder, name, answer)
    return sums


def main():
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    port = server.stdout.readline().strip()
    with tempfile.TemporaryDirectory() as folder:
        print(mirror("http://127.0.0.1:%s/" % port, folder))
    server.kill()


main()
# ADVICE: *stream=True*
