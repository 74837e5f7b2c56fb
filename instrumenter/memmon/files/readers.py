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
        """Give ``folder`` and all in it to the owner, as far as this user may, and let the readers read it.

        Nothing is done by a name that somebody could let lead elsewhere meanwhile: root may be at work in a folder that
        a user may write to. So it goes from the inside out, by what was opened, and links are nobody's.
        """
        if sys.platform == "win32":
            return
        for _, _, names, room in os.fwalk(folder, topdown=False, follow_symlinks=False):
            for name in names:
                with contextlib.suppress(OSError):  # a link, or somebody else's
                    file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=room)
                    try:
                        self._admit(file, self.bits)
                    finally:
                        os.close(file)
            with contextlib.suppress(OSError):
                self._admit(room, self.bits | stat.S_IXUSR | (self.bits >> 2))

    def _admit(self, opened: int, bits: int) -> None:
        status = os.fstat(opened)
        if not stat.S_ISDIR(status.st_mode) and (not stat.S_ISREG(status.st_mode) or status.st_nlink > 1):
            return  # it has another name, and may be anybody's there
        if sys.platform != "win32" and os.geteuid() == 0 and status.st_uid != self.user:
            os.fchown(opened, self.user, self.group)
        if status.st_mode & bits != bits:
            os.fchmod(opened, stat.S_IMODE(status.st_mode) | bits)


def readers_of(targets: Iterable[Path]) -> Readers:
    """Those of ``targets``, of which there is at least one. Raises OSError."""
    found = [path.stat() for path in targets]
    bits = _CHANGE
    for status in found:
        bits |= status.st_mode & _READ
    return Readers(found[0].st_uid, found[0].st_gid, bits)
