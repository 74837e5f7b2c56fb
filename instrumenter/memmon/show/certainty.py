"""How sure a statement is, in a word behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memmon.verdict.model import Confidence
    from memmon.verdict.wording.language import Say

_HOW_SURE: dict[Confidence, tuple[str, str]] = {
    "certain": ("certain", "确定"),
    "likely": ("likely", "很可能"),
    "guess": ("a guess", "推测"),
}
"""How sure something is."""


def how_sure(level: Confidence, say: Say) -> str:
    """How sure the statement before it is."""
    sure = say(*_HOW_SURE[level])
    return say(f" ({sure})", f"（{sure}）")
