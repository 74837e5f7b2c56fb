"""memmon's own run logs and pages in a folder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

_LOG = re.compile(r"memory_monitor_\d{8}_\d{6}(_\d+)*\.log")
_PAGE = re.compile(r"\.(memory_monitor_\d{8}_\d{6}(?:_\d+)*)(?:\.stack)?\.page")
_FIRST_LINE = b"# memmon: "


def logs(folder: Path) -> tuple[Path, ...]:
    """The run logs in ``folder`` that memmon wrote; others of a like name are nobody's business."""
    return tuple(folder / name for name in names(folder) if _LOG.fullmatch(name) and _is_own(folder / name))


def orphans(names: Collection[str]) -> list[str]:
    """Of the names in one folder, those of pages whose log is gone: nothing can be read from them alone."""
    pages = ((name, _PAGE.fullmatch(name)) for name in names)
    return [name for name, page in pages if page and f"{page[1]}.log" not in names]


def purge(folders: Iterable[Path]) -> tuple[Path, ...]:
    """Delete memmon's logs in ``folders``, and their pages; return what was deleted. Raises OSError."""
    gone = [path for folder in folders for path in (*logs(folder), *_pages(folder))]
    for path in gone:
        path.unlink(missing_ok=True)
    return tuple(gone)


def _pages(folder: Path) -> list[Path]:
    """The pages whose log is memmon's, or is gone."""
    found = []
    for name in names(folder):
        page = _PAGE.fullmatch(name)
        if page:
            log = folder / f"{page[1]}.log"
            if not log.exists() or _is_own(log):
                found.append(folder / name)
    return found


def _is_own(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(_FIRST_LINE)) == _FIRST_LINE
    except OSError:
        return False


def names(folder: Path) -> list[str]:
    """What is in ``folder``; nothing where it can't be read."""
    try:
        return sorted(path.name for path in folder.iterdir())
    except OSError:
        return []
