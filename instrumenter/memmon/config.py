"""Find and read the configuration: ``memmon.toml``, or ``[tool.memmon]`` in ``pyproject.toml``.

Everything a user can get wrong in it is a :class:`ConfigError` that names file, line and what is accepted, so that the
later stages can rely on what they are given.
"""

from __future__ import annotations

import os
from pathlib import Path

from memmon import toml_document
from memmon.config_search import PROJECT, candidates, owner_of, trusted
from memmon.config_tables import config_in
from memmon.errors import ConfigError
from memmon.model import Config
from memmon.record import foreign_files

_TABLE = b"memmon"
"""What a file holds that has the table ``[tool.memmon]``."""


def load_config(target: Path, explicit: Path | None = None, *, quiet: bool = False) -> Config:
    """The configuration for *target*: *explicit*, or the nearest one beside the (real) file or above it.

    An empty :class:`Config` (``path`` None) where there is none. One that another user has put there counts for
    nothing, which is said unless *quiet*. Raises :class:`ConfigError`.
    """
    if explicit:
        return _load(explicit)
    return _found(target.resolve().parent, owner_of(str(target)), quiet=quiet)


def _found(folder: Path, owner: int | None, *, quiet: bool) -> Config:
    """The configuration for what stands in *folder* and belongs to *owner*."""
    files = map(Path, candidates(str(folder), owner, quiet=quiet))
    path = next((file for file in files if file.name != PROJECT or _has_table(file)), None)
    # Names can change: whose the file is counts once more where it is read.
    return Config() if path is None else _load(path, trusted(owner))


def _load(path: Path, owners: frozenset[int] | None = None) -> Config:
    return config_in(path, toml_document.read(path, owners))


def log_folders(here: Path) -> tuple[Path, ...]:
    """Where a program that was started in *here* has left its run logs: there, or where it was told to.

    A configuration that can't be read says nothing about that.
    """
    try:
        told = [_found(here.resolve(), owner_of(str(here)), quiet=True).settings.log_dir]
    except ConfigError:
        told = []
    told.append(os.environ.get("MEMMON_LOG_DIR", ""))
    # By os.path: Path's methods raise where there is no such user, or links go in a circle.
    elsewhere = (here / os.path.expanduser(folder) for folder in told if folder)  # noqa: PTH111  # as said above
    return tuple(dict.fromkeys(Path(os.path.realpath(folder)) for folder in (here, *elsewhere)))


def _has_table(project: Path) -> bool:
    try:
        if _TABLE not in foreign_files.read(str(project)):
            return False
        tools = toml_document.read(project).tables.get("tool")
    except (OSError, ConfigError):  # somebody else's file: not ours to complain about
        return False
    return isinstance(tools, dict) and "memmon" in tools
