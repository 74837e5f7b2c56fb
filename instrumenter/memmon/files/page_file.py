"""The file that a page is written to: a new one, or an older page of memmon's; nothing else is ever replaced."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.errors import Place, TargetError
from memmon.files import atomic, rights
from memmon.translation import _

if TYPE_CHECKING:
    from collections.abc import Callable

_BEGINNING = 1000
"""Bytes at a page's beginning among which its mark stands."""


def write_page(given: str, data: bytes, is_page: Callable[[bytes], bool]) -> None:
    """Make ``data`` the content of the file; raises TargetError where it is one that ``is_page`` does not know."""
    if os.path.basename(given) in ("", os.curdir, os.pardir):  # noqa: PTH119  # pathlib drops what says so
        raise _no_file(given)
    path = Path(os.path.realpath(given))
    with atomic.refusing(path, _("writing the page")), rights.where_it_leads(Path(given), path):
        if not _is_free(path, given, is_page):
            atomic.write(path, data, like=path)
            return
        draft = atomic.temporary(path.parent)
        try:
            atomic.write_through(draft, data)
            draft.replace(path)
        except BaseException:
            atomic.remove(draft)
            raise
        atomic.sync_folder(path.parent)


def _is_free(path: Path, given: str, is_page: Callable[[bytes], bool]) -> bool:
    """Whether nothing is there. Raises TargetError where something is that would be lost."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return True
    if not stat.S_ISREG(status.st_mode):
        raise _no_file(given)
    with path.open("rb") as file:
        if not is_page(file.read(_BEGINNING)):
            raise TargetError(_("is there already, and no page of memmon's: name another file"), Place(given))
    return False


def _no_file(given: str) -> TargetError:
    return TargetError(
        _("is no file that a page can be written to: name another, or - for standard output"), Place(given)
    )
