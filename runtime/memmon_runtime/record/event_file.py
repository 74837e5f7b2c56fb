"""The events: what memmon alone reads of a process, hidden beside its log.

The file of ``memory_monitor_….log`` is ``.memory_monitor_….events``. Each line is a JSON object: one fact by its name,
when it was written, as the log prints times, and how many checkpoints had been passed by then::

    {"zoom": {…}, "at": "2026-11-22 10:30:48.123", "passed": 17}

The first line's fact is the ``header``; ``memmon/verdict/read/events.py`` knows the others. What was written survives
SIGKILL, as in the log. Of a file that is full the header, the sites and the newest half stay.
"""

from __future__ import annotations

from memmon_runtime.record.bounded_file import BoundedFile
from memmon_runtime.record.file_names import events_of
from memmon_runtime.record.fitting import to_json
from memmon_runtime.system import descriptors, written_files
from memmon_runtime.system.foreign_files import number_in
from memmon_runtime.system.gil_io import pwrite
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Tuple

    from memmon_runtime.record.bounded_file import Write

    # A fact by its name: strings, numbers, lists and dictionaries of them.
    Fact = Tuple[str, object]
    Facts = List[Fact]

_FULL = 8 << 20
_OF_CHILD, _FIRST, _FIRST_OF_MANY = 1 << 20, 192 << 10, 8 << 10
"""What the events of a child may take, and what they begin with; see ``record/shared_room.py``."""
_PASSING = (b'{"stack"', b'{"zoom"', b'{"census"', b'{"gc"', b'{"surroundings"', b'{"children"')
"""What says something of one moment: the newest of it is kept."""


def _matters(line: bytes) -> bool:
    return not line.startswith(_PASSING)


def owner_of(path: str) -> tuple[int, int]:
    """The process that wrote the events: its id, and when it started in clock ticks since boot; zeros if not known."""
    head = descriptors.read_text(path).partition("\n")[0]
    pid, ticks = (number_in(head.partition(f'"{key}": ')[2].partition(",")[0]) for key in ("pid", "start_ticks"))
    return (0, 0) if pid is None or ticks is None else (pid, ticks)


def _lines(facts: Facts, at: str, passed: int) -> bytes:
    tail = f', "at": {to_json(at)}, "passed": {passed}}}\n'
    text = "".join(f"{{{to_json(name)}: {to_json(value)}{tail}" for name, value in facts)
    return text.encode("utf-8", "backslashreplace")


class EventFile:
    """One process's events. Not for several threads at once: the recorder's lock is held around every call."""

    def __init__(self, log: str, *, small: bool = False, is_one_of_many: bool = False) -> None:
        """Create the file beside ``log``; OSError where that can't be. A ``small`` one is as such a log."""
        self.path = events_of(log)
        fd = descriptors.high(written_files.create(self.path))
        most, first = (_OF_CHILD, _FIRST_OF_MANY if is_one_of_many else _FIRST) if small else (_FULL, _FULL)
        self._file = BoundedFile(self.path, fd, most, _matters, first)

    def begin(self, facts: Facts, at: str) -> None:
        """Write the header and what else comes first, as soon as the disk has room for it."""
        self._file.begin(_lines(facts, at, 0))

    def tell(self, facts: Facts, at: str, passed: int, write: Write = pwrite) -> bool:
        """Write ``facts``, all or none; ``at`` is the time as the log prints it. True if it went well."""
        return self._file.put(_lines(facts, at, passed), write)

    @property
    def wants_room(self) -> bool:
        """Whether it has been full, and may be given more room."""
        return self._file.wants_room

    def give(self, size: int) -> None:
        """Let it have so many bytes more."""
        self._file.give(size)

    def mend(self) -> None:
        """Open the file again where the program closed its descriptor."""
        self._file.mend()

    def close(self) -> None:
        """Give the descriptor back."""
        self._file.close()
