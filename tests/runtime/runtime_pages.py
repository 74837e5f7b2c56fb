"""A reader of the mapped page, from its docstring alone."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HEADER = struct.Struct("<8sIIIIQQQqq")
SAMPLE = struct.Struct("<QqqqqqqQ")
RECORD = struct.Struct("<QqqqQqqqqqqqqqqqqQ")

COUNTER = struct.Struct("<qqqqq")


@dataclass
class Row:
    """A site's newest record."""

    name: str
    kind: str
    line: int
    function: str
    file: str
    number: int
    phase: int
    rss: int
    own: int
    opened: int
    closed: int
    left: int
    total: int
    largest: int
    peak: int
    counted: int

    @property
    def printed(self) -> str:
        """The name of the newest checkpoint as the log prints it."""
        ends = {"BEFORE": ("BEFORE", "AFTER"), "START": ("START", "END")}
        return f"{self.name}_{ends[self.kind][self.phase]}" if self.kind in ends else self.name


@dataclass
class Page:
    """The whole page."""

    pid: int
    unit: int
    rows: list[Row]
    ticks: int

    @property
    def newest(self) -> Row:
        """The row of the newest checkpoint."""
        return max(self.rows, key=lambda row: row.number)


def newest_whole(copies: list[tuple[int, ...]]) -> tuple[int, ...] | None:
    """Of two copies the whole one with the larger stamp."""
    whole = [copy for copy in copies if copy[0] and copy[0] == copy[-1]]
    return max(whole, default=None)


def read_page(path: Path) -> Page:
    """Read what a page says."""
    data = path.read_bytes()
    magic, begin, size, used, _room, pid, _ticks, unit, _started, _baseline = HEADER.unpack_from(data)
    assert magic == b"MEMMON1\n"
    rows = []
    for at in range(begin, begin + used * size, size):
        record = newest_whole([RECORD.unpack_from(data, at), RECORD.unpack_from(data, at + 144)])
        text = data[at + 288 : at + size].partition(b"\0")[0].decode()
        name, kind, line, function, file = text.split("\n")
        if record is not None:
            _, number, _, phase, _, rss, _, own, opened, closed, left, total, largest, peak = record[:14]
            rows.append(
                Row(
                    name, kind, int(line), function, file, number, phase, rss, own, opened, closed, left, total,
                    largest, peak, COUNTER.unpack_from(data, at + size - COUNTER.size)[0],
                )
            )  # fmt: skip
    sample = newest_whole([SAMPLE.unpack_from(data, 64), SAMPLE.unpack_from(data, 128)])
    return Page(pid, unit, rows, sample[4] if sample else 0)
