"""Many children that live at once: what they leave is bounded, and one that has much to tell is given room."""

from __future__ import annotations

import os
import subprocess

import pytest

from memmon_runtime.record.shared_room import SharedRoom

MB = 1 << 20
FAMILY = """
import glob, os, signal, sys, time
from pathlib import Path
parent = os.getpid()
def log():
    (name,) = glob.glob(f"memory_monitor_*_{os.getpid()}.log")
    return name
def passes(count):
    for site in range(count):
        __memmon__.before("site%d" % site, 100 + site, alarm=-1)
        __memmon__.after("site%d" % site, 100 + site, alarm=-1)
def forked(do):
    pid = os.fork()
    if not pid:
        do()
        sys.exit()
    return pid
def lives():
    passes(1)
    while os.getppid() == parent:
        time.sleep(0.1)
    os._exit(0)
def loud():
    while not Path("enough").exists():
        passes(12)
        time.sleep(0.005)
    lives()
def until(holds):
    while not holds():
        time.sleep(0.05)
def of(pids):
    return [name for name in os.listdir(".") if any(f"_{pid}." in name for pid in pids)]
def size(pids):
    return sum(os.stat(name).st_blocks * 512 for name in of(pids))
"""
ONE_OF_TWENTY = (
    FAMILY
    + """
pids = [forked(lives) for _ in range(20)]
until(lambda: len(glob.glob("memory_monitor_*_*_*.log")) == 20)
much = forked(loud)
until(lambda: size([much]) > 200_000)
Path("enough").touch()
ends = forked(lambda: passes(60))
assert os.waitpid(ends, 0)[1] == 0
print(ends, size(pids) // len(pids))
"""
)
THREE_HUNDRED = (
    FAMILY
    + """
def stopped():
    while sum(os.stat(name).st_size for name in of([os.getpid()])) < 3 << 12:
        passes(12)
    os.kill(os.getpid(), signal.SIGSTOP)
pids = []
for number in range(310):
    pids.append(forked(stopped))
    os.waitpid(pids[-1], os.WUNTRACED)
much = forked(loud)
for _ in range(2):
    time.sleep(1)
print(size([*pids, much]), len([pid for pid in pids if of([pid])]))
for pid in pids:
    os.kill(pid, signal.SIGKILL)
Path("enough").touch()
"""
)


def test_one_of_many_that_has_much_to_tell_is_given_room(one_python):
    """The others keep to little; one that ends well says so whole, though it has more to say than its share holds."""
    left = one_python.run(ONE_OF_TWENTY, timeout=120)
    assert (left.status, left.stderr) == (0, "")
    ended, others = map(int, left.stdout.split())
    assert others <= 32 << 10
    (facts,) = [one for one in left.processes if one["header"]["pid"] == ended]
    assert facts["end"] == {"exit": "normal"}
    assert len(facts["totals"]) == 60
    assert not list(left.folder.glob(f".*_{ended}.page"))


@pytest.mark.slow
def test_hundreds_that_live_at_once_stay_below_the_bound(one_python):
    """The three hundred that are there, stopped after they had much to tell, have records: together a few megabytes."""
    left = one_python.run(THREE_HUNDRED, timeout=280)
    assert (left.status, left.stderr) == (0, "")
    taken, recorded = map(int, left.stdout.split())
    assert taken < 16 * MB  # with what a parent and its ended children may leave, 50
    assert recorded == 310


@pytest.fixture
def sleepers():
    """Processes that are there."""
    processes = [subprocess.Popen(["sleep", "100"]) for _ in range(4)]
    yield [one.pid for one in processes]
    for one in processes:
        one.kill()
        one.wait()


def test_what_is_left_is_shared_among_those_that_live(tmp_path, sleepers):
    """Files of the dead, of first processes and of others take nothing; where all is taken, nothing is given."""
    room = SharedRoom(str(tmp_path))

    def record(pid, size):
        stem = f"memory_monitor_20261122_103048_{pid}" if pid else "memory_monitor_20261122_103048"
        (tmp_path / f".{stem}.page").write_bytes(bytes(4096))
        (tmp_path / f"{stem}.log").write_bytes(os.urandom(size))

    record(0, 9 * MB)
    record(2**22 + 1, 9 * MB)
    (tmp_path / "data").write_bytes(os.urandom(9 * MB))
    assert room.living() == []
    before = room.share()
    record(sleepers[0], 1 * MB)
    one = room.share()
    for pid in sleepers[1:]:
        record(pid, 1 * MB)
    assert len(room.living()) == 4
    four = room.share()
    assert before > one > four > 0
    assert (before - one) * 2 == pytest.approx(MB, rel=0.01)
    record(sleepers[0], 9 * MB)
    assert room.share() == 0
    room.close()
