"""The children of a whole run whose own records have been removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.verdict.model import FoldedChildren

if TYPE_CHECKING:
    from collections.abc import Iterable

    from memmon.verdict.model import ProcessHistory


def folded_children(histories: Iterable[ProcessHistory]) -> FoldedChildren | None:
    """Those of all its processes together; None where there are none."""
    found = [one.folded for one in histories if one.folded is not None and one.folded.count]
    if not found:
        return None
    return FoldedChildren(
        count=sum(one.count for one in found),
        unsaid=sum(one.unsaid for one in found),
        first=min((one.first for one in found if one.first is not None), default=None),
        last=max((one.last for one in found if one.last is not None), default=None),
        highest_mb=max(one.highest_mb for one in found),
        mb=sum(one.mb for one in found),
    )
