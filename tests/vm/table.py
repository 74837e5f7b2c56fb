"""The outcomes as a table, and what they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vm.judged import Outcome

_TITLES = ("scenario", "way", "seconds", "killed", "told before the report", "cause", "line", "right")


def table(outcomes: Sequence[Outcome]) -> str:
    """All of them, in Markdown."""
    rows = [_TITLES, ("---",) * len(_TITLES), *map(_row, outcomes)]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    right = sum(one.is_right for one in outcomes)
    wrong = sum(any(it.is_wrong_with_certainty for it in one.told) for one in outcomes)
    return "\n".join([*lines, "", f"- right: {right} of {len(outcomes)}", f"- wrong with certainty: {wrong}"]) + "\n"


def row(one: Outcome) -> str:
    """One of them, as a line of the table."""
    return f"| {' | '.join(_row(one))} |"


def _row(one: Outcome) -> tuple[str, ...]:
    if one.error:
        return (one.name, one.way, f"{one.seconds:.0f}", "", "", one.error, "", "✗")
    tellers = [f"{one.by_run} by `memmon run`"] * bool(one.by_run)
    tellers += [f"{len(one.by_next)} by the next start"] * bool(one.by_next)
    tellers += [f"alive: {one.alive}"] * bool(one.alive)
    told = dict.fromkeys(one.told)
    return (
        one.name,
        one.way,
        f"{one.seconds:.0f}",
        str(one.kills),
        "; ".join(tellers),
        "; ".join(dict.fromkeys(f"{it.cause} ({it.cause_certainty})" for it in told)) or "nothing told",
        "; ".join(f"{'✓' if it.is_exact else '✗'} {it.line} {it.role}, {it.certainty}" for it in told),
        "✓" if one.is_right else "✗",
    )
