"""How much memory each process had when one of them died: the one that was killed need not be the one that grew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.processes import is_notable, short_command
from memmon.show.table import Column, table
from memmon.verdict.wording.language import Say, mb

if TYPE_CHECKING:
    from rich.console import RenderableType

    from memmon.verdict.model import Verdict

_LEAST_SHARE = 0.1
"""What a process must hold of all for the others beside the one that died to be told of."""
_LEAST_MB = 1.0


def held_more(verdict: Verdict, say: Say) -> str:
    """The sentence on the process that held more than the one that died; nothing where none did."""
    own = max((one.mb for one in verdict.held if one.pid == verdict.subject.pid), default=0.0)
    largest = verdict.held[0] if verdict.held else None
    if largest is None or largest.pid == verdict.subject.pid or not is_notable(largest.mb, own):
        return ""
    what = short_command(largest.command)
    named = say(f" ({what})", f"（{what}）") if what else ""
    return say(
        f"More was held by process {largest.pid}{named}: {mb(largest.mb)}.",
        f"占用更多的是进程 {largest.pid}{named}：{mb(largest.mb)}。",
    )


def memory_at_death(verdict: Verdict, say: Say) -> RenderableType | None:
    """All that was held, the largest first; None where it was that of the one that died, nearly all of it."""
    held = [one for one in verdict.held if one.mb >= _LEAST_MB]
    others = max((one.mb for one in held if one.pid != verdict.subject.pid), default=0.0)
    if others < _LEAST_SHARE * sum(one.mb for one in held) or not others:
        return None
    columns: tuple[Column, ...] = (
        (say("pid", "进程"), "number"),
        (say("RSS MB", "RSS MB"), "number"),
        (say("program", "程序"), "text"),
    )
    return table(columns, [(str(one.pid), f"{one.mb:.1f}", short_command(one.command) or "-") for one in held])
