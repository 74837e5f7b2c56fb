"""Reads what the supervisor of `memmon run` wrote into the events of the program."""

from __future__ import annotations

from typing import Any

from memmon.verdict.model import Counter, ProcessMemory, SeenDeath, SeenProcess, Supervised
from memmon.verdict.read.json_values import few, fields_of, number, text, whole


def counter(value: Any, path: str) -> Counter | None:
    """A counter as it was read when the program started and after its end; ``path`` where the line names none."""
    fields = fields_of(value)
    before = whole(fields.get("before"))
    return None if before is None else Counter(text(fields.get("path")) or path, before, whole(fields.get("after")))


def supervised(fields: dict[str, Any]) -> Supervised:
    """What the supervisor wrote down at the program's end."""
    kills, limit = fields_of(fields.get("oom_kill")), fields_of(fields.get("limit"))
    return Supervised(
        signal=text(fields.get("signal")),
        was_asked=fields.get("asked") is True,
        status=whole(fields.get("status")),
        cgroup=counter(kills.get("cgroup"), ""),
        vmstat=counter(kills.get("vmstat"), "/proc/vmstat"),
        kernel=tuple(line for line in map(text, few(kills.get("kernel"))) if line),
        # The last one that was killed may have been another process.
        limit_killed=limit.get("killed") is True and limit.get("pid") in (None, fields.get("pid")),
        last_mb=number(fields.get("last_mb")),
        peak_mb=number(fields.get("peak_mb")),
        processes=tuple(one for one in map(_seen_process, few(fields.get("processes"))) if one),
        deaths=tuple(seen_death(fields_of(one)) for one in few(fields.get("deaths"))),
        own_kills=whole(fields.get("own_kills")) or 0,
    )


def _seen_process(value: Any) -> SeenProcess | None:
    fields = fields_of(value)
    pid = whole(fields.get("pid"))
    if pid is None:
        return None
    return SeenProcess(
        pid=pid,
        parent=whole(fields.get("parent")),
        last_mb=number(fields.get("last_mb")) or 0.0,
        peak_mb=number(fields.get("peak_mb")) or 0.0,
        ended=number(fields.get("ended")),
        command=text(fields.get("command")) or "",
    )


def seen_death(fields: dict[str, Any]) -> SeenDeath:
    """A death that the supervisor noticed."""
    held = tuple(one for one in map(_held_by, few(fields.get("held"))) if one)
    return SeenDeath(whole(fields.get("pid")), held, text(fields.get("kernel")) or "")


def _held_by(value: Any) -> ProcessMemory | None:
    fields = fields_of(value)
    pid, mb = whole(fields.get("pid")), number(fields.get("mb"))
    return None if pid is None or mb is None else ProcessMemory(pid, mb, text(fields.get("command")) or "")
