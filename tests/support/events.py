"""What the runtime has written among the events beside a run log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def path_of(log: Path) -> Path:
    """Where the events of a log stand."""
    return log.with_name(f".{log.stem}.events")


def facts(log: Path) -> list[tuple[str, Any]]:
    """All facts beside ``log`` in their order; a torn last line is left out."""
    found = []
    # What JSON leaves as it is may end a line for `str.splitlines`.
    for line in path_of(log).read_text(encoding="utf-8").split("\n")[:-1]:
        fields = json.loads(line)
        key = next(iter(fields))
        found.append((key, fields[key]))
    return found


def told(folder: Path, key: str) -> list[Any]:
    """The facts of one name beside all run logs of ``folder``, the logs in the order of their names.

    A worker that its pool ends as it starts may leave a log and no events.
    """
    logs = [log for log in sorted(folder.glob("memory_monitor_*.log")) if path_of(log).exists()]
    return [value for log in logs for name, value in facts(log) if name == key]


def header(log: Path) -> dict[str, Any]:
    """What the first fact says of the run."""
    ((name, fields), *_) = facts(log)
    assert name == "header"
    return dict(fields)
