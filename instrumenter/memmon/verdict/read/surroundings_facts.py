"""Reads what the runtime tells of the memory in use around its process; see ``measure/surroundings.py`` there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memmon.verdict.model import CgroupUse, OtherProcess, Surroundings
from memmon.verdict.read.json_values import clean, few, fields_of, number, text, whole

if TYPE_CHECKING:
    from collections.abc import Iterator


def surroundings(fields: dict[str, Any]) -> Surroundings:
    """The fact ``surroundings``."""
    machine = fields_of(fields.get("machine"))
    return Surroundings(
        rule=text(fields.get("rule")) or "",
        rss_mb=number(fields.get("rss_mb")) or 0.0,
        private_mb=number(fields.get("private_mb")),
        cgroup=cgroup_use(fields.get("cgroup")),
        available_mb=number(machine.get("available_mb")) or 0.0,
        swap_mb=number(machine.get("swap_mb")) or 0.0,
        swap_free_mb=number(machine.get("swap_free_mb")) or 0.0,
        others=tuple(_others(fields.get("others"))),
    )


def cgroup_use(value: Any) -> CgroupUse | None:
    """What a cgroup's memory is used for; None where an amount is missing."""
    fields = fields_of(value)
    names = ("used_mb", "anonymous_mb", "tmpfs_mb", "files_mb")
    amounts = [amount for amount in (number(fields.get(name)) for name in names) if amount is not None]
    return CgroupUse(*amounts) if len(amounts) == len(names) else None


def _others(value: Any) -> Iterator[OtherProcess]:
    for one in few(value):
        match one:
            case [pid, str(name), rss_mb, *more] if whole(pid) is not None:
                yield OtherProcess(
                    pid, clean(name), number(rss_mb) or 0.0, is_descendant=bool(more) and more[0] is True
                )
