"""Take out what was injected from a file that a formatter has been over since.

:mod:`memmon.source.strip` knows every injected piece to the letter; a formatter breaks the long ones over lines. Here
they are found by their syntax instead. What is left is the formatter's text, not the original's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ast_grep_py import SgRoot

from memmon.source import grammar, injected_text, preamble
from memmon.source.grammar import span
from memmon.source.splice import Edit, splice
from memmon.source.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from memmon.source.text import SourceText


def strip_reformatted(source: bytes, path: str) -> bytes | None:
    """*source* without what memmon injected; None where its preamble can't be made out, or is not memmon's alone.

    The result is not proved: the caller has to look whether it compiles and whether the alias is gone. Raises
    :class:`~memmon.errors.SourceError` where the file can't be decoded.
    """
    decoded = decode(source, path)
    block = preamble.find_formatted(decoded.text)
    if block is None:
        return None
    runtime = re.compile(rf"(?:{block.alias}|\(\s*(?:lambda:\s*)?{block.alias}\s*\)(?:\(\))?)")
    edits = [_without(block.start, block.end)]
    for call in SgRoot(decoded.searchable, "python").root().find_all(kind="call"):
        callee = call.field("function")
        if callee is None or callee.kind() != "attribute" or span(call)[0] < block.end:
            continue
        holder, _, method = callee.text().rpartition(".")
        if not runtime.fullmatch(holder.strip()):
            continue
        if method == "through":
            edits += _around_value(call)
        elif grammar.is_statement(statement := call.parent() or call):
            edits.append(_without(*_extent(decoded, statement)))
    # The tree knows no calls in comments.
    return decoded.encode(injected_text.without_pieces(block.alias, splice(decoded.text, edits)))


def _without(start: int, end: int) -> Edit:
    return Edit(start, end, (0, 0), lambda _: "")


def _around_value(call: SgNode) -> Iterator[Edit]:
    """What stands before and behind the value in ``through(bracket, (value), close)``."""
    arguments = call.field("arguments")
    given = [child for child in (arguments.children() if arguments else []) if child.is_named()]
    values = [child for child in given if child.kind() != "comment"]
    if len(values) != 3:  # noqa: PLR2004  # bracket, value, close
        return
    start, end = span(values[1])
    text = values[1].text()
    # The parentheses are ours; but what the formatter has put on several lines needs them.
    if text.startswith("(") and "\n" not in text:
        start, end = start + 1, end - 1
    yield _without(span(call)[0], start)
    yield _without(end, span(call)[1])


def _extent(source: SourceText, statement: SgNode) -> tuple[int, int]:
    """The statement with its line where it has one of its own, else with the semicolon that joins it."""
    start, end = span(statement)
    lead, line_end = source.line_start(start), source.line_end(end)
    before, behind = source.text[lead:start], source.text[end:line_end]
    if behind.strip() == injected_text.UNCOUNTED.strip():
        behind = ""
    if not before.strip() and not behind.strip():
        newline = source.newline_at(line_end) if line_end < len(source.text) else ""
        return lead, line_end + len(newline)
    if joined := re.match(r"[ \t]*;[ \t]*", behind):
        return start, end + joined.end()
    joint = re.search(r"[ \t]*;[ \t]*\Z", before)
    return (lead + joint.start() if joint else start), end
