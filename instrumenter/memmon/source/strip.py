"""Take out what was injected, and nothing else: the inverse of the transformation, on any edited file too."""

from __future__ import annotations

import re
from itertools import count

from memmon.source import injected_text, preamble
from memmon.source.text import LINE_END, SourceText, decode


def strip(source: bytes, path: str) -> bytes:
    """*source* without what memmon injected; as it is where nothing was.

    Purely lexical, so it works on a file that was edited since and no longer parses. Raises
    :class:`~memmon.errors.SourceError` where the file can't be decoded.
    """
    if preamble.version_in(source) is None:
        return source
    text = decode(source, path)
    return text.encode(strip_text(text.text))


def strip_text(text: str) -> str:
    """:func:`strip` on decoded text that is known to carry a preamble."""
    block = preamble.find(text)
    if block is None:
        return text
    # The parts apart: what joins them may put an injected line behind a statement.
    head, tail = (injected_text.without_pieces(block.alias, part) for part in (text[: block.start], text[block.end :]))
    return head + (block.instead or "") + tail


def line_left(source: SourceText) -> int | None:
    """The first line, as *source* is now, in which :func:`strip` would leave the runtime's name behind."""
    block = preamble.find(source.text)
    if block is None:
        return None
    head, inside, tail = source.text[: block.start], source.text[block.start : block.end], source.text[block.end :]
    before, behind = (injected_text.without_pieces(block.alias, part, _line_ends) for part in (head, tail))
    kept = before + _line_ends(inside) + behind
    at = kept.find(block.alias)
    return len(LINE_END.findall(kept, 0, at)) + 1 if at >= 0 else None


def _line_ends(piece: str | re.Match[str]) -> str:
    return "".join(LINE_END.findall(piece if isinstance(piece, str) else piece[0]))


def injected_lines(source: SourceText) -> tuple[int, ...]:
    """The numbers of the lines in an instrumented *source* that the original does not have."""
    block = preamble.find(source.text)
    if block is None:
        return ()
    first = source.line_at(block.start) + (block.instead is not None)
    numbers = set(range(first, source.line_at(block.end) + (block.instead == "")))
    for found in injected_text.pieces(block.alias, source.text):
        if found.lastgroup == "own_lines":
            numbers.add(source.line_at(found.start()))
        elif found.lastgroup == "last_lines":
            numbers.update(range(source.line_at(found.start()) + 1, source.line_at(found.end()) + 1))
    if block.instead and not re.search(r"[\r\n]", block.instead):
        # What follows stood on the line before, with the statement that it was joined to.
        numbers.add(next(number for number in count(first) if number not in numbers))
    return tuple(sorted(numbers))
