"""What proves a kill is kept in the log: the cgroup goes with its container, the kernel log rolls over."""

from __future__ import annotations

import json
import os
import shutil
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from memmon.record import told_mark
from memmon.record.file_names import events_of
from memmon.verdict.investigate import investigate
from support.tool import memmon
from verdict.handwritten import START, header, line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LIMIT = {"mb": 300.0, "from": "cgroup", "path": "/c"}
LAST = line("load_BEFORE", 290, 0, " line=5", "CRITICAL")


def _soon() -> str:
    """A start after which this machine's kernel log holds no kill yet: what else is killed here has no part in it."""
    return (datetime.now(timezone.utc) + timedelta(hours=1)).isoformat()


@pytest.fixture
def killed(log: Callable[..., Path], tmp_path: Path) -> Callable[[int], Path]:
    """A log that stops short, of a program in a cgroup whose counter has risen by so many."""

    def write(rise: int) -> Path:
        folder = tmp_path / "cgroup"
        folder.mkdir()
        (folder / "memory.events").write_text(f"oom_kill {3 + rise}\n", encoding="ascii")
        noted = {"path": str(folder), "inode": folder.stat().st_ino, "count": 3}
        return log(header(limit=LIMIT, started=_soon(), oom_kill={"cgroup": noted, "vmstat": None}), START, LAST)

    return write


def test_the_proof_outlives_the_cgroup(killed: Callable[[int], Path], tmp_path: Path) -> None:
    """A later report, here or on another machine, is as sure as the first one."""
    path = killed(1)
    first = investigate(str(path))
    shutil.rmtree(tmp_path / "cgroup")
    later = investigate(str(path))
    assert (first.cause, first.cause_confidence) == ("oom-kill", "certain")
    assert (later.cause, later.cause_confidence, later.evidence) == ("oom-kill", "certain", first.evidence)


def test_it_is_written_once_among_the_events(killed: Callable[[int], Path]) -> None:
    """The log goes on naming the last checkpoint in its last line, and a second report adds nothing more."""
    path = killed(1)
    log, events = path.read_bytes(), path.with_name(events_of(path.name))
    before = events.read_text(encoding="utf-8")
    investigate(str(path))
    investigate(str(path))
    added = events.read_text(encoding="utf-8").removeprefix(before)
    assert added.count("\n") == 1
    proof = json.loads(added)["proof"]
    assert (proof["cgroup"]["before"], proof["cgroup"]["after"]) == (3, 4)
    assert path.read_bytes() == log


def test_no_proof_no_line(killed: Callable[[int], Path]) -> None:
    """Where no counter rose and the kernel log names nobody, the log stays as it is."""
    path = killed(0)
    before = path.read_bytes()
    assert investigate(str(path)).cause != "oom-kill"
    assert path.read_bytes() == before


def test_a_proof_is_of_a_dead_process(log: Callable[..., Path]) -> None:
    """Whoever has the process's number now is somebody else; parts that make no sense count for nothing."""
    proof = {"cgroup": {"path": "/c", "before": 0, "after": 1}, "vmstat": 7, "kernel": [{"sort": "?"}, None]}
    parts = [header(limit=LIMIT, pid=os.getpid(), started=_soon()), START, LAST]
    assert investigate(str(log(*parts))).outcome == "running"
    verdict = investigate(str(log(*parts, f"# proof: {json.dumps(proof)}\n")))
    assert (verdict.outcome, verdict.cause, verdict.cause_confidence) == ("killed", "oom-kill", "certain")


@pytest.mark.parametrize("is_killed", [True, False])
def test_a_report_marks_the_death_that_it_tells(log: Callable[..., Path], is_killed: bool) -> None:  # noqa: FBT001  # both answers
    """What somebody has been told of may go when room is made; of a program that finished there is nothing to tell."""
    end = [] if is_killed else [line("program end", 290, 0)]
    path = log(header(limit=LIMIT, started=_soon(), pid=1 << 22), START, LAST, *end)
    assert not told_mark.is_told(str(path))
    done = memmon("report", str(path), cwd=path.parent)
    assert (done.returncode, told_mark.is_told(str(path))) == (int(is_killed), is_killed), done.stderr
