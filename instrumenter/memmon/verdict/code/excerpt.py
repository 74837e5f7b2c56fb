"""The lines of the original around the one that is named."""

from __future__ import annotations

from memmon.notebooks import cell_at
from memmon.verdict.code.source import source_lines
from memmon.verdict.model import ExcerptLine

_AROUND = 2
"""So many lines above the named one a terminal shows, and as many below; near an end of the file more on one side."""
_LONGEST = 500
"""Characters of a line that are read: more than any terminal is wide."""
_TAB = 4


def excerpt_at(file: str | None, line: int | None, around: int = _AROUND) -> tuple[ExcerptLine, ...]:
    """The line with those ``around`` it; nothing where it can't be read."""
    lines = source_lines(file) if file else ()
    if file is None or line is None or not 0 < line <= len(lines) or not lines[line - 1].strip():
        return ()
    end = len(lines) if lines[-1] else len(lines) - 1  # behind the last line's end there is none
    first = max(min(line - around, end - 2 * around), 1)
    last = min(max(line + around, first + 2 * around), end)
    cell = cell_at(file, line)
    numbers = {number: number for number in range(first, last + 1)}
    if cell:
        cells = {number: cell_at(file, number) for number in numbers}
        numbers = {number: found[1] for number, found in cells.items() if found and found[0] == cell[0]}
    texts = {number: lines[number - 1][:_LONGEST].rstrip().expandtabs(_TAB) for number in numbers}
    indent = min(len(text) - len(text.lstrip()) for text in texts.values() if text)
    return tuple(ExcerptLine(numbers[number], text[indent:], number == line) for number, text in texts.items())
