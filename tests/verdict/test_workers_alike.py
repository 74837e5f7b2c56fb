"""Workers that leak alike: none has half of the memory, and what one's record lacks another one's tells."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from memmon.verdict.evidence.gather import from_supervisor
from memmon.verdict.judge.judge import judge
from memmon.verdict.judge.outcome import Case
from memmon.verdict.model import Allocation, ExternalEvidence, Frame, GrowthWindow, KernelLine
from memmon.verdict.read.process import read_process
from memmon.verdict.read.unrecorded import as_seen, seen_from_outside
from verdict.handwritten import NOBODY, START, fact, header, line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from memmon.verdict.model import Verdict

BOT = "/srv/ds/bot.py"
LIMIT = {"limit": {"mb": 300.0, "from": "cgroup", "path": "/c"}, "cgroup": {"used_mb": 60.0, "anonymous_mb": 55.0}}
AROUND = {
    "rule": "cgroup",
    "rss_mb": 115.0,
    "private_mb": 55.0,
    "machine": {"available_mb": 900.0, "swap_mb": 0.0, "swap_free_mb": 0.0},
    "cgroup": {"used_mb": 295.0, "anonymous_mb": 290.0, "tmpfs_mb": 0.0, "files_mb": 1.0},
    "others": [[NOBODY - number, "python", 115.0] for number in (1, 2, 3)],
}
KILLED = ExternalEvidence(kernel=(KernelLine("oom-kill", NOBODY, 0, "Killed process …", 115.0),))


Windows = tuple[GrowthWindow, ...]


def stack(function: str) -> str:
    """The last stacks: one thread in ``function``, called by the worker's own loop, and one beside it."""
    threads = {"MainThread": [[BOT, 30, function], [BOT, 44, "work"]], "beats": [[BOT, 50, "beat"]]}
    facts = enumerate(threads.items())
    return "".join(fact("stack", {"thread": name, "tid": str(tid), "frames": frames}) for tid, (name, frames) in facts)


def kept(number: int, function: str) -> Windows:
    """What the growth windows saw: a line of ``function`` kept nearly all that was made."""
    frame = Frame(BOT, number, function)
    made = replace(Allocation(50.0, (frame,), 0, frame), is_stored=True, surely_stored=True)
    return (GrowthWindow("tracemalloc", 112.0, 52.0, (made,)),)


@pytest.fixture
def killed(log: Callable[..., Path]) -> Callable[..., Verdict]:
    """The verdict on a worker that the kernel killed, whose windows saw this, beside others with theirs."""

    def conclude(seen: Windows, *others: tuple[dict[str, Any], Windows], **own: Any) -> Verdict:
        parent = {"pid": NOBODY - 9, "log": "/srv/ds/main.log"}
        last = line("background", 115, level="CRITICAL")
        cases = []
        for number, (facts, windows) in enumerate([(own, seen), *others]):
            head = header(**{**LIMIT, "pid": NOBODY - number, "parent": parent, **facts})
            name = f"memory_monitor_20261122_10305{number}.log"
            path = log(head, START, stack("check.<locals>.<listcomp>"), fact("surroundings", AROUND), last, name=name)
            history = replace(read_process(str(path)), windows=windows)
            cases.append(Case(history, ExternalEvidence() if number else KILLED))
        return judge(cases)

    return conclude


SERVER = {"parent": None, "run": {"pid": NOBODY - 9, "start_ticks": 1, "boot": "b"}}


@pytest.mark.parametrize("facts", [{}, SERVER], ids=["a parent with a record", "a server that has none"])
def test_each_of_four_has_taken_a_share(killed: Callable[..., Verdict], facts: dict[str, Any]) -> None:
    """What the others of its kind took is no other program's doing, and their line is told where it ran the same."""
    told = (facts, kept(31, "check"))
    said = killed((), told, told, told, **facts)
    assert (said.subject.pid, said.cause, said.grew) == (NOBODY, "oom-kill", "rss")
    assert said.culprit
    assert (said.culprit.line, said.culprit.confidence, said.culprit.growth_mb) == (31, "likely", None)
    assert f"that is told by the record of process {said.culprit.pid} of the same run" in said.evidence


