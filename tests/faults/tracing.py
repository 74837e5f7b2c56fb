"""Points: the system calls of a process that have to do with files, and how strace lets one of them fail."""

from __future__ import annotations

import re
import signal
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIGNALS = ("INT", "TERM", "HUP", "KILL")
ERRORS = ("ENOSPC", "EIO", "EDQUOT", "EROFS")
SECONDS = 30.0
"""What takes longer hangs."""
_CHANGING = re.compile("open|write|link|rename|mkdir|rmdir|chmod|chown|sync|xattr|utime|truncate|allocate|flock")
_READING = re.compile("read|getdents")
_CALL = re.compile(r"(?:\d+ +)?(\d+\.\d+) ([a-z_0-9]+)\(")


class HungError(Exception):
    """A process did not end."""


@dataclass(frozen=True)
class Point:
    """One system call of a process: the ``number``-th of its name, from 1."""

    call: str
    number: int
    line: str
    """What strace says of it where nothing fails."""
    place: int
    """How many lines of the trace come before it."""
    at: float
    """When that was, in seconds."""

    def inject(self, fault: str, refused: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Options of strace's that bring the fault about there, and have nothing else traced but what is refused."""
        there = ("-e", f"inject={self.call}:{fault}:when={self.number}", "-o", "/dev/null")
        return "-e", f"trace={','.join((self.call, *refused))}", *refuse(refused), *there

    def __str__(self) -> str:
        """As it is told."""
        return f"{self.call} {self.number}"


TRACED = ("-y", "-ttt", "-e", "trace=%file,%desc")
"""strace's options for a trace that ``points`` understands."""


def refuse(calls: tuple[str, ...]) -> tuple[str, ...]:
    """Options of strace's by which no such call is allowed; they must be traced."""
    return ("-e", f"inject={','.join(calls)}:error=EPERM") if calls else ()


class Subject(Protocol):
    """Something that is started anew for each point and each fault."""

    name: str

    def points(self) -> list[Point]:
        """Have everything ready; the points that are to be tried."""

    def suits(self, point: Point, fault: str) -> bool:
        """Whether the fault is to be tried there."""

    def wrong_at(self, point: Point, fault: str) -> list[str]:
        """What is wrong after the fault, in words."""


def points(trace: Path) -> Iterator[Point]:
    """The calls that a trace holds, in their order."""
    counts: Counter[str] = Counter()
    with trace.open(encoding="utf-8", errors="replace") as lines:
        for place, line in enumerate(lines):
            if found := _CALL.match(line):
                counts[found[2]] += 1
                yield Point(found[2], counts[found[2]], line.rstrip("\n"), place, float(found[1]))


def can_fail(point: Point, fault: str) -> bool:
    """Whether the call can end so: any by a signal, what reads by EIO alone."""
    if fault.startswith("signal="):
        return True
    return bool(_CHANGING.search(point.call) or (fault == "error=EIO" and _READING.search(point.call)))


def is_of_the_gate(point: Point) -> bool:
    """Whether by this call a command of the server's waits until it is traced."""
    return "<pipe:" in point.line


def killed_by(fault: str) -> int | None:
    """The exit code of a process that the fault's signal has ended; None where it is an error."""
    kind, _, name = fault.partition("=")
    return -signal.Signals[f"SIG{name}"] if kind == "signal" else None
