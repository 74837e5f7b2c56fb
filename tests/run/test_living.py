"""Deaths in a run that goes on: each told when it happens, in a few lines that keep nobody waiting."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from support import cgroup, marks, terminal
from support.tool import memmon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conftest import Place

PARENT = """
import os, signal, subprocess, sys, time
from pathlib import Path
kept = []
def handle():
    kept.append(bytearray(1 << 20))
def leak():
    while True:
        handle()
        if len(kept) % 5 == 0: time.sleep(.01)
        if len(kept) in (30, 60, 90): until(is_seen, 3)
def is_seen():
    return any('"census"' in path.read_text() for path in Path('.').glob(f'.memory_monitor_*_{os.getpid()}.events'))
def fork(work):
    pid = os.fork()
    if pid == 0:
        work()
    return pid, os.WTERMSIG(os.waitpid(pid, 0)[1])
def until(holds, seconds=20):
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end: time.sleep(.02)
def told(pid):
    return any(Path('.').glob(f'.memory_monitor_*_{pid}.told'))
"""
"""What each program begins with: line 6 leaks, in a worker of its own, which waits until it is seen what holds that."""
SHORT = re.compile(r"^memmon: process (\d+) .*killed for want of memory.*\n((?:  .*\n)*)", re.MULTILINE)
"""A short verdict: its first line, and those that go with it."""


WITHOUT_KERNEL_LOG = ["unshare", "-m", "sh", "-c", 'mount --bind /dev/null /dev/kmsg && exec "$0" "$@"']
"""What runs a command where the kernel log can't be read, as in a container."""


def killed(
    place: Place, script: str, mb: int = 150, *options: str, within: Sequence[str] = ()
) -> subprocess.CompletedProcess[bytes]:
    """Run a program by `memmon run` where there is so much memory, *within* what another command prepares."""
    place.write("memmon.toml", '[memmon]\nlanguage = "en"\n')
    place.write("main.py", PARENT + script)
    words = [*within, *place.command, *options, "main.py"]
    with cgroup.limited(mb) as group:
        return group.run(words, cwd=place.folder, env=place.environment, capture_output=True)


@marks.needs_cgroup
def test_a_worker_is_told_of_while_the_program_goes_on(place: Place) -> None:
    """Its line, what holds it and what to do, in four lines; its record is marked, and the end sums up."""
    done = killed(
        place,
        "pid, by = fork(leak)\nuntil(lambda: told(pid))\n"
        "print(f'{pid} {by} {told(pid)}', file=sys.stderr, flush=True)\n",
    )
    living, _, after = done.stderr.decode().partition("9 True\n")
    assert done.returncode == 0
    assert after, living
    (found,) = SHORT.finditer(living)
    more = found[2].splitlines()
    assert len(more) <= 3
    assert "main.py:6 (" in more[0]
    assert "held by kept" in more[1]
    assert living == f"{found[0]}{found[1]} "
    assert after == "memmon: 1 of 2 processes of this run died: main.py:6; `memmon report` tells more\n"
    with_it = json.loads(memmon("report", "--json", cwd=place.folder).stdout)
    assert [one["pid"] for one in with_it["incidents"]] == [int(found[1])]
    held = with_it["incidents"][0]["held"]
    assert (held[0]["pid"], held[0]["mb"] > 100) == (int(found[1]), True)


def _may_hide() -> bool:
    """Whether the kernel log can be hidden from a process here."""
    return subprocess.run([*WITHOUT_KERNEL_LOG, "true"], capture_output=True, check=False).returncode == 0


@marks.needs_cgroup
@pytest.mark.skipif(not _may_hide(), reason="no right to make a mount namespace (CAP_SYS_ADMIN)")
def test_where_nobody_names_the_dead(place: Place) -> None:
    """In a container the kernel log is not there: the count of kills and the missing end tell who it was, each time."""
    done = killed(
        place,
        "for _ in range(2):\n    pid, by = fork(leak)\n    until(lambda: told(pid))\n    print(by, told(pid))\n",
        within=WITHOUT_KERNEL_LOG,
    )
    assert (done.stdout, done.returncode) == (b"9 True\n" * 2, 0), done.stderr
    assert len(SHORT.findall(done.stderr.decode())) == 2
    said = json.loads(memmon("report", "--json", cwd=place.folder).stdout)
    assert [(one["cause"], one["culprit"]["line"]) for one in said["incidents"]] == [("oom-kill", 6)] * 2


@marks.needs_cgroup
def test_quiet_says_and_marks_nothing(place: Place) -> None:
    """With --quiet the death is in the record, for a report or the next start to tell of."""
    noted = "any('\"death\"' in path.read_text() for path in Path('.').glob('.memory_monitor_*.events'))"
    done = killed(place, f"pid, by = fork(leak)\nuntil(lambda: {noted})\nprint(by)\n", 150, "--quiet")
    assert (done.stdout, done.stderr, done.returncode) == (b"9\n", b"", 0)
    assert list(place.folder.glob(".*.told")) == []
    assert len(place.facts("death")) == 1


