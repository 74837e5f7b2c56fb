"""Replacing a file that others may save meanwhile: what stood there is looked at once nobody finds it by its name."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

from memmon.files import atomic
from memmon.files.exchange import exchange, move

if TYPE_CHECKING:
    from pathlib import Path

_CONFLICT = ".monitor_conflict"
"""How the names end under which is kept what must not be lost, and has no place: behind it may stand a number."""


def write(path: Path, data: bytes, expected: bytes) -> Path | None:
    """Make ``data`` the content of ``path``, which is to hold ``expected``, as `put` does; it keeps its properties."""
    draft = atomic.temporary(path.parent)
    try:
        atomic.write_through(draft, data, like=path)
    except BaseException:
        atomic.remove(draft)
        raise
    return put(draft, path, expected)


def put(draft: Path, path: Path, expected: bytes) -> Path | None:
    """Move ``draft`` to ``path``, which is to hold ``expected``, in one step.

    Where it holds something else, that is kept, and its new path returned. Raises OSError.
    """
    kept = None
    if exchange(draft, path):
        if atomic.read_regular(draft) == expected:
            draft.unlink()
        else:
            kept = keep(draft, path)
    else:
        if atomic.read_regular(path) != expected:
            kept = keep(path, path)
        draft.replace(path)
    atomic.sync_folder(path.parent)
    return kept


def write_unless_changed(path: Path, data: bytes, expected: bytes) -> bool:
    """Make ``data`` the content of ``path`` in one step; False where that does not hold ``expected``: it stays.

    Raises OSError.
    """
    draft = atomic.temporary(path.parent)
    try:
        atomic.write_through(draft, data, like=path)
        exchanged = exchange(draft, path)
        if not exchanged and (same := atomic.read_regular(path) == expected):
            draft.replace(path)
    except BaseException:
        atomic.remove(draft)
        raise
    if exchanged:
        try:
            same = atomic.read_regular(draft) == expected
            if same:
                draft.unlink()
        except BaseException:
            _give_back(draft, path, data)
            raise
    if not same:
        _give_back(draft, path, data) if exchanged else draft.unlink()
    atomic.sync_folder(path.parent)
    return same


def _give_back(draft: Path, path: Path, data: bytes) -> None:
    """Let ``draft`` and ``path``, which got ``data``, change places again; what was saved there meanwhile is kept."""
    exchange(draft, path)
    if atomic.read_regular(draft) == data:
        draft.unlink()
    else:
        keep(draft, path)


def is_kept(name: str, target: str | None = None) -> bool:
    """Whether `keep` gave a file this name, for ``target`` if that is given."""
    found = re.fullmatch(rf"(.+){re.escape(_CONFLICT)}\d*", name, re.DOTALL)
    return found is not None and target in (None, found[1])


def keep(path: Path, target: Path) -> Path:
    """Give the file at ``path`` the first name beside ``target`` that says what it is; return that. Raises OSError."""
    for number in count(1):
        kept = target.with_name(f"{target.name}{_CONFLICT}{number if number > 1 else ''}")
        try:
            move(path, kept)
        except FileExistsError:
            continue
        return kept
    raise AssertionError("there are endless numbers")
