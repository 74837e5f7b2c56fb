"""From log and traces to outcome, cause and culprit."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest

from memmon.verdict.code.source import Extent
from memmon.verdict.judge.judge import judge
from memmon.verdict.judge.outcome import Case
from memmon.verdict.model import Counter, ExternalEvidence, KernelLine
from memmon.verdict.read.process import read_process
from verdict.handwritten import NOBODY, START, header, line, site

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from memmon.verdict.model import Verdict

END = '# end: {"exit": "normal"}\n' + line("program end", 60)
CARD = (
    site("加载config", 10810, "analyze", 20, 100),
    line("Phase4_END", 510, 15, " line=900"),
    line("加载config_BEFORE", 512, 2, " line=10810"),
    line("加载config_AFTER", 850, 338, " line=10810", "WARNING"),
    "[2026-11-22 10:31:00.000] [CRITICAL] ⚠️ 内存接近危险阈值！当前RSS=850.00MB\n",
    line("background", 980, 130, ' last="加载config_AFTER"', "CRITICAL"),
)
AT_300 = {"limit": {"mb": 300.0, "from": "cgroup", "path": "/c"}}
RISEN = Counter("/sys/fs/cgroup/bot", 0, 1)
KILLED_IT = KernelLine("oom-kill", NOBODY, 0, "Memory cgroup out of memory: Killed process …", 998.0)


@pytest.fixture
def judged(log: Callable[..., Path]) -> Callable[..., Verdict]:
    """The verdict on a log of these parts, with what is said to stand beside it."""

    def conclude(*parts: str, external: ExternalEvidence | None = None, **facts: Any) -> Verdict:
        history = read_process(str(log(header(**facts), START, *parts)))
        return judge([Case(history, external or ExternalEvidence())])

    return conclude


def test_a_log_with_its_end_finished(judged: Callable[..., Verdict]) -> None:
    """A normal end is a normal end, whatever grew before it: nothing is blamed."""
    verdict = judged(*CARD, END)
    assert (verdict.outcome, verdict.cause, verdict.culprit, verdict.confidence) == ("finished", None, None, "certain")
    assert {one.site.name: one.status for one in verdict.hotspots}["加载config"] == "alarm"


def test_an_exception_is_no_kill(judged: Callable[..., Verdict]) -> None:
    """An uncaught exception is an exception; only one that is about memory has a cause and a culprit."""
    text = '# exception: {{"type": "{}", "message": "m", "file": "/srv/ds/bot.py", "line": 44, "function": "f"}}\n'
    verdict = judged(*CARD, text.format("ValueError"), '# end: {"exit": "exception"}\n')
    assert (verdict.outcome, verdict.cause, verdict.culprit) == ("exception", None, None)
    assert verdict.exception
    assert verdict.exception.line == 44


@pytest.mark.parametrize("kind", ["MemoryError", "_ArrayMemoryError", "numpy.exceptions._ArrayMemoryError"])
def test_a_memory_error_names_its_line(judged: Callable[..., Verdict], kind: str) -> None:
    """MemoryError and its kin: the exception's own line is the culprit, for certain."""
    text = f'# exception: {{"type": "{kind}", "message": "m", "file": "/srv/ds/bot.py", "line": 44, "function": "f"}}\n'
    verdict = judged(*CARD, text, '# end: {"exit": "exception"}\n')
    assert (verdict.outcome, verdict.cause, verdict.confidence) == ("exception", "memory-error", "certain")
    assert verdict.culprit
    assert (verdict.culprit.line, verdict.culprit.function) == (44, "f")


def test_an_exception_without_a_place(judged: Callable[..., Verdict]) -> None:
    """A SyntaxError of the program itself has no line that ran: its place is left out of the sentence."""
    text = '# exception: {"type": "SyntaxError", "message": "m", "file": null, "line": null, "function": null}\n'
    verdict = judged(text, '# end: {"exit": "exception"}\n')
    assert verdict.evidence == ("the program ended with an uncaught SyntaxError",)


