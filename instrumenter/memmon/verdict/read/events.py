"""Reads the events beside a log: JSON lines, of which one that is torn or makes no sense reads as nothing.

The file is described in ``memmon_runtime/record/event_file.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from memmon.record import foreign_files
from memmon.record.file_names import events_of
from memmon.verdict.model import AddedLines, GrowthWindow, Header, Proof, Site, Stack, Supervised
from memmon.verdict.read import facts
from memmon.verdict.read.json_values import object_in, text, whole

if TYPE_CHECKING:
    from memmon.verdict.model import Event

_MOST_BYTES = 10 << 20
"""A larger file was not written by memmon, which keeps to 8 MB; reports and a supervisor may have added to it."""
_MOST_EVENTS = 200_000
"""So many are read of one file: more don't fit into 8 MB as the runtime writes them."""


@dataclass(frozen=True)
class TimedEvent:
    """An event, and when it was written."""

    at: str
    """As the log prints times; empty for what was added after the program's end."""
    event: Event


@dataclass(frozen=True)
class Events:
    """All that stands beside one log."""

    header: Header | None
    """None where the events of the run are gone, and a report or a supervisor has added to them since."""
    standing: tuple[Event, ...]
    """What holds for the whole run, whenever it was written: sites, and which lines were injected."""
    timed: tuple[TimedEvent, ...]
    """What belongs to its moment, in the order in which it was written."""


def read_events(log: str, *, head: bool = False) -> Events | None:
    """The events beside ``log``; None where there are none. ``head``: the header alone.

    Without a header they may be of any process: of such, what was added after the program's end is all that is read.
    """
    header: Header | None = None
    standing: list[Event] = []
    timed: list[TimedEvent] = []
    try:
        with foreign_files.opened(events_of(log), _MOST_BYTES) as lines:
            for line in lines:
                fields = object_in(line)
                for name, value in fields.items():
                    if name == "header" and isinstance(value, dict):
                        header = replace(facts.header(value), from_events=True)
                    elif event := facts.event(name, value):
                        _sort_in(event, fields, standing, timed)
                if (head and header) or len(standing) + len(timed) > _MOST_EVENTS:
                    break
    except OSError:
        return None
    if header:
        return Events(header, tuple(standing), tuple(timed))
    added = tuple(event for event in timed if not event.at and isinstance(event.event, Proof | Supervised))
    return Events(None, (), added) if added else None


def _sort_in(event: Event, fields: dict[str, Any], standing: list[Event], timed: list[TimedEvent]) -> None:
    if isinstance(event, Site | AddedLines):
        standing.append(event)
        return
    at = text(fields.get("at")) or ""
    if isinstance(event, Stack):
        event = replace(event, passed=whole(fields.get("passed")))
    elif isinstance(event, GrowthWindow):
        event = replace(event, at=at)
    timed.append(TimedEvent(at, event))
