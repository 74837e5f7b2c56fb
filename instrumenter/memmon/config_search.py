"""Where the configuration of a target may stand: in its folder or one above it, in one of two files.

It says where logs go, and so it counts only where it belongs to somebody who could change the target or what this user
does anyhow: in the folder for temporary files, say, anybody may put one. The module is light, since `memmon run` asks
it while the program waits to be started.
"""

# ruff: noqa: PTH113, PTH116, PTH118, PTH120  # pathlib is not for the launcher's memory

from __future__ import annotations

import os
import sys

from memmon.record import foreign_files
from memmon.translation import _

TYPE_CHECKING = False  # typing itself is too heavy for the launcher
if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = "pyproject.toml"
"""The file that others have a part in: it counts only where it has a table of memmon's."""


_TABLE = b"tool.memmon"
_told: set[str] = set()


def owner_of(target: str) -> int | None:
    """The user to whom *target* belongs; None where it is not there."""
    try:
        return os.stat(target).st_uid
    except (OSError, ValueError):
        return None


def trusted(owner: int | None) -> frozenset[int] | None:
    """Whose a configuration may be: root's, this user's and the target's *owner*'s; None where files have no owners."""
    if not hasattr(os, "geteuid"):
        return None
    return frozenset({0, os.geteuid(), os.geteuid() if owner is None else owner})


def candidates(folder: str, owner: int | None = None, *, quiet: bool = False) -> Iterator[str]:
    """The files that may hold the configuration of a target in *folder*: the first that does is the one.

    *folder* is an absolute path, *owner* the target's. What is behind the first ``memmon.toml`` can't matter, and is
    not listed. What is somebody else's is not listed either, which is said once, unless *quiet*.
    """
    while True:
        own, project = (os.path.join(folder, name) for name in ("memmon.toml", PROJECT))
        if _counts(own, owner, quiet=quiet):
            yield own
            return
        if _counts(project, owner, quiet=quiet):
            yield project
        above = os.path.dirname(folder)
        if above == folder:
            return
        folder = above


def _counts(file: str, owner: int | None, *, quiet: bool) -> bool:
    if not os.path.isfile(file):
        return False
    try:
        # A link is whoever's it is who made it lead there.
        found = {os.lstat(file).st_uid, os.stat(file).st_uid}
    except OSError:  # it has just gone
        return False
    owners = trusted(owner)
    counts = owners is None or found <= owners
    if not counts and not quiet and file not in _told and _is_meant(file):
        _told.add(file)
        name = "".join(char if char.isprintable() else "?" for char in file).encode("utf-8", "replace").decode()
        text = _("memmon: {name} belongs to another user, and counts for nothing (--config FILE would name it)")
        import contextlib  # noqa: PLC0415  # seldom, and not for the launcher's memory

        with contextlib.suppress(OSError, ValueError, AttributeError):  # nobody reads there
            sys.stderr.write(f"{text.format(name=name)}\n")
    return counts


def _is_meant(file: str) -> bool:
    """Whether a file would be a configuration: of others' projects most are none."""
    if not file.endswith(PROJECT):
        return True
    try:
        return _TABLE in foreign_files.read(file)
    except OSError:
        return False
