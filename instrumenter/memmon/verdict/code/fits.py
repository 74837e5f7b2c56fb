"""Whether what a statement does makes a container of a type have more items, of the type that its newest ones have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.verdict.code.holder import plain
from memmon.verdict.code.puts import FILLING, PUSHING
from memmon.verdict.code.values import evident_type

if TYPE_CHECKING:
    from memmon.verdict.code.puts import Put
    from memmon.verdict.model import GrownContainer

_LISTS = frozenset({"list", "deque", "bytearray", "array"})
_DICTS = frozenset({"dict", "OrderedDict", "defaultdict", "Counter", "mappingproxy"})
_SETS = frozenset({"set", "frozenset"})
_METHODS = {
    "list": {"append", "extend", "insert", "appendleft", "extendleft"},
    "dict": {"setdefault", "update", "__setitem__"},
    "set": {"add", "update"},
}
_BULK = frozenset({"extend", "extendleft", "update"})


def family_of(kind: str) -> str:
    """What sort of builtin container a type is: ``list``, ``dict`` or ``set``; empty where it is none."""
    name = plain(kind)
    return "list" if name in _LISTS else "dict" if name in _DICTS else "set" if name in _SETS else ""


def is_filled_by(kind: str, method: str) -> bool:
    """Whether a method puts something into a container of that type."""
    family = family_of(kind)
    return method in (_METHODS[family] if family else FILLING)


def fits(put: Put, row: GrownContainer) -> bool:
    """Whether the put makes a container of that type have more items, of the type that it has."""
    family = family_of(row.type)
    if put.how in ("method", "bound"):
        bulk = put.called in _BULK
        known = is_filled_by(row.type, put.called)
        return known and (put.statement.repeated or bulk) and (bulk or put.how == "bound" or _can_hold(put, row))
    return {
        "read": plain(row.type) == "defaultdict",
        "called": False,
        "function": put.called in PUSHING,
        "key": family in ("dict", "") and _can_hold(put, row),
        "slice": family in ("list", ""),
    }.get(put.how, True)


def _can_hold(put: Put, row: GrownContainer) -> bool:
    """Whether the value that is put may be of the type of the container's newest items."""
    evident = evident_type(put.value) if put.value is not None else ""
    return not evident or not row.item_type or evident == plain(row.item_type)
