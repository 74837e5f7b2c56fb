"""The lines of a run's logs as rows: CSV and JSON Lines, a line at a time however long the logs are."""

from __future__ import annotations

import csv
import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from memmon.verdict.model import Header, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TextIO

    from memmon.verdict.model import Event

COLUMNS = (
    "pid",
    "time",
    "level",
    "name",
    "rss_mb",
    "since_start_mb",
    "since_previous_mb",
    "growth_mb",
    "peak_mb",
    "file",
    "line",
    "fired",
    "last",
    "at_file",
    "at_line",
    "at_function",
)
"""Of each record, in this order."""


def rows_of(events: Iterable[Event]) -> Iterator[tuple[Any, ...]]:
    """The records among the events of one process's log; what is not known is None."""
    header = Header()
    for event in events:
        if isinstance(event, Header):
            header = event
        elif isinstance(event, Record):
            yield _row(event, header)


def write_csv(rows: Iterable[tuple[Any, ...]], stream: TextIO) -> None:
    """A heading and a line a row; what is not known is empty."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)


def write_json_lines(rows: Iterable[tuple[Any, ...]], stream: TextIO) -> None:
    """An object a row. ASCII alone, so that no character of a name ends a line or is lost in an encoding."""
    stream.writelines(json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n" for row in rows)


def _row(record: Record, header: Header) -> tuple[Any, ...]:
    at = record.at
    return (
        header.pid,
        _time(record.when, header.offset),
        record.level,
        record.name,
        record.rss,
        record.delta,
        record.step,
        record.growth,
        record.peak,
        record.file or (header.target if record.line else None),
        record.line,
        record.fired,
        record.last,
        at.file if at else None,
        at.line if at else None,
        at.function if at else None,
    )


def _time(when: str, offset: float | None) -> str | None:
    """The time as ISO 8601 has it, with its zone where that is known."""
    try:
        local = datetime.fromisoformat(when)
        zone = None if offset is None else timezone(timedelta(seconds=offset))
        return local.replace(tzinfo=zone).isoformat(timespec="milliseconds")
    except ValueError:
        return when or None
