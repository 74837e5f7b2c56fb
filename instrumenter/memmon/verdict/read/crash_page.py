"""Reads the crash page beside a log: what the process knew at its last moment, exact where the log may be behind.

The layout is described in ``memmon_runtime/record/crash_page.py``.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from memmon.record import foreign_files
from memmon.record.file_names import page_of
from memmon.sizes import MB
from memmon.verdict.model import Figures, Site, StoodDown
from memmon.verdict.read.json_values import line_in

_MAGIC = b"MEMMON1\n"
_HEADER = struct.Struct("<8sIIIIQQQqq")
_SAMPLE = struct.Struct("<QqqqqqqQ")
_SAMPLES_AT = 64
_RECORD = struct.Struct("<QqqqQqqqqqqqqqqqqQ")
_COUNTER = struct.Struct("<qqqqq")
_MOST_EVERY = 1 << 32
"""What lies beyond is no number of passes, but text: pages of before sites stood down have text there too."""
_MOST_BYTES = 64 << 20
"""A page of 65,000 sites: memmon puts in fewer than one a line, and a program that has more has no row for them."""
OPENED, CLOSED, LONE = 0, 1, 2
"""What a site's newest checkpoint was: the beginning of a bracket, its end, or a mark of no bracket."""
LATEST = 1 << 62
"""Stands for a number that no checkpoint has been given yet."""
_PHASES = (OPENED, CLOSED, LONE)
_LEVELS = (0, 1, 2)
_LARGEST_UNIT = 1 << 24
"""No system has larger pages."""


@dataclass(frozen=True)
class Row:
    """One site: its newest checkpoint and its figures."""

    site: Site
    """Without its levels, which the page does not hold."""
    number: int
    """The number of its newest checkpoint among those of all sites; 0 where it has none yet."""
    at: int
    """When that checkpoint was passed, in nanoseconds since the epoch."""
    phase: int
    """What that checkpoint was: ``OPENED``, ``CLOSED`` or ``LONE``."""
    thread: int
    rss_mb: float
    step_mb: float
    growth_mb: float
    figures: Figures
    open: int
    """How many of its brackets are open."""
    opened_number: int
    """The number of the newest checkpoint that opened one of its brackets."""
    opened_mb: float
    """The RSS at that checkpoint."""
    counted_at: int = 0
    """Where the site has stood down: up to this checkpoint's number it is known to have been passed without one."""


@dataclass(frozen=True)
class Sample:
    """What the watcher read last."""

    at: int
    rss_mb: float
    level: int
    highest_mb: float


@dataclass(frozen=True)
class Page:
    """A page as it stands."""

    pid: int
    start_ticks: int
    """When the process started, in clock ticks since boot; 0 where it could not tell."""
    baseline_mb: float
    rows: tuple[Row, ...]
    """In the order of the log's ``# site`` lines."""
    sample: Sample | None

    @property
    def newest(self) -> Row | None:
        """The site of the last checkpoint passed."""
        return max((row for row in self.rows if row.number), key=lambda row: row.number, default=None)


def _whole(form: struct.Struct, data: bytes, at: int) -> tuple[int, ...] | None:
    """The newer of two copies, without one that was being written; None where that leaves neither."""
    copies = (form.unpack_from(data, at + form.size * copy) for copy in (0, 1))
    whole = [copy for copy in copies if copy[0] and copy[0] == copy[-1]]
    return max(whole, key=lambda copy: int(copy[0]), default=None)


def _counter(data: bytes, end: int) -> tuple[int, int, StoodDown | None]:
    """What the row that ends there says of a site that has stood down.

    How many passes were only counted, and the number of the newest checkpoint before or after which they were.
    """
    counted, seen, seen_at, after, every = _COUNTER.unpack_from(data, end - _COUNTER.size)
    if not 0 < every < _MOST_EVERY or min(counted, seen_at, after) < 0:
        return 0, 0, None
    return counted, seen_at if counted == seen else LATEST, StoodDown(after, every)


def _row(data: bytes, at: int, size: int, unit: float) -> Row | None:
    """One site; None where not even its first record was finished."""
    record = _whole(_RECORD, data, at)
    begin = at + 2 * _RECORD.size
    text = data[begin : at + size].partition(b"\0")[0].decode("utf-8", "replace")
    name, kind, line, function, file = (text.split("\n", 4) + [""] * 5)[:5]
    if record is None or record[3] not in _PHASES:
        return None
    _, number, when, phase, thread, rss, step, growth, opened, closed, left, total, largest, peak = record[:14]
    counted, counted_at, stood_down = _counter(data, at + size)
    return Row(
        site=Site(
            name=name,
            file=file or None,
            line=line_in(line),
            function=function or None,
            kind=kind,
        ),
        number=number,
        at=when,
        phase=phase,
        thread=thread,
        rss_mb=rss * unit,
        step_mb=step * unit,
        growth_mb=growth * unit,
        figures=Figures(opened + counted, total * unit, largest * unit, None if peak < 0 else peak * unit, stood_down),
        open=max(opened - closed - left, 0) if phase != LONE else 0,
        opened_number=record[14],
        opened_mb=record[15] * unit,
        counted_at=counted_at,
    )


def read_page(log: str) -> Page | None:
    """The page of ``log``; None where there is none that can be read, as after a run that ended by itself."""
    try:
        data = foreign_files.read(page_of(log), _MOST_BYTES)
        magic, header, size, rows, _, pid, ticks, unit, _, baseline = _HEADER.unpack_from(data)
        if magic != _MAGIC or size < 2 * _RECORD.size or not 0 < unit <= _LARGEST_UNIT:
            return None
        mb = unit / MB
        sample = _whole(_SAMPLE, data, _SAMPLES_AT)
        read = [_row(data, header + size * number, size, mb) for number in range(rows)]
    except (OSError, struct.error):
        return None
    return Page(
        pid=pid,
        start_ticks=ticks,
        baseline_mb=baseline * mb,
        rows=tuple(row or _NOTHING for row in read),
        sample=Sample(sample[1], sample[2] * mb, sample[3], sample[6] * mb)
        if sample and sample[3] in _LEVELS
        else None,
    )


_NOTHING = Row(Site("", None, None, None, ""), 0, 0, 0, 0, 0.0, 0.0, 0.0, Figures(0, 0.0, 0.0, None), 0, 0, 0.0)
"""Stands for a row that was never finished, so that the rows behind it keep their places."""
