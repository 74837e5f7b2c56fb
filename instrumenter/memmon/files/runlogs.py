"""memmon's own run logs and pages in a folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

_LOG = re.compile(r"memory_monitor_\d{8}_\d{6}(_\d+)*\.log")
_PAGE = re.compile(r"\.(memory_monitor_\d{8}_\d{6}(?:_\d+)*)(?:\.stack)?\.page")
_FIRST_LINE = b"# memmon: "
_PID = re.compile(rb"^# pid: (\d+)", re.MULTILINE)
_HEAD = 16 << 10
"""Bytes in which a log's header has named its process."""


def logs(folder: Path) -> tuple[Path, ...]:
    """The run logs in ``folder`` that memmon wrote; others of a like name are nobody's business."""
    return tuple(folder / name for name in names(folder) if _LOG.fullmatch(name) and _is_own(folder / name))


def orphans(names: Collection[str]) -> list[str]:
    """Of the names in one folder, those of pages whose log is gone: nothing can be read from them alone."""
    pages = ((name, _PAGE.fullmatch(name)) for name in names)
    return [name for name, page in pages if page and f"{page[1]}.log" not in names]


@dataclass(frozen=True)
class Purged:
    """What became of the logs and pages in some folders."""

    gone: tuple[Path, ...]
    live: tuple[Path, ...]
    """Logs of programs that still run: kept, with their pages."""


def purge(folders: Iterable[Path]) -> Purged:
    """Delete memmon's logs in ``folders``, and their pages, but for those still written to. Raises OSError."""
    gone: list[Path] = []
    live: list[Path] = []
    for folder in folders:
        kept = [log for log in logs(folder) if _is_live(log)]
        live += kept
        stems = {log.stem for log in kept}
        gone += [log for log in logs(folder) if log.stem not in stems]
        gone += [page for page in _pages(folder) if _stem(page.name) not in stems]
    for path in gone:
        path.unlink(missing_ok=True)
    return Purged(tuple(gone), tuple(live))


def _stem(page: str) -> str | None:
    found = _PAGE.fullmatch(page)
    return found[1] if found else None


def _is_live(log: Path) -> bool:
    """Whether the process that the log names has it open."""
    import psutil  # noqa: PLC0415  # only needed here

    try:
        with log.open("rb") as file:
            named = _PID.search(file.read(_HEAD))
        return named is not None and any(
            log.samefile(opened.path) for opened in psutil.Process(int(named[1])).open_files()
        )
    except (OSError, psutil.Error):
        return False


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
