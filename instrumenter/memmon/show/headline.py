"""The first lines of a full report: killed or not, by what, how sure, which line, how much, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.show.culprit_words import culprit_sentence, held, over_alarm
from memmon.show.memory_at_death import held_more
from memmon.show.outcome_words import going_on, outcome_sentence
from memmon.verdict.wording.language import Say

if TYPE_CHECKING:
    from memmon.verdict.model import Grew, Verdict

_GREW: dict[Grew | None, tuple[str, str]] = {
    "page-cache": (
        "What grew is not its own memory: files that lie in memory, as in /dev/shm.",
        "增长的不是它自身的内存，而是放在内存里的文件（例如 /dev/shm）。",
    ),
    "copied-pages": (
        "What grew is in no RSS: forked processes copied the pages that they had shared.",
        "增长不见于任何 RSS：fork 出的进程复制了原本共享的内存页。",
    ),
    "uncollected": (
        "What grew is garbage in cycles that was not collected.",
        "增长的是未被回收的循环垃圾。",
    ),
    "others": (
        "What took the memory is not the program itself but other processes.",
        "占用内存的不是它自身，而是其他进程。",
    ),
}
"""What grew, where it is out of the ordinary."""


def what_grew(verdict: Verdict, say: Say) -> str:
    """The sentence on what grew; nothing where it was the program's own memory, as mostly."""
    return say(*_GREW[verdict.grew]) if verdict.grew in _GREW else ""


def headline(verdict: Verdict) -> tuple[str, ...]:
    """One sentence a line: the outcome; the line and what it took; what grew before it; what to do."""
    say = Say(verdict.language)
    lines = [outcome_sentence(verdict, say)]
    if goes_on := going_on(verdict, say):
        lines.append(goes_on)
    if more := held_more(verdict, say):
        lines.append(more)
    if grew := what_grew(verdict, say):
        lines.append(grew)
    if verdict.named:
        lines.append(culprit_sentence(verdict.named, verdict, say))
        lines += held(verdict, say)
    if verdict.over_alarm:
        lines.append(over_alarm(verdict.over_alarm, say, before=verdict.named is not None))
    if verdict.advice:
        lines.append(f"→ {verdict.advice[0]}")
    return tuple(lines)
