"""Which functions and files a configured hotspot is meant for, by its globs."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memmon.model import Hotspot


def name_fits(name: str, glob: str) -> bool:
    """Whether a function's qualified name fits; where the glob has no dot, its own name may."""
    own = name.rsplit(".", 1)[-1]
    return fnmatchcase(name, glob) or ("." not in glob and fnmatchcase(own, glob))


def is_meant_for(hotspot: Hotspot, path: str, config_path: str | None) -> bool:
    """Whether the file at *path* is one of the hotspot's: by its name, its path, or that below the configuration."""
    if hotspot.file is None:
        return True
    pure = PurePath(path)
    names = {pure.name, pure.as_posix()}
    if config_path is not None:
        folder = Path(config_path).resolve().parent
        target = Path(path).resolve()
        if target.is_relative_to(folder):
            names.add(target.relative_to(folder).as_posix())
    return any(fnmatchcase(name, hotspot.file) for name in names)
