"""What it was that grew: the process's own memory, or what no RSS shows; and which line is to change then."""

from __future__ import annotations

import json
import signal
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from memmon.verdict.investigate import investigate
from memmon.verdict.judge.judge import judge
from memmon.verdict.judge.outcome import Case
from memmon.verdict.model import ExternalEvidence
from memmon.verdict.read.process import read_process
from support import cgroup
from support.marks import needs_cgroup
from support.tool import memmon
from verdict.handwritten import NOBODY, START, fact, header, line
from verdict.test_containers import census, row

if TYPE_CHECKING:
    from collections.abc import Callable

    from memmon.verdict.model import Verdict

BEFORE = {"used_mb": 60.0, "anonymous_mb": 55.0, "tmpfs_mb": 0.0, "files_mb": 20.0}
MACHINE = {"available_mb": 900.0, "swap_mb": 0.0, "swap_free_mb": 0.0}
KILLED = {
    "signal": "SIGKILL",
    "oom_kill": {"cgroup": {"path": "/c", "inode": 1, "before": 0, "after": 1}, "vmstat": None, "kernel": []},
}


def around(
    rss: float, *others: list[Any], rule: str = "cgroup", machine: dict[str, float] = MACHINE, **used: float
) -> str:
    """What was in use around the process when its level rose."""
    facts = {"rule": rule, "rss_mb": rss, "private_mb": rss, "machine": machine, "others": list(others)}
    return fact("surroundings", {**facts, "cgroup": {**BEFORE, **used} if used else None})


@pytest.fixture
def killed(log: Callable[..., Path]) -> Callable[..., Verdict]:
    """The verdict on a process that the kernel killed at 300 MB, by a record of these parts."""

    def conclude(*parts: str, last: float, **facts: Any) -> Verdict:
        head = header(**{"limit": {"mb": 300.0, "from": "cgroup", "path": "/c"}, "cgroup": BEFORE, **facts})
        final = line("background", last, level="CRITICAL")
        return investigate(str(log(head, START, *parts, final, fact("supervisor", KILLED))))

    return conclude


STACK = fact(
    "stack",
    {"thread": "MainThread", "tid": "1", "frames": [["/srv/ds/bot.py", 12, "export"], ["/srv/ds/bot.py", 30, "main"]]},
)


def test_the_process_itself(killed: Callable[..., Verdict]) -> None:
    """Its RSS makes up what grew under the limit."""
    said = killed(around(270, used_mb=285, anonymous_mb=280), last=285)
    assert (said.cause, said.grew) == ("oom-kill", "rss")


def test_files_in_memory(killed: Callable[..., Verdict]) -> None:
    """Files in a tmpfs are no RSS: the line that ran is named, with what they took, and no amount is the process's."""
    said = killed(STACK, around(66, used_mb=290, tmpfs_mb=225, anonymous_mb=60), last=66)
    assert said.grew == "page-cache"
    assert said.culprit
    assert (said.culprit.line, said.culprit.growth_mb, said.culprit.of_mb) == (12, 225, 230)
    assert said.rss.peak == 66
    assert "tmpfs" in " ".join(said.evidence)
    assert said.advice[0].startswith("bot.py:12: write these files to a disk")


def test_other_processes(killed: Callable[..., Verdict]) -> None:
    """They are named, and no line of the program is."""
    said = killed(STACK, around(66, [71, "postgres", 210.0], used_mb=290, anonymous_mb=285), last=66)
    assert (said.grew, said.culprit) == ("others", None)
    assert "postgres (71) 210 MB" in " ".join(said.evidence)


def test_other_processes_of_the_machine(killed: Callable[..., Verdict]) -> None:
    """Where the machine has nothing left, they are named too, and that the swap is full."""
    swap = {"available_mb": 20.0, "swap_mb": 1024.0, "swap_free_mb": 3.0}
    said = killed(around(66, [71, "postgres", 9000.0], rule="available", machine=swap), last=66)
    assert said.grew == "others"
    assert "the swap of 1024 MB was full" in said.evidence
    own = killed(around(280, [71, "postgres", 90.0], rule="available", machine=swap), last=285)
    assert own.grew == "rss"
    assert "the swap of 1024 MB was full" in own.evidence


