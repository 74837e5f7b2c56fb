"""What `memmon run` saw of the end from outside decides what the log alone can't."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from memmon.show.headline import headline
from memmon.show.json import as_object
from memmon.verdict.evidence.gather import with_supervisors_word
from memmon.verdict.investigate import investigate
from memmon.verdict.judge.judge import judge
from memmon.verdict.judge.outcome import Case
from memmon.verdict.model import Counter, ExternalEvidence
from memmon.verdict.read.process import read_process
from verdict.handwritten import NOBODY, START, header, line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from memmon.verdict.model import Verdict

END = '# end: {"exit": "normal"}\n' + line("program end", 60)
STEP = line("x_BEFORE", 250, 0, " line=5", "CRITICAL")
RAISED = '# exception: {"type": "MemoryError", "message": "", "file": "/srv/ds/bot.py", "line": 44, "function": "f"}\n'
LIMIT = {"limit": {"mb": 300.0, "from": "cgroup", "path": "/c"}}


def word(signal: str | None = None, status: int | None = None, **more: Any) -> str:
    """The supervisor's line."""
    facts: dict[str, Any] = {
        "pid": NOBODY,
        "outcome": "signaled" if signal else "exited",
        "status": status,
        "signal": signal,
        "oom_kill": {"cgroup": None, "vmstat": None, "kernel": []},
        "limit": None,
        "last_mb": 260.0,
        "peak_mb": 280.0,
    }
    return f"# supervisor: {json.dumps({**facts, **more})}\n"


def kills(before: int, after: int, *kernel: str) -> dict[str, Any]:
    """What the supervisor read of the counters and of the kernel log."""
    counter = {"path": "/c", "inode": 1, "before": before, "after": after}
    return {"oom_kill": {"cgroup": counter, "vmstat": {"before": 0, "after": 9}, "kernel": list(kernel)}}


@pytest.fixture
def judged(log: Callable[..., Path]) -> Callable[..., Verdict]:
    """The verdict on a log of these parts, with nothing else to be found."""
    return lambda *parts: judge([Case(read_process(str(log(header(**LIMIT), START, *parts))), ExternalEvidence())])


ENDS = {
    "the counter rose": (word("SIGKILL", **kills(0, 1)), "oom-kill"),
    "the kernel log names it": (word("SIGKILL", **kills(0, 1, f"Killed process {NOBODY} (python)")), "oom-kill"),
    "no counter rose": (word("SIGKILL", **kills(3, 3)), "signal"),
    "the kernel log names a child": (word("SIGKILL", **kills(0, 1, "Killed process 7 (python)")), "unknown"),
    "nothing to count": (word("SIGKILL"), "unknown"),
    "memmon's own limit": (word("SIGKILL", limit={"mb": 200, "asked": True, "killed": True}), "limit"),
    "a crash": (word("SIGSEGV"), "crash"),
    "somebody's SIGTERM": (word("SIGTERM"), "signal"),
}


@pytest.mark.parametrize("end", ENDS)
def test_what_ended_it(judged: Callable[..., Verdict], end: str) -> None:
    """Signal and counters around it tell the kernel's kill from somebody's, a crash and the own limit."""
    said, cause = ENDS[end]
    verdict = judged(STEP, said)
    assert (verdict.outcome, verdict.cause) == ("killed", cause)
    assert verdict.signal == json.loads(said.partition(": ")[2])["signal"]
    assert verdict.rss.peak >= 280


def test_an_exit_that_the_log_did_not_see(judged: Callable[..., Verdict]) -> None:
    """`os._exit` leaves a log without an end; the supervisor knows that the program ended by itself, and how."""
    verdict = judged(STEP, word(status=3))
    assert (verdict.outcome, verdict.cause, verdict.culprit, verdict.exit_status) == ("finished", None, None, 3)
    assert headline(verdict) == ("FINISHED with exit status 3.",)
    assert "os._exit" in verdict.evidence[0]


def test_somebodys_signal_is_no_matter_of_memory(judged: Callable[..., Verdict]) -> None:
    """SIGTERM with memory to spare: its name in the headline, where it was, and nothing advised about memory."""
    verdict = judged(line("x_BEFORE", 70, 10, " line=5"), word("SIGTERM", last_mb=70.0, peak_mb=70.0))
    assert headline(verdict)[0].startswith("KILLED by SIGTERM (certain)")
    assert verdict.advice == ()
    assert verdict.culprit
    assert verdict.culprit.checkpoint == "x_BEFORE"


def _seen_to_grow(rss: int) -> str:
    """A window that saw line 9 keep most of what grew."""
    kept = {"mb": 90.0, "blocks": 9, "running": 1, "frames": [["/srv/ds/bot.py", 9, "f"]]}
    window = {"by": "tracemalloc", "seconds": 0.2, "rss_mb": rss, "grown_mb": 95, "seen_mb": 90, "lines": [kept]}
    return f"# zoom: {json.dumps(window)}\n"


@pytest.mark.parametrize(("signal", "counted"), [("SIGTERM", {}), ("SIGKILL", kills(3, 3))])
def test_what_grew_is_no_culprit_of_somebodys_signal(
    verdict: Callable[..., Verdict], signal: str, counted: dict[str, Any]
) -> None:
    """What a window saw grow is named where memory was short when somebody ended the program, and only there."""
    head = header(**LIMIT)
    calm = verdict(
        head, START, _seen_to_grow(160), line("background", 160, 100), word(signal, last_mb=160.0, **counted)
    )
    assert (calm.cause, calm.culprit, calm.advice) == ("signal", None, ())
    full = line("background", 290, 230, level="CRITICAL")
    short = verdict(head, START, _seen_to_grow(160), _seen_to_grow(290), full, word(signal, last_mb=290.0, **counted))
    assert short.culprit
    assert (short.cause, short.culprit.line, short.culprit.shown_by) == ("signal", 9, "window")


