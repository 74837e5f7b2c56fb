"""What is done to a folder in which every call may fail, and what must be there afterwards."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SCRIPT = b'''#!/usr/bin/env python3
"""doc"""
import json


def load():
    return json.loads("[1]")


print(load())
'''
OTHER = SCRIPT.replace(b"[1]", b"[2]")
MINE = b"# mine\n"


@dataclass(frozen=True)
class Scenario:
    """One command on one folder."""

    command: tuple[str, ...]
    prepare: tuple[tuple[str, ...], ...] = ()
    """memmon's commands before it."""
    edit: Callable[[Path], None] = field(default=lambda _folder: None)
    """What the user does in between."""
    after: tuple[bytes, ...] = (SCRIPT, OTHER)
    """What ``bot.py`` and ``other.py`` hold in the end, when all is restored."""
    kept: tuple[bytes, ...] = ()
    """What else must be in some file then."""
    refused: tuple[str, ...] = ()
    """System calls that are never allowed, as on another file system."""

    @property
    def is_whole(self) -> bool:
        """Whether a command that does not do all does nothing, and the very files come back, with their times."""
        return self.command[0] == "instrument"


def _edit_target(folder: Path) -> None:
    with (folder / "bot.py").open("ab") as file:
        file.write(MINE)


def _edit_backup(folder: Path) -> None:
    path = folder / "bot.py.monitor_backup"
    path.write_bytes(path.read_bytes() + MINE)


_BOTH = ("instrument", "bot.py", "other.py", "--runtime", "installed")
_WRITTEN = 10**18
"""When the scripts were written, in nanoseconds since 1970."""

SCENARIOS = {
    "instrument": Scenario(_BOTH),
    "instrument, without hard links": Scenario(_BOTH, refused=("link", "linkat")),
    "instrument, with the runtime": Scenario(("instrument", "bot.py")),
    "restore": Scenario(("restore",), (_BOTH,)),
    "restore, with the runtime": Scenario(("restore", "bot.py"), (("instrument", "bot.py"),)),
    "restore of an edited file": Scenario(("restore",), (_BOTH,), _edit_target, (SCRIPT + MINE, OTHER)),
    "restore beside a changed backup": Scenario(("restore",), (_BOTH,), _edit_backup, kept=(SCRIPT + MINE,)),
    "restore without a backup": Scenario(
        ("restore", "bot.py"), (_BOTH,), lambda folder: (folder / "bot.py.monitor_backup").unlink()
    ),
}


def lay_down(folder: Path) -> None:
    """Put the scripts into ``folder``, which need not be there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, text in (("bot.py", SCRIPT), ("other.py", OTHER)):
        (folder / name).write_bytes(text)
        os.utime(folder / name, ns=(_WRITTEN, _WRITTEN))


def wrong(scenario: Scenario, folder: Path) -> list[str]:
    """What is not as it must be once all is restored."""
    found = [
        f"{name} holds something else"
        for name, wanted in zip(("bot.py", "other.py"), scenario.after, strict=True)
        if not (folder / name).exists() or (folder / name).read_bytes() != wanted
    ]
    if scenario.is_whole:
        found += [
            f"{path.name} has another time" for path in folder.glob("*.py") if path.stat().st_mtime_ns != _WRITTEN
        ]
    others = {path.name: path for path in folder.iterdir() if path.name not in ("bot.py", "other.py")}
    texts = [path.read_bytes() for path in others.values() if path.is_file()]
    found += [f"{wanted[-30:]!r} is nowhere" for wanted in scenario.kept if wanted not in texts]
    if len(others) > len(scenario.kept):
        found.append(f"left: {' '.join(sorted(others))}")
    return found
