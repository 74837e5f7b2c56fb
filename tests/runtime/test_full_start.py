"""A disk that is full when the program starts, and has room again later."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

import pytest

from memmon.verdict.read.process import read_process

PROGRAM = """
import os
import memmon_runtime as memory
memory.configure(log_dir="logs", language="en")
memory.checkpoint("no room")
os.unlink("logs/filler")
memory.checkpoint("room again")
if KILLED:
    os.kill(os.getpid(), 9)
"""


@contextlib.contextmanager
def full(folder):
    """A small file system at ``folder`` without a byte of room: ``filler`` has it all."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system takes root")
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", folder]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    try:
        with (folder / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
            while filler.write(bytes(1000)):
                pass
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.parametrize("killed", [False, True])
def test_what_a_record_begins_with_is_written_once_there_is_room(tmp_path, killed):
    """Header, start and sites come before the first line that the disk takes; one line on stderr said so."""
    with full(tmp_path / "logs") as logs:
        done = subprocess.run(
            [sys.executable, "-c", f"KILLED = {killed}{PROGRAM}"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (-9 if killed else 0, "")
        assert done.stderr.count("\n") == done.stderr.count("there is no room for a run log") == 1
        (log,) = logs.glob("memory_monitor_*.log")
        lines = log.read_text(encoding="utf-8").splitlines()
        history = read_process(str(log))
    assert lines[0].startswith("# memmon ")
    marks = [line.split("] [")[2].partition("]")[0] for line in lines if line.startswith("[")]
    assert marks[:2] == ["program start", "room again"]
    assert history.header.from_events
    # Killed, it leaves no totals of a checkpoint whose line had no room: the page had none either.
    assert {one.site.name for one in history.sites} == ({"room again"} if killed else {"no room", "room again"})
    assert (history.ended is None) is killed