def test_a_signal_after_the_logs_end(judged: Callable[..., Verdict]) -> None:
    """A crash while the interpreter goes down is a crash, though the log has its end."""
    assert judged(END, word("SIGSEGV")).cause == "crash"


def test_an_interrupt_is_an_exception(judged: Callable[..., Verdict]) -> None:
    """Python ends a KeyboardInterrupt by the signal itself: no kill."""
    interrupted = RAISED.replace("MemoryError", "KeyboardInterrupt")
    verdict = judged(interrupted, '# end: {"exit": "exception"}\n', word("SIGINT"))
    assert (verdict.outcome, verdict.cause, verdict.culprit) == ("exception", None, None)


def test_the_own_limit_is_no_plain_memory_error(judged: Callable[..., Verdict]) -> None:
    """A MemoryError that `--limit` raised is told apart from one that the system raised."""
    reached = '# limit_reached: {"mb": 200, "rss_mb": 201.5, "pid": 1}\n'
    verdict = judged(STEP, reached, RAISED, '# end: {"exit": "exception"}\n', word(status=1))
    assert (verdict.outcome, verdict.cause, verdict.exit_status) == ("exception", "limit", 1)
    assert verdict.confidence == "guess", "it was interrupted at a line, as by a sample"
    verdict = judged(STEP, RAISED, '# end: {"exit": "exception"}\n', word(status=1))
    assert verdict.cause == "memory-error"


def held(*processes: tuple[int, float, str], kernel: str | None = None) -> str:
    """What a supervisor noted at a death: of each process its id, its MB and its command line; the kernel's word."""
    rows = [{"pid": pid, "mb": mb, "command": command} for pid, mb, command in processes]
    return f"# death: {json.dumps({'pid': NOBODY, 'kernel': kernel, 'held': rows})}\n"


@pytest.mark.parametrize(("named", "cause"), [(NOBODY, "oom-kill"), (7, "unknown")])
def test_the_kernels_word_stays_in_the_record_of_the_dead(
    verdict: Callable[..., Verdict], named: int, cause: str
) -> None:
    """Below a shell no other record has it, and the cgroup and the kernel log may be gone when somebody asks."""
    found = verdict(header(**LIMIT), START, STEP, held(kernel=f"Killed process {named} (python) anon-rss:200kB"))
    assert (found.cause, found.cause_confidence == "certain") == (cause, cause == "oom-kill")


def test_who_held_more_is_named(verdict: Callable[..., Verdict]) -> None:
    """The one that was killed need not be the one that grew; where it held most, nobody else is named."""
    killed = word("SIGKILL", **kills(0, 1))
    beside = verdict(
        header(**LIMIT), START, STEP, held((7, 700.0, "/opt/jdk/bin/java -jar a.jar"), (NOBODY, 260.0, "p")), killed
    )
    assert "More was held by process 7 (java -jar a.jar): 700 MB." in headline(beside)
    assert [(one.pid, one.mb) for one in beside.held] == [(7, 700.0), (NOBODY, 260.0)]
    alone = verdict(header(**LIMIT), START, STEP, held((NOBODY, 260.0, "p"), (7, 20.0, "java")), killed)
    assert not any("More was held" in sentence for sentence in headline(alone))
    assert as_object(alone)["verdict"]["held"][1] == {"pid": 7, "mb": 20.0, "command": "java"}


def test_a_child_that_the_supervisor_killed_at_the_limit(verdict: Callable[..., Verdict]) -> None:
    """Its own record says so, and no signal need have been seen; what became of another one says nothing."""
    reached = {"mb": 200, "rss_mb": 250.0, "pid": NOBODY}
    killed = verdict(header(**LIMIT), START, STEP, f"# limit_reached: {json.dumps({**reached, 'killed': True})}\n")
    assert (killed.outcome, killed.cause, killed.cause_confidence) == ("killed", "limit", "certain")
    other = word("SIGKILL", limit={"mb": 200, "pid": 7, "asked": True, "killed": True}, **kills(3, 3))
    assert verdict(header(**LIMIT), START, STEP, other).cause == "signal"


def test_kills_of_the_supervisors_own_are_nobodys_death(log: Callable[..., Path]) -> None:
    """What it started for itself was killed, and the counter rose by that alone: no process of the run was."""
    cgroup = {"path": "/c", "inode": 1, "count": 0}
    first = log(header(**LIMIT, oom_kill={"cgroup": cgroup, "vmstat": None}), START, END, word(status=0, own_kills=1))
    counted = ExternalEvidence(cgroup=Counter("/c", 0, 1))
    supervised = read_process(str(first)).supervised
    assert supervised
    after = with_supervisors_word(counted, read_process(str(first)), supervised)
    assert after.cgroup
    assert after.cgroup.rise == 0


def test_the_kernels_word_to_the_supervisor_is_that_of_the_child_that_it_names(log: Callable[..., Path]) -> None:
    """Wherever the records are read later: the supervisor's has the line, and no other process is taken for it."""
    child = NOBODY + 1
    parent = log(header(**LIMIT), START, END, word(status=0, **kills(0, 1, f"Killed process {child} (python)")))
    for number, pid in enumerate((child, child + 1), 1):
        head = header(**LIMIT, pid=pid, parent={"pid": NOBODY, "log": str(parent)})
        log(head, START, STEP, name=f"memory_monitor_20261122_10305{number}_{pid}.log")
    by_pid = {one.subject.pid: one for one in investigate(str(parent)).incidents}
    assert (by_pid[child].cause, by_pid[child].cause_confidence) == ("oom-kill", "certain")
    assert child + 1 not in by_pid or by_pid[child + 1].cause == "unknown"
