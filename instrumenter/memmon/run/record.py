"""The supervisor's word in the program's run log, once the program can't write there any more."""

from __future__ import annotations

import os

from memmon.record_files import is_log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD = 8192
_TAIL = 1 << 16
_MOST_LOGS = 200
_SLACK = 2.0


def logs(folder: str, since: float) -> Iterator[tuple[str, int]]:
    """The run logs in *folder* that were written to after *since* (seconds since the epoch), with their process ids."""
    try:
        names = [name for name in os.listdir(folder) if is_log(name)]
        found = [(os.stat(path).st_mtime, path) for path in (os.path.join(folder, name) for name in names)]
    except OSError:
        return
    for written, path in sorted(found, reverse=True)[:_MOST_LOGS]:
        if written < since - _SLACK:
            return
        for line in _read(path, 0, _HEAD).splitlines():
            if line.startswith("# pid: ") and line[7:].isdigit():
                yield path, int(line[7:])
                break


def ended_by_exception(log: str) -> bool:
    """Whether the log tells of an exception that nobody caught."""
    return "\n# exception: {" in _read(log, -_TAIL, _TAIL)


def last_checkpoint(log: str) -> str | None:
    """The name in the log's last line of the card's form."""
    for line in reversed(_read(log, -_TAIL, _TAIL).splitlines()):
        parts = line.split("] [", 2)
        if line.startswith("[") and len(parts) == 3 and "] RSS=" in parts[2]:  # noqa: PLR2004  # time, level, name
            return parts[2].partition("] RSS=")[0]
    return None


def hotspots_in(log: str) -> set[str]:
    """The hotspots that were found in the files that the log's process loaded."""
    found: set[str] = set()
    for line in _read(log, 0, 1 << 24).splitlines():
        if line.startswith("# loaded: {"):
            import json  # noqa: PLC0415  # needed only where hotspots are configured

            try:
                found.update(json.loads(line.partition(": ")[2])["hotspots"])
            except (ValueError, KeyError, TypeError):
                continue
    return found


def append(log: str, key: str, value: object) -> None:
    """Write a machine line at the log's end, behind a torn line if there is one."""
    try:
        fd = os.open(log, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
    except OSError:
        return
    try:
        size = os.fstat(fd).st_size
        torn = size > 0 and os.pread(fd, 1, size - 1) != b"\n"
        os.write(fd, b"\n" * torn + f"# {key}: {to_json(value)}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        pass  # a full disk costs the line
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


def _read(path: str, at: int, size: int) -> str:
    """Part of a file as text; a negative *at* counts from its end."""
    try:
        with open(path, "rb") as file:
            if at < 0:
                file.seek(max(file.seek(0, os.SEEK_END) + at, 0))
            return file.read(size).decode("utf-8", "replace")
    except OSError:
        return ""
