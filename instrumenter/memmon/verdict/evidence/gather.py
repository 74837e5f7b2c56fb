"""All that can be found outside a log: is its process there, what the kernel says, what an earlier report found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from memmon.kernel.log import ended_process, rss_mb
from memmon.verdict.evidence.kernel import cgroup_kills, knows_by_number, machine_kills
from memmon.verdict.evidence.liveness import SLACK, is_alive
from memmon.verdict.model import Counter, ExternalEvidence, KernelLine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from memmon.verdict.evidence.kernel import KernelLog
    from memmon.verdict.model import ProcessHistory, Proof, Supervised

_RIGHT_AFTER = 30.0
"""A kill so many seconds after the end of a log is that of another process, to which the number was given again."""


def gather(history: ProcessHistory, kernel_log: KernelLog) -> ExternalEvidence:
    """What can be found now of the process behind the log, and what an earlier report found of it."""
    header = history.header
    if history.proof is None and is_alive(header, history.start_ticks):
        return ExternalEvidence(alive=True)
    since = header.started - SLACK if header.started is not None and knows_by_number(header) else None
    external = ExternalEvidence(
        cgroup=cgroup_kills(header),
        vmstat=machine_kills(header),
        kernel=tuple(line for line in kernel_log.lines if since is not None and line.at >= since),
        kernel_log_whole=since is not None and kernel_log.reaches_back_to(since),
    )
    if history.death and history.death.kernel:
        external = _with_lines(external, _kernel_lines([history.death.kernel], header.started or 0.0), header.pid)
    return _with_proof(external, history.proof) if history.proof else external


def from_supervisor(history: ProcessHistory, supervised: Supervised) -> ExternalEvidence:
    """What the supervisor of a program noted of another process that the program had started."""
    lines = _kernel_lines(supervised.kernel, history.header.started or 0.0)
    return ExternalEvidence(cgroup=supervised.cgroup, vmstat=supervised.vmstat, kernel=lines)


def _kernel_lines(texts: Iterable[str], at: float) -> tuple[KernelLine, ...]:
    """Lines of the kernel log that somebody wrote down, without their times: all *at* one."""
    ends = ((text, ended_process(text)) for text in texts)
    return tuple(
        KernelLine("oom-kill" if ended[0] == "oom-kill" else "crash", ended[1], at, text, rss_mb(text))
        for text, ended in ends
        if ended
    )


def _with_lines(external: ExternalEvidence, lines: Iterable[KernelLine], pid: int | None) -> ExternalEvidence:
    """The evidence with those of the lines that name the process, where they are not known."""
    known = {line.text for line in external.kernel}
    new = (line for line in lines if line.pid == pid and line.text not in known)
    return replace(external, kernel=(*external.kernel, *new))


def with_supervisors_word(
    external: ExternalEvidence, history: ProcessHistory, supervised: Supervised
) -> ExternalEvidence:
    """The evidence on a process below the supervised one, and what the supervisor noted of its end.

    What it counted was of all the run, and says nothing of this process; but kills of its own are taken off.
    """
    said = from_supervisor(history, supervised)
    own = 0 if history.proof else supervised.own_kills  # a proof was found before most of them
    external = _with_lines(external, said.kernel, history.header.pid)
    return replace(external, cgroup=_less(external.cgroup, own), vmstat=_less(external.vmstat, own))


def _less(counter: Counter | None, kills: int) -> Counter | None:
    return replace(counter, before=counter.before + kills) if counter and kills else counter


def from_parent(parent: ProcessHistory) -> ExternalEvidence:
    """What a process noted at its end of kills in its cgroup."""
    header, seen = parent.header, parent.kills_seen
    same = seen and (seen.cgroup_path, seen.cgroup_inode) == (header.cgroup_path, header.cgroup_inode)
    if not seen or not same or header.cgroup_path is None or header.cgroup_kills is None:
        return ExternalEvidence()
    counter = Counter(header.cgroup_path, header.cgroup_kills, seen.cgroup_kills)
    return ExternalEvidence(cgroup=_less(counter, parent.supervised.own_kills if parent.supervised else 0))


def after_end(history: ProcessHistory, kernel_log: KernelLog) -> ExternalEvidence:
    """What shows that the process was killed right after its log got its end, while the interpreter clears up."""
    header, ended = history.header, history.last_at
    if ended is None or not knows_by_number(header):
        return ExternalEvidence()
    lines = (*(history.proof.kernel if history.proof else ()), *kernel_log.lines)
    return ExternalEvidence(
        kernel=tuple(
            line for line in lines if line.pid == header.pid and ended - SLACK <= line.at <= ended + _RIGHT_AFTER
        )
    )


def _with_proof(external: ExternalEvidence, proof: Proof) -> ExternalEvidence:
    """The evidence as it was found first, where that of today says less or counts what came later."""
    older = tuple(line for line in proof.kernel if all(line.text != one.text for one in external.kernel))
    return replace(
        external,
        cgroup=proof.cgroup or external.cgroup,
        vmstat=proof.vmstat or external.vmstat,
        kernel=older + external.kernel,
    )
