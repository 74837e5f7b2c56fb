"""The outcomes as tables: every program by every way, how many are right, and how often the certain was true."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from wild.outcome import ALIVE, CERTAINTIES, HOLDER, LINE, NOTHING, SUBJECTS, WRONG

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wild.outcome import Outcome

_SIGNS = {LINE: "✓", HOLDER: "h", WRONG: "x", NOTHING: "–", ALIVE: "0"}
LEGEND = (
    "One sign a run: ✓ a right line; h the right holder, another line or none; x wrong; – nothing; 0 not killed; "
    "! before it: something was said with certainty and wrong."
)
Column = tuple[str, str, bool]


def tables(outcomes: Sequence[Outcome]) -> str:
    """All of them, in Markdown."""
    parts = [LEGEND, _programs(outcomes), _sums(outcomes), _calibration(outcomes), _advice(outcomes), _misses(outcomes)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _columns(outcomes: Iterable[Outcome]) -> list[Column]:
    return sorted({(one.way, one.python, one.busy) for one in outcomes}, key=lambda it: (it[2], it[0], int(it[1][2:])))


def _title(column: Column) -> str:
    way, python, busy = column
    return f"{way} {python}{', busy' if busy else ''}"


def _table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(titles)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _by_cell(outcomes: Iterable[Outcome]) -> dict[tuple[str, str, Column], list[Outcome]]:
    cells = defaultdict(list)
    for one in outcomes:
        cells[one.kind, one.program, (one.way, one.python, one.busy)].append(one)
    return cells


def _programs(outcomes: Sequence[Outcome]) -> str:
    columns, cells = _columns(outcomes), _by_cell(outcomes)
    rows = [
        [f"{kind}: {program}", *(_cell(cells.get((kind, program, column), ())) for column in columns)]
        for kind, program in dict.fromkeys((one.kind, one.program) for one in sorted(outcomes, key=_order))
    ]
    return _table(["program", *map(_title, columns)], rows)


def _order(one: Outcome) -> tuple[bool, str, str]:
    return one.kind == "ours", one.kind, one.program


def _cell(runs: Iterable[Outcome]) -> str:
    return "".join(("!" if one.wrong_with_certainty else "") + _SIGNS[one.outcome] for one in runs)


def _sums(outcomes: Sequence[Outcome]) -> str:
    """By set and column: programs that are right in most of their runs."""
    columns, cells = _columns(outcomes), _by_cell(outcomes)
    rows = []
    for kind in dict.fromkeys(one.kind for one in sorted(outcomes, key=_order)):
        row = [kind]
        for column in columns:
            runs = [found for (of, _, where), found in cells.items() if of == kind and where == column]
            lines = sum(_most(found, {LINE}) for found in runs)
            either = sum(_most(found, {LINE, HOLDER}) for found in runs)
            row.append(f"{lines} of {len(runs)}" + (f" ({either} with the holder)" if either > lines else ""))
        rows.append(row)
    return _table(["right, by most runs", *map(_title, columns)], rows)


def _most(runs: Sequence[Outcome], wanted: set[str]) -> bool:
    return 2 * sum(one.outcome in wanted for one in runs) > len(runs)


def _calibration(outcomes: Sequence[Outcome]) -> str:
    said, right = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for one in outcomes:
        for sentence in one.sentences:
            said[sentence.subject, sentence.certainty] += 1
            right[sentence.subject, sentence.certainty] += sentence.right
    rows = [
        [certainty, *(f"{right[subject, certainty]} of {said[subject, certainty]}" for subject in SUBJECTS)]
        for certainty in CERTAINTIES
    ]
    died = sum(one.supervisor_died for one in outcomes)
    told = sum(one.supervisor_died and one.outcome in (LINE, HOLDER) for one in outcomes)
    table = _table(["said with", *(f"{subject}: right" for subject in SUBJECTS)], rows)
    note = f"The supervisor was killed too in {died} of {len(outcomes)} runs; right in {told} of these."
    return f"{table}\n\n{note}" if died else table


def _advice(outcomes: Sequence[Outcome]) -> str:
    """By column: how often what is advised first is what the program's author would advise."""
    judged = [one for one in outcomes if one.advice_fits is not None]
    if not judged:
        return ""
    columns = _columns(judged)
    by_column = {column: [one for one in judged if (one.way, one.python, one.busy) == column] for column in columns}
    row = [
        f"{sum(bool(one.advice_fits) for one in by_column[column])} of {len(by_column[column])}" for column in columns
    ]
    return _table(["advice", *map(_title, columns)], [["fits", *row]])


def _misses(outcomes: Sequence[Outcome]) -> str:
    """What was said and was wrong, and what was advised and does not fit."""
    lines = Counter(line for one in outcomes for line in _wrong(one))
    return "\n".join(f"- {line}" + (f" (×{count})" if count > 1 else "") for line, count in sorted(lines.items()))


def _wrong(one: Outcome) -> Iterator[str]:
    for sentence in one.sentences:
        if not sentence.right:
            where = _title((one.way, one.python, one.busy))
            yield f"{one.program}, {where}: {sentence.subject} `{sentence.said}`, {sentence.certainty}"
    if one.advice_fits is False:
        yield f"{one.program}, {_title((one.way, one.python, one.busy))}: advice `{one.advice or 'none'}`"
    if one.outcome in (NOTHING, ALIVE):
        yield f"{one.program}, {_title((one.way, one.python, one.busy))}: {one.outcome}"