def test_a_worker_that_took_what_another_process_was_killed_for(log: Callable[..., Path]) -> None:
    """Where a process of the same run had grown, its line is named beside the kill of the one that had not."""
    limit = {"limit": {"mb": 300.0, "from": "cgroup", "path": "/c"}, "cgroup": BEFORE}
    small = around(66, [NOBODY - 1, "python3", 230.0], used_mb=290, anonymous_mb=285)
    parts = small, line("background", 66, level="CRITICAL"), fact("supervisor", KILLED)
    parent = log(header(**limit), START, *parts)
    above = {"pid": NOBODY, "log": str(parent)}
    grown = STACK + line("background", 280, level="CRITICAL")
    worker = log(header(pid=NOBODY - 1, parent=above, **limit), START, grown, name="memory_monitor_20261122_103049.log")
    cases = [Case(read_process(str(one)), ExternalEvidence()) for one in (parent, worker)]
    said = judge(cases)
    assert (said.cause, said.grew) == ("oom-kill", "others")
    assert said.culprit
    assert (said.culprit.line, said.culprit.pid) == (12, NOBODY - 1)
    assert said.culprit.confidence != "certain"


def test_what_another_process_of_the_run_saw_in_use(log: Callable[..., Path]) -> None:
    """The one that died had no moment to look: what its forked child saw tells that pages were copied."""
    limit = {"limit": {"mb": 300.0, "from": "cgroup", "path": "/c"}, "cgroup": BEFORE}
    parent = log(header(**limit), START, line("background", 66, level="CRITICAL"), fact("supervisor", KILLED))
    above = {"pid": NOBODY, "log": str(parent)}
    looked = around(66, used_mb=290, anonymous_mb=285) + line("background", 66, level="CRITICAL")
    child = log(header(pid=NOBODY - 1, parent=above, **limit), START, looked, name="memory_monitor_20261122_103049.log")
    said = judge([Case(read_process(str(one)), ExternalEvidence()) for one in (parent, child)])
    assert (said.cause, said.grew) == ("oom-kill", "copied-pages")


def test_a_small_process_that_a_full_machine_killed(log: Callable[..., Path]) -> None:
    """The kernel's own line tells that the machine was out of memory, and that this process held little of it."""
    line_of_kernel = f"Out of memory: Killed process {NOBODY} (python3) total-vm:9kB, anon-rss:81920kB, file-rss:0kB"
    kernel = {"oom_kill": {"cgroup": None, "vmstat": {"before": 0, "after": 1}, "kernel": [line_of_kernel]}}
    said = investigate(
        str(log(header(), START, STACK, line("background", 75), fact("supervisor", {**KILLED, **kernel})))
    )
    assert (said.cause, said.grew, said.culprit) == ("oom-kill", "others", None)


def test_what_was_there_before(killed: Callable[..., Verdict]) -> None:
    """Where most of the limit was in use when the program began, little of its own is no culprit."""
    full = {**BEFORE, "used_mb": 270.0, "anonymous_mb": 265.0}
    said = killed(around(75, [71, "postgres", 160.0], used_mb=290, anonymous_mb=285), last=75, cgroup=full)
    assert (said.grew, said.culprit) == ("others", None)
    words = "270 MB of the 290 MB under the limit were in use before the program began; the largest were postgres (71)"
    assert any(words in one for one in said.evidence)
    less = {**BEFORE, "used_mb": 200.0, "anonymous_mb": 195.0}
    assert killed(around(150, used_mb=290, anonymous_mb=285), last=150, cgroup=less).grew == "rss"


def test_nothing_that_was_seen(killed: Callable[..., Verdict]) -> None:
    """Where nothing makes up half of it, nothing is said to have grown."""
    assert killed(around(130, used_mb=290, tmpfs_mb=80, anonymous_mb=200), last=130).grew is None


