"""What memmon 0.1.0 left in a folder, laid down where a test may change it; see the README beside it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from support.samples import FIXTURES

if TYPE_CHECKING:
    from pathlib import Path

VERSION = "0.1.0"
LEFT = FIXTURES / f"instrumented_by_{VERSION}"
TARGETS = ("main.py", "包/work.py", "crlf.py", "latin.py", "bom.py", "unended.py", "joined.py", "docstring_only.py")


def lay_down(folder: Path, *, backups: bool = True) -> None:
    """Put into ``folder`` what memmon 0.1.0 left there, with the backups that it made, or after their loss."""
    _copy("after", folder)
    for target in TARGETS if backups else ():
        shutil.copy(LEFT / "before" / target, folder / f"{target}.monitor_backup")


def lay_down_originals(folder: Path) -> None:
    """Put into ``folder`` what stood there before."""
    _copy("before", folder)


def _copy(name: str, folder: Path) -> None:
    shutil.copytree(LEFT / name, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))


def edit(folder: Path) -> None:
    """Do to all targets in ``folder`` what a user may: change lines of their own, and add some."""
    for target in TARGETS:
        source = (folder / target).read_bytes()
        newline = b"\r\n" if b"\r\n" in source else b"\n"
        changed = source.replace(b"print(", b"print (") + newline + b'print ("edited")' + newline
        (folder / target).write_bytes(changed)
