"""Adds to a dead program's record what a report found out, so that the record keeps it.

The first addition is the log's line of the last checkpoint, where the kill came before the log had it.

The second is what proves the kill. The cgroup goes with its container, the kernel log rolls over, the counters begin
anew with the machine. So the first report that finds a proof adds it to the events, and later ones find it there, on
another machine too::

    {"proof": {"cgroup": {"path": "/sys/fs/cgroup/bot", "before": 0, "after": 1}, "vmstat": null, "kernel":
    [{"sort": "oom-kill", "pid": 71, "at": 1763809848.1, "text": "…", "rss_mb": 298.0}]}}
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from memmon.record.event_lines import add_event, append_line
from memmon.verdict.judge.cause import weigh_cause
from memmon.verdict.judge.cause_evidence import CauseEvidence
from memmon.verdict.wording.language import Say

if TYPE_CHECKING:
    from memmon.verdict.model import Counter, ExternalEvidence, ProcessHistory, Record

_PROVED = ("oom-kill", "crash")


def keep_last_checkpoint(history: ProcessHistory) -> None:
    """Give the log the line of the last checkpoint, where the kill came before it was written."""
    if history.unwritten is not None:
        append_line(history.log, line_of(history.unwritten), history.log)


def keep_proof(history: ProcessHistory, external: ExternalEvidence) -> None:
    """Write down what proves how the process ended, unless the log has it from before or from a supervisor."""
    if history.proof or history.supervised or not history.log:
        return
    cause, _, _ = weigh_cause(CauseEvidence(history, external, Say(history.header.language)))
    if cause not in _PROVED:
        return
    named = [line for line in external.kernel if line.pid == history.header.pid]
    fields = {
        "cgroup": _counter(external.cgroup),
        "vmstat": _counter(external.vmstat),
        "kernel": [asdict(line) for line in named],
    }
    add_event(history.log, "proof", fields)


def _counter(counter: Counter | None) -> dict[str, Any] | None:
    """The counter as the log keeps it; None where it did not rise."""
    if counter is None or not counter.rise or counter.rise < 0:
        return None
    return {"path": counter.path, "before": counter.before, "after": counter.now}


def line_of(record: Record) -> str:
    """The record as the runtime would have written it."""
    more = f" growth={record.growth:+.2f}MB" if record.growth != record.step else ""
    more += f" line={record.line}" if record.line is not None else ""
    more += f" file={json.dumps(record.file, ensure_ascii=False)}" if record.file else ""
    more += f" tid={record.thread}" if record.thread else ""
    return (
        f"[{record.when}] [{record.level}] [{record.name}] RSS={record.rss:.2f}MB"
        f" (Δ{record.delta:+.2f}MB, {record.step:+.2f}MB){more}\n"
    )