def test_a_memory_error_without_a_traceback(judged: Callable[..., Verdict]) -> None:
    """Where there was no memory for a traceback, the line of the last stack is named, and not for certain."""
    stack = '# stack: {"thread": "MainThread", "tid": "1", "frames": [["/srv/ds/bot.py", 44, "f"]]}\n'
    text = '# exception: {"type": "MemoryError", "message": "", "file": null, "line": null, "function": null}\n'
    grown = line("background", 900, 840, ' last="program start"', "WARNING")
    verdict = judged(stack, grown, text, '# end: {"exit": "exception"}\n', line("program end", 900, 840))
    assert (verdict.outcome, verdict.cause, verdict.confidence) == ("exception", "memory-error", "likely")
    assert verdict.culprit
    assert (verdict.culprit.line, verdict.culprit.shown_by) == (44, "stack")


def test_running_has_neither_cause_nor_culprit(judged: Callable[..., Verdict]) -> None:
    """While the process is there nothing is decided."""
    verdict = judged(*CARD, external=ExternalEvidence(alive=True))
    assert (verdict.outcome, verdict.cause, verdict.culprit) == ("running", None, None)


def test_this_very_process_is_running(verdict: Callable[..., Verdict]) -> None:
    """A log that names a living process which began before the log did is one of a running program."""
    now = datetime.now(timezone.utc).isoformat()
    assert verdict(header(pid=os.getpid(), started=now), START).outcome == "running"


def test_another_process_of_the_same_id_is_not_ours(verdict: Callable[..., Verdict]) -> None:
    """A process that began after the log did has only taken the id over."""
    assert verdict(header(pid=os.getpid(), started="2020-01-01T00:00:00+00:00"), START).outcome == "killed"