@marks.needs_cgroup
@marks.full
def test_of_many_deaths_five_are_told_each(place: Place) -> None:
    """A pool whose workers die again and again does not fill the terminal; the end counts them all."""
    place.write("memmon.toml", '[memmon]\nlanguage = "en"\n')
    place.write(
        "main.py",
        f"{PARENT}def large():\n    x = bytearray(200 << 20)\n    x[::4096] = bytes(len(x[::4096]))\n"
        "for _ in range(7):\n    fork(large)\n    time.sleep(.7)\n"
        "signal.signal(signal.SIGINT, signal.SIG_DFL)\nos.kill(os.getpid(), signal.SIGINT)\n",
    )
    with cgroup.limited(100) as group:
        words = group.wrap([*place.command, "main.py"])
        code, written = terminal.run(words, cwd=place.folder, env=place.environment)
        kills = group.oom_kills()
    *said, end = re.findall(r"^memmon: (.*)\r$", written, re.MULTILINE)
    assert code == 130
    assert kills >= 7  # a verdict that was in the way of the next worker is given up
    assert len([one for one in said if one.startswith("process ")]) == 5, written
    assert len([one for one in said if "more process" in one]) == 1
    assert len(said) == 6
    assert end.startswith("7 of 8 processes of this run died")


@marks.needs_cgroup
def test_a_death_in_another_run_is_not_told(place: Place) -> None:
    """Two programs in one folder, with one limit: the supervisor whose worker was killed tells of it, and it alone."""
    place.write("other.py", f"{PARENT}until(lambda: Path('done').exists())\ntime.sleep(1.2)\n")
    place.write("main.py", f"{PARENT}pid, by = fork(leak)\nuntil(lambda: told(pid))\nPath('done').touch()\n")
    place.write("memmon.toml", '[memmon]\nlanguage = "en"\n')
    run = " ".join(place.command)
    with cgroup.limited(200) as group:
        words = ["sh", "-c", f"{run} other.py 2>other.txt & {run} --quiet other.py & {run} main.py; wait"]
        done = group.run(words, cwd=place.folder, env=place.environment, capture_output=True)
    assert len(SHORT.findall(done.stderr.decode())) == 1
    assert (place.folder / "other.txt").read_text(encoding="utf-8") == ""
    assert len(place.facts("death")) == 1


@marks.needs_cgroup
def test_what_is_seen_from_outside_alone(place: Place) -> None:
    """A Python without its environment that is killed is named with what it held, and who held more."""
    place.write(
        "grow.py",
        "import time\nkept = []\nwhile True:\n    kept.append(bytearray(1 << 20))\n"
        "    if len(kept) % 5 == 0: time.sleep(.05)\n",
    )
    done = killed(
        place,
        "kept = bytearray(110 << 20)\nkept[::4096] = bytes(len(kept[::4096]))\n"
        "child = subprocess.Popen(['env', '-i', sys.executable, 'grow.py'])\n"
        "Path(f'/proc/{child.pid}/oom_score_adj').write_text('900')\n"
        "print(child.wait(), flush=True)\ntime.sleep(2)\n",
        200,
    )
    assert (done.stdout, done.returncode) == (b"-9\n", 0)
    line, end = re.findall(r"^memmon: (.*)$", done.stderr.decode(), re.MULTILINE)
    assert re.match(
        r"process \d+ \(\S+ grow.py\) was killed for want of memory \(it held \d+ MB\); more was held by", line
    )
    assert end.startswith("1 of 2 processes of this run died")
    told = memmon("report", "--full", cwd=place.folder).stdout
    assert re.search(r"More was held by process \d+ \(\S+ main.py\): 1\d\d MB", told)
    assert "Who held what when it died" in told
    assert "without the variables" in told


def test_a_worker_that_is_killed_at_the_limit(place: Place) -> None:
    """It swallows the MemoryError and grows on: the supervisor that killed it says so, and the verdict is certain."""
    place.write("memmon.toml", '[memmon]\nlanguage = "en"\n')
    place.write(
        "main.py",
        f"{PARENT}def stubborn():\n    while True:\n        try:\n            leak()\n        except MemoryError:\n"
        "            pass\npid, by = fork(stubborn)\nuntil(lambda: told(pid))\nprint(by, told(pid))\n",
    )
    done = place.memmon("--limit", "120MB", "main.py")
    assert (done.stdout, done.returncode) == (b"9 True\n", 0), done.stderr
    assert re.search(r"^memmon: process \d+ .*killed at its limit \(certain\)", done.stderr.decode(), re.MULTILINE)
    (incident,) = json.loads(memmon("report", "--json", cwd=place.folder).stdout)["incidents"]
    assert (incident["cause"], incident["cause_confidence"], incident["culprit"]["line"]) == ("limit", "certain", 6)


@marks.needs_cgroup
def test_who_does_not_read_keeps_nobody_waiting(place: Place) -> None:
    """Where stderr takes no more, the program goes on, and signals go through; what is to be said waits."""
    place.write(
        "main.py",
        f"{PARENT}signal.signal(signal.SIGUSR1, lambda *_: print('signal', flush=True))\n"
        "os.set_blocking(2, False)\n"
        "try:\n    while True: os.write(2, b'.' * 4096)\nexcept BlockingIOError:\n    os.set_blocking(2, True)\n"
        "print(fork(leak)[1], flush=True)\ntime.sleep(1.5)\nprint('on', flush=True)\nsignal.pause()\n",
    )
    with cgroup.limited(150) as group:
        process = subprocess.Popen(
            group.wrap([*place.command, "main.py"]),
            cwd=place.folder,
            env=place.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout
        assert [process.stdout.readline() for _ in range(2)] == [b"9\n", b"on\n"]
        os.kill(process.pid, signal.SIGUSR1)
        assert process.stdout.readline() == b"signal\n"
        _, written = process.communicate(timeout=60)
    assert process.returncode == 0
    assert len(SHORT.findall(written.decode().lstrip("."))) == 1
