"""A file that memmon is asked to work on: found, checked and read."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from memmon.errors import Place, TargetError
from memmon.files import backup


@dataclass(frozen=True)
class Target:
    """One source as it was read."""

    given: str
    """The path as the user wrote it, for messages."""
    path: Path
    """The real file, symbolic links followed."""
    source: bytes
    links: int = 1
    """How many names (hard links) the file has."""


def locate(given: str) -> Path:
    """The real path behind what the user wrote; nothing need exist there."""
    return Path(os.path.realpath(given))


def read(given: str) -> Target:
    """Read the regular file that ``given`` leads to; raises TargetError for anything else."""
    path, place = locate(given), Place(given)
    try:
        # Looked at before it is opened: opening a named pipe would wait for a writer.
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise TargetError("is a directory: name the Python files in it", place)
        if not stat.S_ISREG(status.st_mode):
            raise TargetError("is not a regular file: save the text to a file first", place)
        return Target(given, path, path.read_bytes(), status.st_nlink)
    except FileNotFoundError:
        raise TargetError("there is no such file: check the path", place) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise TargetError(f"can't be read ({reason}): correct that first", place) from None


def check_writable(target: Target) -> None:
    """Raise TargetError where ``target`` can't be replaced; better said before other targets are changed."""
    if backup.is_backup(target.path):
        original = backup.target_of(target.path).name
        raise TargetError(f"is a backup that memmon keeps: name {original} instead", Place(target.given))
    if not os.access(target.path.parent, os.W_OK | os.X_OK):
        raise TargetError(
            "stands in a folder that is not writable, so no backup can be kept beside it: "
            "make the folder writable, or copy the script elsewhere",
            Place(target.given),
        )
