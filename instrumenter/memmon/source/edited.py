"""The user's own text in an instrumented file that may have been edited since, as far as it can be told for sure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from memmon.errors import SourceError
from memmon.source import preamble
from memmon.source.injected_text import ALIAS_PATTERN, LIKE_INJECTED
from memmon.source.prove import compiles
from memmon.source.strip import line_left, strip
from memmon.source.text import LINE_END, decode
from memmon.translation import _


@dataclass(frozen=True)
class Torn:
    """Edits have torn what was injected, so that taking it out would leave a part of it behind, or break the text."""

    how: str
    """The end of a sentence that begins with "was edited where memmon had put something in, and"."""


def user_text(source: bytes, path: str, original: bytes | None = None) -> bytes | Torn:
    """*source*, which is instrumented, without what memmon injected, edits kept.

    Where a formatter has been over it, the formatter's text. *original* is what was instrumented, where that is known:
    what looks like a checkpoint is the user's own if it is in there, or if nothing was edited; else it may be one that
    was given another name. Raises :class:`~memmon.errors.SourceError` where the file can't be decoded.
    """
    stripped = strip(source, path)
    how = _torn(source, stripped, path)
    text = stripped if how is None else _reformatted(source, path)
    if text is None:
        return Torn(how or "")
    if text == original or _is_the_original(text, source):
        return text
    line = _renamed(text, original, path)
    return text if line is None else Torn(_("line {line} would be a checkpoint under another name").format(line=line))


def _is_the_original(text: bytes, source: bytes) -> bool:
    block = preamble.block_in(source)
    return block is not None and block.digest == preamble.digest_of(text)


def _renamed(text: bytes, original: bytes | None, path: str) -> int | None:
    """The first line of *text* that looks injected but for the runtime's name, and is not in *original*."""
    try:
        known = set() if original is None else set(LINE_END.split(decode(original, path).text))
    except SourceError:  # it was changed since, and is no original
        return None
    lines = LINE_END.split(decode(text, path).text)
    found = (number for number, line in enumerate(lines, 1) if line not in known and LIKE_INJECTED.search(line))
    return next(found, None)


def _torn(source: bytes, stripped: bytes, path: str) -> str | None:
    text = decode(source, path)
    block = preamble.find(text.text)
    if block is None:
        return _("its preamble is not as memmon wrote it")
    line = line_left(text)
    if line is not None:
        return _("line {line} would still name {alias}").format(line=line, alias=block.alias)
    if compiles(source, path) is None and compiles(stripped, path) is not None:
        return _("the result would not compile")
    return None


def _reformatted(source: bytes, path: str) -> bytes | None:
    """What is left of a file that a formatter has been over; None where something injected would stay behind."""
    from memmon.source.strip_reformatted import strip_reformatted  # noqa: PLC0415  # heavy, and seldom needed

    stripped = strip_reformatted(source, path)
    if stripped is None or re.search(ALIAS_PATTERN.encode(), stripped) or compiles(stripped, path) is not None:
        return None
    return stripped