def test_a_zombie_is_dead(verdict: Callable[..., Verdict]) -> None:
    """A process that nobody has waited for is not running."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    now = datetime.now(timezone.utc).isoformat()
    parts = (header(pid=child.pid, started=now), START)
    assert verdict(*parts).outcome == "running"
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert verdict(*parts).outcome == "killed"
    child.communicate()


# --- cause -----------------------------------------------------------------------------------------------


def test_without_proof_it_is_unknown(judged: Callable[..., Verdict]) -> None:
    """However much the log looks like it, an OOM kill is not said without a proof; what speaks for it is."""
    verdict = judged(*CARD)
    assert (verdict.outcome, verdict.cause, verdict.signal, verdict.confidence) == ("killed", "unknown", None, "guess")
    assert any("98%" in words for words in verdict.evidence)


PROOFS = {
    "kernel log": (ExternalEvidence(kernel=(KILLED_IT,)), "certain"),
    "cgroup counter, at the limit": (ExternalEvidence(cgroup=RISEN), "certain"),
    "machine's counter, at the limit": (ExternalEvidence(vmstat=Counter("/proc/vmstat", 3, 4)), "likely"),
    "cgroup gone, machine's counter": (
        ExternalEvidence(cgroup=Counter("/sys/fs/cgroup/bot", 0, None), vmstat=Counter("/proc/vmstat", 3, 4)),
        "likely",
    ),
}


@pytest.mark.parametrize("proof", PROOFS)
def test_each_proof_will_do(judged: Callable[..., Verdict], proof: str) -> None:
    """Each proof of the documented rules makes an OOM kill of it, as sure as that proof is."""
    external, confidence = PROOFS[proof]
    verdict = judged(line("x_BEFORE", 250, 0, " line=5", "CRITICAL"), external=external, **AT_300)
    assert (verdict.cause, verdict.signal, verdict.confidence) == ("oom-kill", "SIGKILL", confidence)


NO_PROOFS = {
    "cgroup counter did not rise": ExternalEvidence(cgroup=replace(RISEN, now=0), vmstat=Counter("/proc/vmstat", 3, 9)),
    "machine's counter did not rise": ExternalEvidence(vmstat=Counter("/proc/vmstat", 3, 3)),
    "the kernel log has another process for it": ExternalEvidence(
        cgroup=RISEN, kernel=(replace(KILLED_IT, pid=77),), kernel_log_whole=True
    ),
    "the kernel log names another process": ExternalEvidence(kernel=(replace(KILLED_IT, pid=77),)),
}


@pytest.mark.parametrize("none", NO_PROOFS)
def test_what_is_no_proof(judged: Callable[..., Verdict], none: str) -> None:
    """A counter that did not rise, or whose rise another process explains, proves nothing of this one."""
    verdict = judged(line("x_BEFORE", 250, 0, " line=5", "CRITICAL"), external=NO_PROOFS[none], **AT_300)
    assert (verdict.outcome, verdict.cause, verdict.signal) == ("killed", "unknown", None)


def test_the_machines_counter_alone_needs_a_log_that_fits(judged: Callable[..., Verdict]) -> None:
    """Somewhere on the machine something was killed: that says nothing of a process that was far from its limit."""
    verdict = judged(line("x_AFTER", 61, 1, " line=5"), external=ExternalEvidence(vmstat=Counter("/proc/vmstat", 3, 4)))
    assert verdict.cause == "unknown"


def test_a_crash_in_the_kernel_log(judged: Callable[..., Verdict]) -> None:
    """A fault that the kernel log names is a crash, not a kill for memory."""
    crash = KernelLine("crash", NOBODY, 0, "python[…]: segfault at 0", None)
    assert judged(*CARD, external=ExternalEvidence(kernel=(crash,))).cause == "crash"


# --- culprit ---------------------------------------------------------------------------------------------


def test_the_cards_story(judged: Callable[..., Verdict]) -> None:
    """The config grew by 338 MB over its alarm, and the kernel killed the program after it: the config did it."""
    verdict = judged(
        *CARD, external=ExternalEvidence(cgroup=RISEN), limit={"mb": 1000.0, "from": "cgroup", "path": "/c"}
    )
    assert verdict.culprit
    assert (verdict.culprit.checkpoint, verdict.culprit.line) == ("加载config_AFTER", 10810)
    assert (verdict.culprit.function, verdict.culprit.growth_mb) == ("analyze", 338)


COPY = (
    site("加载config", 10810, "analyze", 20, 100),
    site("创建old_config", 10812, "analyze", 5, 50),
    line("加载config_BEFORE", 62, 2, " line=10810"),
    line("加载config_AFTER", 200, 138, " line=10810", "WARNING"),
    line("创建old_config_BEFORE", 200, 0, " line=10812"),
)


def test_the_step_that_was_running_is_the_culprit(judged: Callable[..., Verdict]) -> None:
    """Died inside a bracket that took more than its alarm: that one did it; what had grown before is named too."""
    verdict = judged(*COPY, external=ExternalEvidence(kernel=(replace(KILLED_IT, rss_mb=298.0),)), **AT_300)
    assert verdict.culprit
    assert (verdict.culprit.checkpoint, verdict.culprit.line) == ("创建old_config_BEFORE", 10812)
    assert verdict.culprit.growth_mb == 98
    assert verdict.over_alarm
    assert verdict.over_alarm.checkpoint == "加载config_AFTER"
    assert verdict.confidence == "certain"


def test_a_small_last_step_is_not_to_blame(judged: Callable[..., Verdict]) -> None:
    """Died inside a bracket that took next to nothing: what had grown over its alarm before did it."""
    verdict = judged(
        *COPY[:3],
        line("加载config_AFTER", 290, 228, " line=10810", "CRITICAL"),
        line("创建old_config_BEFORE", 290, 0, " line=10812", "CRITICAL"),
        external=ExternalEvidence(kernel=(replace(KILLED_IT, rss_mb=298.0),)),
        **AT_300,
    )
    assert verdict.culprit
    assert verdict.culprit.checkpoint == "加载config_AFTER"


def test_a_large_wanted_baseline_is_not_to_blame(judged: Callable[..., Verdict]) -> None:
    """What holds most, within its normal growth, is innocent of a smaller fatal step."""
    verdict = judged(
        site("data", 5, normal=250, alarm=400),
        line("data_BEFORE", 60, 0, " line=5"),
        line("data_AFTER", 230, 170, " line=5"),
        line("copy_BEFORE", 230, 0, " line=9"),
        external=ExternalEvidence(kernel=(replace(KILLED_IT, rss_mb=299.0),)),
        **AT_300,
    )
    assert verdict.culprit
    assert (verdict.culprit.checkpoint, verdict.culprit.line) == ("copy_BEFORE", 9)


def test_a_leak_in_small_steps(judged: Callable[..., Verdict]) -> None:
    """Many small growths that stay are the culprit, not the innocent bracket that happened to be open."""
    steps = [
        line("tick_BEFORE", 60 + n, 0, " line=5")
        + line("tick_AFTER", 61 + n, 1, " line=5")
        + line("send_BEFORE", 61 + n, 0, " line=9")
        + line("send_AFTER", 61 + n, 0, " line=9")
        for n in range(235)
    ]
    verdict = judged(*steps, line("send_BEFORE", 295, 0, " line=9"), external=ExternalEvidence(cgroup=RISEN), **AT_300)
    assert verdict.culprit
    assert (verdict.culprit.hotspot, verdict.culprit.line) == ("tick", 5)


STACK = (
    '# stack: {"thread": "MainThread", "frames": [["/usr/lib/python3.11/threading.py", 320, "wait"],'
    ' ["/srv/ds/bot.py", 99, "main"]]}\n'
    '# stack: {"thread": "worker", "frames": [["/usr/lib/python3.11/json/decoder.py", 355, "raw_decode"],'
    ' ["/usr/lib/python3/dist-packages/lib.py", 3, "helper"], ["/srv/ds/bot.py", 44, "load"]]}\n'
)


def test_the_last_stack_names_the_users_line(judged: Callable[..., Verdict]) -> None:
    """With nothing open, the innermost line of the user's own code in a thread that was not waiting."""
    verdict = judged(
        STACK,
        line("background", 290, 230, ' last="program start"', "CRITICAL"),
        external=ExternalEvidence(cgroup=RISEN),
        **AT_300,
    )
    assert verdict.culprit
    assert (verdict.culprit.line, verdict.culprit.function, verdict.culprit.thread) == (44, "load", "worker")


