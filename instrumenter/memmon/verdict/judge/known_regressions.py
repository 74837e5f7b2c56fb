"""Python releases that are known to hold more memory than those before and after them, each with its source."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from memmon.verdict.wording.language import Say


class Regression(NamedTuple):
    """One of them."""

    first: tuple[int, ...]
    mended: tuple[int, ...]
    en: str
    zh: str


REGRESSIONS = (
    Regression(
        (3, 14, 0),
        (3, 14, 5),
        "Python {python} lets garbage in cycles pile up in some programs: its incremental collector was taken back in "
        "3.14.5 (CPython issue 148726)",
        "Python {python} 在某些程序中会积压循环垃圾：其增量回收器已在 3.14.5 中撤回（CPython issue 148726）",
    ),
)
"""To add one: the first release that has it, the first that no longer does, and a sentence with its source."""


def known_regression(python: str | None, say: Say) -> str | None:
    """The sentence on a regression of this release, ``3.14.2`` for example; None where none is known."""
    words = (python or "").split(".")
    if not all(word.isdigit() for word in words):
        return None
    release = tuple(map(int, words))
    for one in REGRESSIONS:
        if one.first <= release < one.mended:
            return say(one.en, one.zh).format(python=python)
    return None
