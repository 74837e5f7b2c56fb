"""One death as `memmon run` tells of it while the run goes on: four lines at most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.show.certainty import how_sure
from memmon.show.culprit_words import culprit_sentence, holder_sentence
from memmon.show.memory_at_death import held_more
from memmon.show.runs import how_it_died, program_of
from memmon.verdict.wording.language import Say

if TYPE_CHECKING:
    from memmon.verdict.model import Verdict

_MOST_LINES = 4


def four_lines(verdict: Verdict) -> tuple[str, ...]:
    """Who died and why; who held more, if anybody; which line, and what holds it; what to do."""
    say = Say(verdict.language)
    mine = verdict.subject
    ran = program_of(mine)
    what = say(f" ({ran})", f"（{ran}）") if ran else ""
    how = how_it_died(verdict, say) + how_sure(verdict.cause_confidence, say)
    lines = [say(f"process {mine.pid}{what}: {how}", f"进程 {mine.pid}{what}：{how}")]
    if more := held_more(verdict, say):
        lines.append(more)
    if verdict.culprit:
        lines.append(culprit_sentence(verdict.culprit, verdict, say))
        if verdict.holder:
            lines.append(holder_sentence(verdict.holder, say))
    if verdict.advice:
        lines.append(f"→ {verdict.advice[0]}")
    return tuple(lines[:_MOST_LINES])
