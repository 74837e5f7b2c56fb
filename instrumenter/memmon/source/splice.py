"""Splice: put edits into a text, nested ones from the inside out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True)
class Edit:
    """A change of ``text[start:end]``: to what ``apply`` makes of it, after the edits inside it.

    ``rank`` orders edits at one offset that insert only.
    """

    start: int
    end: int
    rank: tuple[int, int]
    apply: Callable[[str], str]


def splice(text: str, edits: Iterable[Edit]) -> str:
    """Apply *edits*, the inner ones first; they must be disjoint or nested."""
    ordered = sorted(edits, key=lambda edit: (edit.start, edit.end > edit.start, -edit.end, edit.rank))
    position = 0

    def build(start: int, end: int, *, whole: bool = False) -> str:
        nonlocal position
        parts: list[str] = []
        at = start
        while position < len(ordered):
            edit = ordered[position]
            if edit.start >= end and not whole:
                break
            position += 1
            parts.append(text[at : edit.start])
            parts.append(edit.apply(build(edit.start, edit.end) if edit.end > edit.start else ""))
            at = edit.end
        parts.append(text[at:end])
        return "".join(parts)

    return build(0, len(text), whole=True)
