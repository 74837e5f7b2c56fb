"""All that can be found outside a log: is its process there, what the kernel says, what an earlier report found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from memmon.verdict.evidence.kernel import cgroup_kills, machine_kills
from memmon.verdict.evidence.liveness import SLACK, is_alive
from memmon.verdict.model import Traces

if TYPE_CHECKING:
    from memmon.verdict.evidence.kernel import Kernel
    from memmon.verdict.model import Proof, Story


def gather(story: Story, kernel: Kernel) -> Traces:
    """All that can be found of the process behind the log."""
    header = story.header
    if story.proof is None and is_alive(header, story.start_ticks):
        return Traces(alive=True)
    since = None if header.started is None else header.started - SLACK
    traces = Traces(
        cgroup=cgroup_kills(header),
        vmstat=machine_kills(header),
        kernel=tuple(line for line in kernel.lines if since is not None and line.at >= since),
        kernel_log_whole=(
            kernel.counts_as_we_do and kernel.begins is not None and since is not None and kernel.begins <= since
        ),
    )
    return recalled(traces, story.proof) if story.proof else traces


def recalled(traces: Traces, proof: Proof) -> Traces:
    """The traces as they were found first, where those of today say less or count what came later."""
    older = tuple(line for line in proof.kernel if all(line.text != one.text for one in traces.kernel))
    return replace(
        traces,
        cgroup=proof.cgroup or traces.cgroup,
        vmstat=proof.vmstat or traces.vmstat,
        kernel=older + traces.kernel,
    )
