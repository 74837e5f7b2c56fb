"""Root works on a user's files with the rights of that user.

Whoever may write to a folder can let a name in it lead elsewhere at any moment. What root creates, gives away or
deletes by a name there would be what that user chose. With the user's own rights it is nothing that they could not do
themselves, and what is created is theirs.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import TYPE_CHECKING

from memmon.record import ways

if sys.platform != "win32":
    import pwd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def of_owner(path: Path) -> Iterator[None]:
    """As root, have the rights of the user to whom both ``path`` and its folder belong; ``path`` may be missing.

    Not where that user can't work in the folder: then nobody but root can change what its names mean. Raises OSError.
    """
    if sys.platform == "win32" or os.geteuid() != 0:
        yield
        return
    folder = path.parent.stat()
    try:
        file = path.lstat()
    except FileNotFoundError:
        file = folder
    if folder.st_uid == 0 or file.st_uid != folder.st_uid:
        yield
        return
    before = os.getegid(), os.getgroups()
    try:
        os.setgroups(_groups(folder.st_uid, folder.st_gid, file.st_gid))
        os.setegid(file.st_gid)
        os.seteuid(folder.st_uid)
        if not os.access(path.parent, os.R_OK | os.W_OK | os.X_OK, effective_ids=True):
            _be_root(*before)
        yield
    finally:
        _be_root(*before)


@contextlib.contextmanager
def where_it_leads(given: Path, real: Path) -> Iterator[None]:
    """As `of_owner` for ``real``, to which ``given`` leads: that is not to be by a link of another user.

    Raises PermissionError where it is, and OSError.
    """
    if ways.led_by_other(os.path.join(os.getcwd(), given), str(real)):  # noqa: PTH109, PTH118  # `..` stays as it is
        raise PermissionError(errno.EACCES, "another user's link leads there")
    with of_owner(real):
        yield


def _be_root(group: int, groups: list[int]) -> None:
    if sys.platform != "win32":
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)


def _groups(user: int, *groups: int) -> list[int]:
    """``groups``, and those that the user is a member of."""
    if sys.platform != "win32":
        with contextlib.suppress(KeyError):  # a container's user may have no name
            known = pwd.getpwuid(user)
            return sorted({*groups, *os.getgrouplist(known.pw_name, known.pw_gid)})
    return sorted(set(groups))
