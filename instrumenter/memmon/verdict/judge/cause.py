"""What ended a process whose log has no end: each piece of evidence is examined by itself, then they are weighed.

``oom-kill`` needs a proof that fits this process. To add a piece of evidence, write a function that returns a
``Finding`` from the ``CauseEvidence`` and name it in ``_EXAMINERS``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.kernel.log import ended_process
from memmon.verdict.judge.cause_evidence import Finding, Shortage
from memmon.verdict.wording.language import mb

if TYPE_CHECKING:
    from memmon.verdict.judge.cause_evidence import CauseEvidence
    from memmon.verdict.model import Cause, Confidence, Supervised


def _kernel_log_kill(evidence: CauseEvidence) -> Finding | None:
    line = evidence.named("oom-kill")
    if not line:
        return None
    named = evidence.say(f"the kernel log names the process: “{line.text}”", f"内核日志点名了该进程：“{line.text}”")
    if line.along_with is not None:
        named += evidence.say(
            f"; the kernel had chosen process {line.along_with}, and killed all of its group (memory.oom.group)",
            f"；内核选中的是进程 {line.along_with}，并杀死了同组的所有进程（memory.oom.group）",
        )
    return Finding(named, "oom-kill", "certain")


def _cgroup_counter(evidence: CauseEvidence) -> Finding | None:
    counter, say = evidence.external.cgroup, evidence.say
    if counter is None:
        return None
    if counter.rise is None:
        return Finding(
            say(
                f"the cgroup {counter.path} is gone, its oom_kill counter with it",
                f"cgroup {counter.path} 已不存在，其 oom_kill 计数无从查起",
            )
        )
    if counter.rise <= 0:
        return Finding(
            say(
                f"the oom_kill counter of the cgroup {counter.path} did not rise: not the kernel's OOM killer",
                f"cgroup {counter.path} 的 oom_kill 计数没有增加：不是内核 OOM killer 所为",
            ),
            excludes="oom-kill",
        )
    rose = say(
        f"the oom_kill counter of the cgroup {counter.path} rose from {counter.before} to {counter.now}",
        f"cgroup {counter.path} 的 oom_kill 计数从 {counter.before} 增加到 {counter.now}",
    )
    if evidence.kills_explained(counter):
        return Finding(rose + say(", but the kernel log names other processes for it", "，但内核日志点名的是别的进程"))
    proved = evidence.fit is Shortage.SEVERE or evidence.named("oom-kill")
    return Finding(rose, "oom-kill", "certain" if proved else "likely")


def _machine_counter(evidence: CauseEvidence) -> Finding | None:
    counter, say = evidence.external.vmstat, evidence.say
    if counter is None or counter.rise is None:
        return None
    if counter.rise <= 0:
        return Finding(
            say(
                "no process of this machine was killed for want of memory since the program started",
                "程序启动以来，本机没有任何进程因内存不足被杀",
            ),
            excludes="oom-kill",
        )
    rose = say(
        f"{counter.path}'s oom_kill rose from {counter.before} to {counter.now}",
        f"{counter.path} 的 oom_kill 从 {counter.before} 增加到 {counter.now}",
    )
    if evidence.kills_explained(counter):
        return Finding(rose + say(", but the kernel log names other processes for it", "，但内核日志点名的是别的进程"))
    if evidence.fit is Shortage.NONE:
        return Finding(rose + say(", which need not be this process", "，但未必是本进程"))
    return Finding(rose, "oom-kill", "likely")


def _kernel_log_crash(evidence: CauseEvidence) -> Finding | None:
    line = evidence.named("crash")
    if not line:
        return None
    return Finding(
        evidence.say(f"the kernel log shows a crash: “{line.text}”", f"内核日志显示进程崩溃：“{line.text}”"),
        "crash",
        "certain",
    )


_CRASHES = frozenset({"SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT", "SIGTRAP", "SIGSYS"})


def _supervisor(evidence: CauseEvidence) -> Finding | None:
    """What `memmon run` saw, which outlived the program."""
    supervised, say = evidence.history.supervised, evidence.say
    if evidence.history.limit_reached and evidence.history.limit_reached.killed:
        return Finding(say("memmon itself ended it, at --limit", "由 memmon 在 --limit 处结束"), "limit", "certain")
    if supervised is None or supervised.signal is None:
        return None
    seen = say(f"the supervisor saw {supervised.signal} end it", f"监督进程看到它被 {supervised.signal} 结束")
    if supervised.limit_killed:
        return Finding(
            seen + say(", sent by memmon itself at --limit", "，由 memmon 在 --limit 处发出"), "limit", "certain"
        )
    if supervised.signal == "SIGKILL":
        return _sigkill(evidence, supervised, seen)
    crashed = supervised.signal in _CRASHES
    return Finding(seen, "crash" if crashed else "signal", "certain")


def _sigkill(evidence: CauseEvidence, supervised: Supervised, seen: str) -> Finding:
    """What is said of a SIGKILL: it comes from the kernel or from somebody, and what was counted tells which."""
    say = evidence.say
    if any(ended_process(line) == ("oom-kill", evidence.history.header.pid) for line in supervised.kernel):
        return Finding(seen + say(", and the kernel log names it", "，且内核日志点名了它"), "oom-kill", "certain")
    rises = [one.rise for one in (supervised.cgroup, supervised.vmstat) if one and one.rise is not None]
    if not rises:
        return Finding(seen)
    if rises[0] > 0:
        fits = evidence.fit > Shortage.NONE and not supervised.kernel
        counted = say(f", and the oom_kill counter rose by {rises[0]}", f"，同时 oom_kill 计数增加了 {rises[0]}")
        return Finding(seen + counted, "oom-kill" if fits else None, "certain" if supervised.cgroup else "likely")
    unmoved = say(", while no oom_kill counter rose: somebody sent it", "，而 oom_kill 计数没有增加：是他人发送的")
    return Finding(seen + unmoved, "signal", "likely", excludes="oom-kill")


def _missing_end(evidence: CauseEvidence) -> Finding:
    history, say = evidence.history, evidence.say
    return Finding(
        say(
            f"the log has no end and the process is gone; the last record is {history.last.level} {history.last.name}",
            f"日志没有结尾，进程已不在；最后一条记录是 {history.last.level} {history.last.name}",
        )
    )


def _share_of_limit(evidence: CauseEvidence) -> Finding | None:
    history, say = evidence.history, evidence.say
    limit = history.header.limit_mb
    if not limit:
        return None
    share = history.last_mb / limit
    source = say(*_LIMITS.get(history.header.limit_from or "", ("", "")))
    return Finding(
        say(
            f"RSS was {mb(history.last_mb)} at the last record, {share:.0%} of the {source} limit of {mb(limit)}",
            f"最后一条记录时 RSS 为 {mb(history.last_mb)}，是{source}上限 {mb(limit)} 的 {share:.0%}",
        )
    )


def _forecast(evidence: CauseEvidence) -> Finding | None:
    """What the log said before a bracket that had no end yet: that what it takes did not fit any more."""
    history, say = evidence.history, evidence.say
    foretold = (one.opened for one in reversed(history.open_brackets) if one.opened.forecast)
    opened = next(foretold, None)
    if opened is None or opened.forecast is None:
        return None
    cost, room = opened.forecast
    return Finding(
        say(
            f"it ended within {opened.base} (line {opened.line}), of which the log had said before that it usually "
            f"takes {cost}, and that {room} were left",
            f"它在 {opened.base}（第 {opened.line} 行）当中结束；"
            f"日志此前已预警：这一处通常需要 {cost}，当时只剩 {room}",
        )
    )


_LIMITS = {
    "cgroup": ("cgroup", " cgroup "),
    "physical": ("physical", "物理内存"),
    "throttle": ("cgroup's throttling", " cgroup 限速"),
    "address-space": ("address-space (RLIMIT_AS)", "地址空间（RLIMIT_AS）"),
}

_EXAMINERS = (
    _supervisor,
    _kernel_log_kill,
    _kernel_log_crash,
    _cgroup_counter,
    _machine_counter,
    _share_of_limit,
    _forecast,
    _missing_end,
)
_SURENESS: tuple[Confidence, ...] = ("guess", "likely", "certain")


def weakest(*levels: Confidence) -> Confidence:
    """A conclusion is as sure as the weakest thing that it rests on."""
    return min(levels, key=_SURENESS.index)


def _findings(evidence: CauseEvidence) -> list[Finding]:
    return [finding for examine in _EXAMINERS if (finding := examine(evidence))]


def excludes_kill(evidence: CauseEvidence) -> bool:
    """Whether the kernel's counters or its log say that it killed nobody for want of memory, or others alone."""
    counters = (evidence.external.cgroup, evidence.external.vmstat)
    explained = any(evidence.kills_explained(one) for one in counters if one and one.rise)
    return explained or any(one.excludes == "oom-kill" for one in _findings(evidence))


def weigh_cause(evidence: CauseEvidence) -> tuple[Cause, Confidence, tuple[str, ...]]:
    """The cause, how sure it is, and what was found in words, the weightiest first."""
    findings = _findings(evidence)
    excluded = {finding.excludes for finding in findings if finding.excludes != finding.cause}
    certain = {finding.cause for finding in findings if finding.cause and finding.confidence == "certain"}
    fitting = [one for one in findings if one.cause and (one.cause not in excluded or one.cause in certain)]
    weightiest = sorted(findings, key=lambda one: -_SURENESS.index(one.confidence) * bool(one.cause))
    words = tuple(finding.words for finding in weightiest)
    if not fitting:
        return "unknown", "guess", words
    best = max(fitting, key=lambda finding: _SURENESS.index(finding.confidence))
    return best.cause or "unknown", best.confidence, words