def test_a_stack_says_where_in_a_function(judged: Callable[..., Verdict]) -> None:
    """Inside the bracket of a whole function, the stack knows the line."""
    verdict = judged(
        site("load", 40, "load"),
        line("load_START", 60, 0, " line=40 tid=7f"),
        STACK,
        line("background", 290, 230, ' last="load_START"', "CRITICAL"),
        external=ExternalEvidence(cgroup=RISEN),
        **AT_300,
    )
    assert verdict.culprit
    assert (verdict.culprit.line, verdict.culprit.checkpoint) == (44, "load_START")


def test_a_suspended_coroutine_is_not_where_it_died(judged: Callable[..., Verdict]) -> None:
    """Another task's bracket is open, but its thread was elsewhere: the line that ran there is the culprit."""
    stack = (
        '# stack: {"thread": "MainThread", "frames": [["/srv/ds/bot.py", 8, "leak"],'
        ' ["/usr/lib/python3.11/asyncio/runners.py", 118, "run"], ["/srv/ds/bot.py", 12, "<module>"]]}\n'
    )
    verdict = judged(
        site("main", 10, "main"),
        line("main_START", 60, 0, " line=10"),
        stack,
        line("background", 290, 230, ' last="main_START"', "CRITICAL"),
        external=ExternalEvidence(cgroup=RISEN),
        **AT_300,
    )
    assert verdict.culprit
    assert (verdict.culprit.line, verdict.culprit.function) == (8, "leak")