def test_garbage_that_nobody_collects(killed: Callable[..., Verdict], tmp_path: Path) -> None:
    """The collector is off and no container holds what grew: the line that switched it off, not for certain."""
    target = tmp_path / "bot.py"
    target.write_text("import gc\n\ndef train():\n    gc.disable()  # faster\n    build()\n", encoding="utf-8")
    off = fact("gc", {"enabled": False, "frozen": 0, "uncollected": 3_000_000})
    parts = around(270, used_mb=285, anonymous_mb=280), off
    said = killed(*parts, last=285, target=str(target))
    assert said.grew == "uncollected"
    assert said.culprit
    assert (said.culprit.file, said.culprit.line, said.culprit.function) == (str(target), 4, "train")
    assert said.culprit.confidence != "certain"
    assert "gc.enable()" in said.advice[0]
    frozen = [fact("gc", {"enabled": True, "frozen": count, "uncollected": 10}) for count in (1_000, 2_000_000)]
    assert killed(parts[0], *frozen, last=285, target=str(target)).grew == "uncollected"
    assert killed(parts[0], frozen[1], last=285, target=str(target)).grew == "rss"
    held = census(280, row("kept", 10, 2_000, 100_000))
    assert killed(*parts, held, last=285, target=str(target)).grew == "rss"
    at_work = fact("gc", {"enabled": True, "frozen": 0, "uncollected": 600})
    assert killed(parts[0], at_work, last=285, target=str(target)).grew == "rss"


@pytest.mark.parametrize(
    ("python", "known"), [("3.14.4", True), ("3.14.5", False), ("3.13.9", False), ("3.14.0b1", False)]
)
def test_a_release_that_is_known_to_hold_more(killed: Callable[..., Verdict], python: str, known: bool) -> None:  # noqa: FBT001  # the table's column
    """The running Python's own fault is told with its source."""
    said = killed(around(270, used_mb=285, anonymous_mb=280), last=285, python=python)
    assert any("148726" in one for one in said.evidence) is known


EXPORT = """
    import sys, time

    def export(path):
        with open(path, "wb", buffering=0) as out:
            while True:
                out.write(b"x" * 500_000); time.sleep(0.005)

    export(sys.argv[1])
"""
"""What fills the limit in a tenth of a second may do so between two looks; this one takes one."""


@needs_cgroup
def test_a_file_in_memory_fills_the_limit(tmp_path: Path) -> None:
    """A real kill over a file in /dev/shm: what grew, the line that writes it, and no certainty beyond that."""
    in_memory = Path("/dev/shm") / f"memmon-{tmp_path.name}"
    (tmp_path / "bot.py").write_text(textwrap.dedent(EXPORT).lstrip(), encoding="utf-8")
    try:
        with cgroup.limited(100) as group:
            command = [sys.executable, "-m", "memmon", "run", "--quiet", "bot.py", str(in_memory)]
            assert group.run(command, cwd=tmp_path).returncode in {137, -signal.SIGKILL}
            said = json.loads(memmon("report", "--json", cwd=tmp_path).stdout)["verdict"]
    finally:
        in_memory.unlink()
    assert (said["cause"], said["grew"]) == ("oom-kill", "page-cache")
    assert said["culprit"]["line"] == 6
    assert said["rss_mb"]["peak"] < 50


WORKERS = """
    import os
    import time

    class Data:
        def __init__(self, count):
            self.rows = []
            for number in range(count):
                self.rows.append((number, number * 1.5))

    def work(data):
        total = 0
        for row in data.rows:
            total += row[1]
            if row[0] % 5000 == 0:
                time.sleep(0.01)  # all of them at once, not one after the other
        time.sleep(60)

    data = Data(500_000)
    children = []
    for _ in range(6):
        child = os.fork()
        if not child:
            work(data)
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
"""


@needs_cgroup
def test_forked_processes_copy_what_they_read(tmp_path: Path) -> None:
    """A real kill among workers whose RSS stands still: the copies are told, and the line that made what they read."""
    (tmp_path / "bot.py").write_text(textwrap.dedent(WORKERS).lstrip(), encoding="utf-8")
    with cgroup.limited(240) as group:
        command = [sys.executable, "-m", "memmon", "run", "--quiet", "bot.py"]
        group.run(command, cwd=tmp_path)
        assert group.oom_kills()
        said = json.loads(memmon("report", "--json", cwd=tmp_path).stdout)["verdict"]
    assert (said["cause"], said["grew"]) == ("oom-kill", "copied-pages")
    assert said["culprit"]["confidence"] != "certain"
    assert said["culprit"]["growth_mb"] <= 240
    if said["culprit"]["shown_by"] == "shared":
        assert said["culprit"]["line"] in {7, 8}
    if said["holder"]:
        assert (said["holder"]["path"], said["holder"]["confidence"] != "certain") == ("data.rows", True)
