"""Who may read what memmon puts beside a target: its owner, and whoever can read the target itself."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_READ = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
_CHANGE = stat.S_IRUSR | stat.S_IWUSR


@dataclass(frozen=True)
class Readers:
    """The owner of one target, and who can read any of several."""

    user: int
    group: int
    bits: int
    """The permission bits for reading, of owner, group and others."""

    def admit_all(self, folder: Path) -> None:
        """Give ``folder`` and all in it to the owner, as far as this user may, and let the readers read it."""
        for room, _, names in os.walk(folder):
            self._admit(room, self.bits | stat.S_IXUSR | (self.bits >> 2))
            for name in names:
                self._admit(os.path.join(room, name), self.bits)  # noqa: PTH118  # what os.walk gives

    def _admit(self, path: str, bits: int) -> None:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            return
        with contextlib.suppress(OSError):  # somebody else's, who has to see to it
            if sys.platform != "win32" and os.geteuid() == 0 and status.st_uid != self.user:
                os.chown(path, self.user, self.group)
            if status.st_mode & bits != bits:
                os.chmod(path, stat.S_IMODE(status.st_mode) | bits)  # noqa: PTH101  # what os.walk gives


def readers_of(targets: Iterable[Path]) -> Readers:
    """Those of ``targets``, of which there is at least one. Raises OSError."""
    found = [path.stat() for path in targets]
    bits = _CHANGE
    for status in found:
        bits |= status.st_mode & _READ
    return Readers(found[0].st_uid, found[0].st_gid, bits)