def test_the_innermost_bracket_wins_over_a_little_growth_around_it(judged: Callable[..., Verdict]) -> None:
    """Where nothing grew to speak of, the last bracket that was opened is named, not the one around it."""
    verdict = judged(line("work_START", 60, 0, " line=1"), line("x_BEFORE", 61, 1, " line=5"))
    assert verdict.culprit
    assert verdict.culprit.checkpoint == "x_BEFORE"


INNER = (
    '# stack: {"thread": "MainThread", "frames": [["/usr/lib/python3.11/json/__init__.py", 293, "load"],'
    ' ["/srv/ds/bot.py", 84, "load_config"], ["/srv/ds/bot.py", 12, "main"]]}\n'
)


@pytest.mark.parametrize(
    ("begins", "ends", "line_", "function"),
    [(12, 12, 12, "main"), (10, 14, 12, "main"), (10, 10, 84, "load_config")],
    ids=["its line", "one of its lines", "a block's header"],
)
def test_a_stack_inside_a_statement(
    log: Callable[..., Path], begins: int, ends: int, line_: int, function: str
) -> None:
    """The marked statement on the stack is the answer, by the line of it that ran; else the user's innermost line."""
    path = log(
        header(**AT_300),
        START,
        site("x", begins),
        line("x_BEFORE", 60, 0, f" line={begins}"),
        INNER,
        line("background", 290, 230, ' last="x_BEFORE"', "CRITICAL"),
    )
    extents = {("/srv/ds/bot.py", begins): Extent(ends)}
    culprit = judge([Case(read_process(str(path)), ExternalEvidence(cgroup=RISEN), extents)]).culprit
    assert culprit
    assert (culprit.line, culprit.function, culprit.checkpoint) == (line_, function, "x_BEFORE")
    assert culprit.called[-1].file == "/usr/lib/python3.11/json/__init__.py"


def test_nothing_to_name(judged: Callable[..., Verdict]) -> None:
    """A log without a single checkpoint or stack has no culprit, and none is made up."""
    assert judged(external=ExternalEvidence(cgroup=RISEN), **AT_300).culprit is None


# --- several processes -----------------------------------------------------------------------------------


def test_the_child_that_memory_killed_is_the_subject(log: Callable[..., Path]) -> None:
    """The parent finished, a child was killed: the verdict is the child's, the parent named beside it."""
    first = log(header(pid=NOBODY + 1), START, END)
    second = log(
        header(parent={"pid": NOBODY + 1, "log": str(first)}, **AT_300),
        START,
        line("x_BEFORE", 290, 230, " line=5", "CRITICAL"),
        name=f"memory_monitor_20261122_103049_{NOBODY}.log",
    )
    verdict = judge(
        [
            Case(read_process(str(first)), ExternalEvidence()),
            Case(read_process(str(second)), ExternalEvidence(kernel=(KILLED_IT,))),
        ]
    )
    assert (verdict.outcome, verdict.cause) == ("killed", "oom-kill")
    assert verdict.culprit
    assert verdict.culprit.pid == NOBODY
    assert [(one.pid, one.parent, one.outcome) for one in verdict.processes] == [
        (NOBODY + 1, None, "finished"),
        (NOBODY, NOBODY + 1, "killed"),
    ]


def test_a_worker_that_the_program_ended_itself_is_no_kill(log: Callable[..., Path]) -> None:
    """A child without an end under a parent that finished, and no sign of memory: the run finished."""
    first = log(header(pid=NOBODY + 1), START, END)
    second = log(
        header(parent={"pid": NOBODY + 1, "log": str(first)}),
        START,
        name=f"memory_monitor_20261122_103049_{NOBODY}.log",
    )
    histories = [read_process(str(path)) for path in (first, second)]
    verdict = judge([Case(history, ExternalEvidence()) for history in histories])
    assert (verdict.outcome, verdict.cause) == ("finished", None)
