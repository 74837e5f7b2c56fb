"""What ended a process whose log has no end: each piece of evidence says what it says, then they are weighed.

``oom-kill`` needs a proof that fits this process. To add evidence, write one more function that returns a
``Finding`` and name it in ``_WITNESSES``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from memmon.verdict.wording.language import Say, mb

if TYPE_CHECKING:
    from memmon.verdict.model import Cause, Confidence, Counter, KernelLine, Story, Supervised, Traces

_NEAR = 0.9
_HIGH = 0.7
"""Shares of the limit at which the last record speaks for memory having run out, clearly and somewhat."""


@dataclass(frozen=True)
class Finding:
    """What one piece of evidence says."""

    words: str
    cause: Cause | None = None
    confidence: Confidence = "guess"
    excludes: Cause | None = None


@dataclass(frozen=True)
class Scene:
    """One dead process: its log and what was found beside it."""

    story: Story
    traces: Traces
    say: Say

    def named(self, sort: str) -> KernelLine | None:
        """The kernel log's line that names this process."""
        return next((one for one in self.traces.kernel if one.sort == sort and one.pid == self.story.header.pid), None)

    @property
    def pressure(self) -> int:
        """How much the log's end fits memory running out: 2 clearly, 1 it may, 0 not at all."""
        in_a_step = bool(self.story.open) or bool(self.story.stacks)
        return self.strain or int(in_a_step)

    @property
    def strain(self) -> int:
        """How short memory was known to be at the end: 2 very, 1 somewhat, 0 not that anything says so."""
        story = self.story
        share = story.last_mb / story.header.limit_mb if story.header.limit_mb else 0.0
        if story.last.level == "CRITICAL" or share >= _NEAR:
            return 2
        return 1 if story.last.level == "WARNING" or share >= _HIGH else 0

    def explained(self, counter: Counter) -> bool:
        """The kernel log, read whole, names other processes for all the kills that were counted."""
        others = [one for one in self.traces.kernel if one.sort == "oom-kill"]
        return self.traces.kernel_log_whole and not self.named("oom-kill") and len(others) >= (counter.rise or 0)


def _kernel_log(scene: Scene) -> Finding | None:
    line = scene.named("oom-kill")
    if not line:
        return None
    return Finding(
        scene.say(f"the kernel log names the process: “{line.text}”", f"内核日志点名了该进程：“{line.text}”"),
        "oom-kill",
        "certain",
    )


def _cgroup_counter(scene: Scene) -> Finding | None:
    counter, say = scene.traces.cgroup, scene.say
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
    if scene.explained(counter):
        return Finding(rose + say(", but the kernel log names other processes for it", "，但内核日志点名的是别的进程"))
    return Finding(rose, "oom-kill", "certain" if scene.pressure > 1 or scene.named("oom-kill") else "likely")


def _machine_counter(scene: Scene) -> Finding | None:
    counter, say = scene.traces.vmstat, scene.say
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
    if scene.explained(counter):
        return Finding(rose + say(", but the kernel log names other processes for it", "，但内核日志点名的是别的进程"))
    if not scene.pressure:
        return Finding(rose + say(", which need not be this process", "，但未必是本进程"))
    return Finding(rose, "oom-kill", "likely")


def _crash(scene: Scene) -> Finding | None:
    line = scene.named("crash")
    if not line:
        return None
    return Finding(
        scene.say(f"the kernel log shows a crash: “{line.text}”", f"内核日志显示进程崩溃：“{line.text}”"),
        "crash",
        "certain",
    )


_CRASHES = frozenset({"SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT", "SIGTRAP", "SIGSYS"})


