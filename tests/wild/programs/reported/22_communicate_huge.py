# Kind: subprocess communicate() on a command with a huge output. HOLDER: none | *_fileobj2output*
import re
import subprocess
import sys

DUMP = "import sys\nfor n in range(%d): sys.stdout.write('2026-01-%%02d host%%d took %%d ms\\n' %% (n %% 28 + 1, n %% 50, n * 7919 %% 900))"


def start(lines):
    return subprocess.Popen([sys.executable, "-c", DUMP % lines], stdout=subprocess.PIPE)


def version():
    done = subprocess.run([sys.executable, "-V"], stdout=subprocess.PIPE)
    return done.stdout.decode().strip()


def read_log(lines):
    process = start(lines)
    output, _ = process.communicate()  # CULPRIT
    if process.returncode:
        raise RuntimeError("the dump failed")
    return output


def slow(output, limit):
    pattern = re.compile(rb"host(\d+) took (\d+) ms")
    hosts = {}
    for line in output.split(b"\n"):
        match = pattern.search(line)
        if match and int(match.group(2)) > limit:
            hosts[match.group(1)] = hosts.get(match.group(1), 0) + 1
    return hosts


def main():
    print(version())
    print(len(slow(read_log(2000), 800)))
    print(len(slow(read_log(12_000_000), 800)))


main()
# ADVICE: *process.stdout*
