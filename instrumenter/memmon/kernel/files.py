"""Reads the kernel's small files of words and numbers."""

from __future__ import annotations

from memmon.record import foreign_files

_MOST_BYTES = 16 << 20
"""A machine with tens of thousands of mounts has a list of them that is not longer."""
_MOST_DIGITS = 20
"""A count of 64 bits has no more."""


def text_of(path: str) -> str:
    """What the file holds; nothing where it can't be read."""
    try:
        return foreign_files.read(path, _MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def number_of(path: str, word: str) -> int | None:
    """The number behind *word* in a file of words and numbers; None where it is not there."""
    for line in text_of(path).splitlines():
        name, _, value = line.partition(" ")
        if name == word:
            return number_in(value)
    return None


def number_in(text: str) -> int | None:
    """The number that a text is; None for anything else."""
    return int(text) if len(text) <= _MOST_DIGITS and text.isascii() and text.isdigit() else None
