"""Adds to the events of a process that has ended: what its supervisor saw, or what a report found out.

The lines are those of ``memmon_runtime/record/event_file.py``, without a time of the program's. The module is light,
since the supervisor of `memmon run` has it in memory.
"""

from __future__ import annotations

import os

from memmon.record import ways
from memmon.record.file_names import events_of


def add_event(log: str, name: str, value: object) -> None:
    """Write a fact at the end of the events of *log*; where that can't be, they stay as they are."""
    append_line(events_of(log), f"{{{to_json(name)}: {to_json(value)}}}\n", log)


def append_line(path: str, line: str, log: str) -> None:
    """Write one more line of a dead program's file, behind a torn one; where that can't be, the file stays as it is.

    Nor is it written to where another user has led there. What is missing is made for the readers of *log*.
    """
    try:
        try:
            fd = ways.open_known(path, os.O_RDWR | os.O_APPEND)
        except FileNotFoundError:
            fd = ways.open_known(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, os.lstat(log).st_mode & 0o666)
    except OSError:
        return
    try:
        size = os.fstat(fd).st_size
        torn = size > 0 and os.pread(fd, 1, size - 1) != b"\n"
        os.write(fd, b"\n" * torn + line.encode("utf-8", "backslashreplace"))
    except OSError:
        pass  # the disk is full
    finally:
        os.close(fd)


def to_json(value: object) -> str:
    """JSON of plain values, without the weight of the library."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{to_json(str(key))}: {to_json(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(to_json, value)) + "]"
    return '"' + "".join(map(_escaped, str(value))) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    return character if character >= " " and not "\ud800" <= character <= "\udfff" else f"\\u{ord(character):04x}"
