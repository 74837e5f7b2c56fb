"""Reads the kernel's small files of words and numbers."""

from __future__ import annotations


def text_of(path: str) -> str:
    """What the file holds; nothing where it can't be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except (OSError, ValueError):
        return ""


def number_of(path: str, word: str) -> int | None:
    """The number behind *word* in a file of words and numbers; None where it is not there."""
    for line in text_of(path).splitlines():
        name, _, value = line.partition(" ")
        if name == word and value.isdigit():
            return int(value)
    return None