@pytest.mark.parametrize(
    "others",
    [
        pytest.param([({}, kept(31, "load"))] * 3, id="in a function that it was not seen in"),
        pytest.param([({}, kept(31, "check")), ({}, kept(32, "check"))], id="each at a line of its own"),
        pytest.param([({"target": "/srv/ds/other.py"}, kept(31, "check"))] * 3, id="another program"),
        pytest.param([({"parent": None}, kept(31, "check"))] * 3, id="not of one parent"),
        pytest.param([({"started": "2026-11-22T11:30:48.123+00:00"}, kept(31, "check"))] * 3, id="later"),
    ],
)
def test_others_do_not_speak_for_it(
    killed: Callable[..., Verdict], others: list[tuple[dict[str, Any], Windows]]
) -> None:
    """Then it is the line that it was last seen at, and that is a guess, or the largest other one's."""
    said = killed((), *others)
    assert said.culprit is None or said.culprit.shown_by == "stack" or said.grew == "others"


def test_what_it_knows_itself_counts_more(killed: Callable[..., Verdict]) -> None:
    """Its own windows name the line."""
    said = killed(kept(33, "check"), ({}, kept(31, "check")), ({}, kept(31, "check")), ({}, kept(31, "check")))
    assert said.culprit
    assert (said.culprit.line, said.culprit.pid) == (33, NOBODY)


def test_a_program_that_is_no_python_is_killed_for_what_pythons_took(log: Callable[..., Path]) -> None:
    """It held less than they had grown by, as far as records and the supervisor tell: theirs is the line."""
    seen = [
        (0, 1, 36.0, "python main.py"),
        (1, NOBODY, 135.0, "java -cp spark.jar"),
        (2, NOBODY - 1, 150.0, "python"),
        (3, NOBODY - 1, 140.0, "python"),
    ]
    facts = [
        {"pid": NOBODY - number, "parent": above, "last_mb": mb, "peak_mb": mb, "ended": 1.0, "command": command}
        for number, above, mb, command in seen
    ]
    named = (
        f"Memory cgroup out of memory: Killed process {NOBODY - 1} (java) total-vm:9kB, anon-rss:138240kB, file-rss:0kB"
    )
    kills = {"cgroup": {"path": "/c", "inode": 1, "before": 0, "after": 1}, "vmstat": None, "kernel": [named]}
    said = {"outcome": "exited", "status": 1, "signal": None, "processes": facts, "oom_kill": kills}
    parent = log(header(**LIMIT), START, fact("supervisor", said))
    first = read_process(str(parent))
    (java,) = (one for one in seen_from_outside(first, {NOBODY, NOBODY - 2, NOBODY - 3}))
    assert as_seen(replace(java, command="", last_mb=20.0), first).command == "java -cp spark.jar"
    cases = [Case(first, ExternalEvidence()), Case(java, from_supervisor(java, first.supervised))]
    for number in (2, 3):
        head = header(**LIMIT, pid=NOBODY - number, parent={"pid": NOBODY, "log": str(parent)}, target="/srv/daemon.py")
        path = log(head, START, line("background", 115), name=f"memory_monitor_20261122_10305{number}.log")
        cases.append(Case(replace(read_process(str(path)), windows=kept(31, "check")), ExternalEvidence()))
    verdict = judge(cases)
    assert (verdict.subject.pid, verdict.cause, verdict.grew) == (NOBODY - 1, "oom-kill", "others")
    assert verdict.culprit
    assert (verdict.culprit.line, verdict.culprit.confidence) == (31, "likely")
    # Where they had grown by less than it held, it may have been the one.
    few = [
        one if number < 2 else replace(one, history=replace(one.history, baseline_mb=100.0))
        for number, one in enumerate(cases)
    ]
    assert (judge(few).grew, judge(few).culprit) == (None, None)
