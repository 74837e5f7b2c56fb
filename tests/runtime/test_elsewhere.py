"""Systems other than Linux, as far as this one can be made to look like them: no /proc, and fewer functions."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

PSUTIL = """
import collections, io
Info = collections.namedtuple("Info", "rss vms total")
def memory():
    with io.open("/proc/self/statm") as file:
        vms, rss = [4096 * int(word) for word in file.read().split()[:2]]
    return Info(rss, vms, 8 << 30)
class Process:
    def memory_info(self):
        return memory()
virtual_memory = memory
"""
PROGRAM = """
import sys, threading, time
kept = []
def grow(size):
    __memmon__.before("big", 10)
    kept.append(b"x" * (size << 20))
    __memmon__.after("big", 10)
thread = threading.Thread(target=grow, args=(60,))
thread.start()
thread.join()
grow(30)
for _ in range(15_000):
    __memmon__.start("loop", 20)
    __memmon__.end("loop", 20)
time.sleep(0.2)
print(sum(map(len, kept)) >> 20)
sys.exit(3)
"""


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_other_systems_are_read_by_psutil(one_python, system):
    """The same program, the same output and status, a whole record with the right growth, no page left behind."""
    shutil.copy(Path(__file__).with_name("elsewhere.py"), one_python.folder / "sitecustomize.py")
    (one_python.folder / "psutil.py").write_text(PSUTIL, "utf-8")
    one_python.write(PROGRAM)
    left = one_python.run(None, PYTHONPATH=str(one_python.folder), ELSEWHERE=system)
    assert (left.status, left.stdout, left.stderr) == (3, "90\n", "")
    assert left.facts["header"]["reading"] == "psutil"
    assert ", read by psutil, " in left.log
    assert "\r" not in left.log
    growths = [float(line["step"]) for line in left.lines if line["name"] == "big_AFTER"]
    assert growths == [pytest.approx(60, abs=3), pytest.approx(30, abs=3)]
    assert left.names[-1] == "program end"
    assert [site["opened"] for site in left.facts["totals"]] == [2, 15_000]
    assert left.pages == []
    kinds = {path.suffix for path in one_python.folder.iterdir() if path.is_file()}
    assert kinds == {".py", ".log", ".events"}