def _supervisor(scene: Scene) -> Finding | None:
    """The word of `memmon run`, which outlived the program."""
    supervised, say = scene.story.supervised, scene.say
    if supervised is None or supervised.signal is None:
        return None
    seen = say(f"the supervisor saw {supervised.signal} end it", f"监督进程看到它被 {supervised.signal} 结束")
    if supervised.limit_killed:
        return Finding(
            seen + say(", sent by memmon itself at --limit", "，由 memmon 在 --limit 处发出"), "limit", "certain"
        )
    if supervised.signal == "SIGKILL":
        return _sigkill(scene, supervised, seen)
    crashed = supervised.signal in _CRASHES
    return Finding(seen, "crash" if crashed else "signal", "certain")


def _sigkill(scene: Scene, supervised: Supervised, seen: str) -> Finding:
    """SIGKILL comes from the kernel or from somebody: what was counted around it tells which."""
    say = scene.say
    if any(f"illed process {scene.story.header.pid} " in line for line in supervised.kernel):
        return Finding(seen + say(", and the kernel log names it", "，且内核日志点名了它"), "oom-kill", "certain")
    rises = [one.rise for one in (supervised.cgroup, supervised.vmstat) if one and one.rise is not None]
    if not rises:
        return Finding(seen)
    if rises[0] > 0:
        fits = scene.pressure > 0 and not supervised.kernel
        counted = say(f", and the oom_kill counter rose by {rises[0]}", f"，同时 oom_kill 计数增加了 {rises[0]}")
        return Finding(seen + counted, "oom-kill" if fits else None, "certain" if supervised.cgroup else "likely")
    unmoved = say(", while no oom_kill counter rose: somebody sent it", "，而 oom_kill 计数没有增加：是他人发送的")
    return Finding(seen + unmoved, "signal", "likely", excludes="oom-kill")


def _how_it_ends(scene: Scene) -> Finding:
    story, say = scene.story, scene.say
    return Finding(
        say(
            f"the log has no end and the process is gone; the last record is {story.last.level} {story.last.name}",
            f"日志没有结尾，进程已不在；最后一条记录是 {story.last.level} {story.last.name}",
        )
    )


def _room(scene: Scene) -> Finding | None:
    story, say = scene.story, scene.say
    limit = story.header.limit_mb
    if not limit:
        return None
    share = story.last_mb / limit
    source = say(*_LIMITS.get(story.header.limit_from or "", ("", "")))
    return Finding(
        say(
            f"RSS was {mb(story.last_mb)} at the last record, {share:.0%} of the {source} limit of {mb(limit)}",
            f"最后一条记录时 RSS 为 {mb(story.last_mb)}，是{source}上限 {mb(limit)} 的 {share:.0%}",
        )
    )


_LIMITS = {
    "cgroup": ("cgroup", " cgroup "),
    "physical": ("physical", "物理内存"),
    "address-space": ("address-space (RLIMIT_AS)", "地址空间（RLIMIT_AS）"),
}

_WITNESSES = (_supervisor, _kernel_log, _crash, _cgroup_counter, _machine_counter, _room, _how_it_ends)
_RANK: dict[Confidence, int] = {"guess": 0, "likely": 1, "certain": 2}


def weakest(*levels: Confidence) -> Confidence:
    """A conclusion is as sure as the weakest thing that it rests on."""
    return min(levels, key=lambda level: _RANK[level])


def weigh_cause(scene: Scene) -> tuple[Cause, Confidence, tuple[str, ...]]:
    """The cause, how sure it is, and what was found in words, the weightiest first."""
    findings = [finding for witness in _WITNESSES if (finding := witness(scene))]
    excluded = {finding.excludes for finding in findings if finding.excludes != finding.cause}
    certain = {finding.cause for finding in findings if finding.cause and finding.confidence == "certain"}
    fitting = [one for one in findings if one.cause and (one.cause not in excluded or one.cause in certain)]
    words = tuple(
        finding.words for finding in sorted(findings, key=lambda one: -_RANK[one.confidence] * bool(one.cause))
    )
    if not fitting:
        return "unknown", "guess", words
    best = max(fitting, key=lambda finding: _RANK[finding.confidence])
    return best.cause or "unknown", best.confidence, words
