"""What a report says of children whose own records have been removed."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from memmon.verdict.wording.language import mb

if TYPE_CHECKING:
    from memmon.verdict.model import FoldedChildren
    from memmon.verdict.wording.language import Say


def folded_words(folded: FoldedChildren, offset: float | None, say: Say) -> str:
    """A sentence on them; ``offset``: seconds by which the run's local time is ahead of UTC."""
    when = ""
    if folded.first is not None and folded.last is not None:
        first, last = (_clock(at, offset) for at in (folded.first, folded.last))
        when = say(f", begun from {first} to {last}", f"（始于 {first} 至 {last}）")
    unsaid = ""
    if folded.unsaid:
        unsaid = say(
            f"; {folded.unsaid:,} of them did not say that they ended, and the kernel killed none",
            f"；其中 {folded.unsaid:,} 个没有留下结束记录，但内核未杀死任何一个",
        )
    return say(
        f"{folded.count:,} more processes ended with nothing to tell{when}, the largest at {mb(folded.highest_mb)}"
        f"{unsaid}; their own records, {mb(folded.mb)}, were removed",
        f"另有 {folded.count:,} 个进程正常结束{when}，最大 {mb(folded.highest_mb)}{unsaid}；"
        f"其各自的记录（{mb(folded.mb)}）已删除",
    )


def _clock(at: float, offset: float | None) -> str:
    return datetime.fromtimestamp(at, timezone(timedelta(seconds=offset or 0.0))).strftime("%H:%M:%S")
