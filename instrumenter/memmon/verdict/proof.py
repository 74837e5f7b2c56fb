"""Keeps what proves a kill in the log itself.

The cgroup goes with its container, the kernel log rolls over, the counters begin anew with the machine. So the first
report that finds a proof writes it down as the log's last line, and later ones find it there, on another machine too::

    # proof: {"cgroup": {"path": "/sys/fs/cgroup/bot", "before": 0, "after": 1}, "vmstat": null, "kernel":
    [{"sort": "oom-kill", "pid": 71, "at": 1763809848.1, "text": "…", "rss_mb": 298.0}], "last": "load_BEFORE"}

``last`` names the last checkpoint passed, as the last line of a killed run's log has to.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from memmon.verdict.cause import Scene, weigh_cause
from memmon.verdict.complete import append
from memmon.verdict.words import Say

if TYPE_CHECKING:
    from memmon.verdict.model import Counter, Proof, Story, Traces

_PROVED = ("oom-kill", "crash")


def recalled(traces: Traces, proof: Proof) -> Traces:
    """The traces as they were found first, where those of today say less or count what came later."""
    older = tuple(line for line in proof.kernel if all(line.text != one.text for one in traces.kernel))
    return replace(
        traces,
        cgroup=proof.cgroup or traces.cgroup,
        vmstat=proof.vmstat or traces.vmstat,
        kernel=older + traces.kernel,
    )


def keep_proof(story: Story, traces: Traces) -> None:
    """Write down what proves the end of ``story``'s process, unless the log has it from before or from a supervisor."""
    if story.proof or story.supervised:
        return
    cause, _, _ = weigh_cause(Scene(story, traces, Say(story.header.language)))
    if cause not in _PROVED:
        return
    named = [line for line in traces.kernel if line.pid == story.header.pid]
    fields = {
        "cgroup": _counter(traces.cgroup),
        "vmstat": _counter(traces.vmstat),
        "kernel": [asdict(line) for line in named],
        "last": story.checkpoint.name if story.checkpoint else None,
    }
    append(story.log, f"# proof: {json.dumps(fields, ensure_ascii=False)}\n")


def _counter(counter: Counter | None) -> dict[str, Any] | None:
    """A counter that rose."""
    if counter is None or not counter.rise or counter.rise < 0:
        return None
    return {"path": counter.path, "before": counter.before, "after": counter.now}
