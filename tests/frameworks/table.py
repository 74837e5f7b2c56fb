"""The outcomes as a table, and what they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from frameworks.outcome import MOST_SECONDS, MOST_TIMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from frameworks.outcome import Outcome

_TITLES = ("app", "way", "unchanged", "while it lives", "after", "line", "plain, s", "watched, s", "by processor")


def table(outcomes: Sequence[Outcome]) -> str:
    """All of them, in Markdown."""
    rows = [_TITLES, ("---",) * len(_TITLES), *map(_row, outcomes)]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([*lines, "", *_sums(outcomes), *_differences(outcomes)]) + "\n"


def _row(one: Outcome) -> tuple[str, ...]:
    lines = "; ".join(
        f"{'✓' if it.is_right else '✗'} {it.line} {it.role}, {it.certainty}" for it in dict.fromkeys(one.incidents)
    )
    alive = {None: "ended", True: "✓", False: "✗"}[one.is_told_alive]
    causes = ", ".join(sorted({f"{it.cause} ({it.cause_certainty})" for it in one.incidents}))
    after = f"{len(one.incidents)} of {one.kills} {causes}".rstrip() if one.kills else "not killed"
    return (
        one.app,
        one.way,
        "✗" if one.differences else "✓",
        alive,
        after,
        lines,
        f"{one.plain_seconds:.2f}",
        f"{one.seconds:.2f}{'' if one.is_fast else ' ✗'}",
        f"{one.plain_processor:.2f}, {one.processor:.2f}",
    )


def _sums(outcomes: Sequence[Outcome]) -> Iterable[str]:
    many = len(outcomes)
    killed = [one for one in outcomes if one.kills]
    yield f"- unchanged: {sum(not one.differences for one in outcomes)} of {many}"
    yield f"- every death told, of {len(killed)} in which one was: {sum(one.is_told for one in killed)}"
    yield f"- every line exact: {sum(one.is_exact for one in killed)} of {len(killed)}"
    yield f"- wrong with certainty: {sum(one.is_wrong_with_certainty for one in outcomes)}"
    slow = f"above {MOST_TIMES} × plain + {MOST_SECONDS} s a start"
    yield f"- {slow}: {sum(not one.is_fast for one in outcomes)}"
    died = sum(one.supervisor_died for one in outcomes)
    if died:
        yield f"- the supervisor was killed too: {died}"


def _differences(outcomes: Sequence[Outcome]) -> Iterable[str]:
    for one in outcomes:
        for line in one.differences[:10]:
            yield f"- {one.app}, {one.way}: {line}"
