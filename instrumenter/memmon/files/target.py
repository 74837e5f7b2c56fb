"""A file that memmon is asked to work on: found, checked and read."""

from __future__ import annotations

import codecs
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.errors import Place, TargetError
from memmon.files import atomic, backup
from memmon.source.preamble import version_in
from memmon.translation import _, reason

if TYPE_CHECKING:
    from collections.abc import Sequence

SOURCES = (".py", ".pyw")
"""How the names of Python's sources end."""


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
            raise TargetError(_("is a directory: name the Python files in it"), place)
        if not stat.S_ISREG(status.st_mode):
            raise TargetError(_("is not a regular file: save the text to a file first"), place)
        return Target(given, path, atomic.read_regular(path), status.st_nlink)
    except FileNotFoundError:
        raise TargetError(_("there is no such file: check the path"), place) from None
    except OSError as error:
        why = reason(error).lower()
        raise TargetError(_("can't be read ({why}): correct that first").format(why=why), place) from None


def check_source(targets: Sequence[Target], *, forced: bool) -> None:
    """Raise TargetError where the text of one is not meant for Python, though it may parse as such: data often does.

    ``forced``: the user says that it is.
    """
    for target in targets:
        if target.path.suffix.lower() == ".ipynb":
            word = backup.quoted(target.given)
            raise TargetError(
                _("is a notebook: `jupyter nbconvert --to script {word}` makes a script of it: instrument that").format(
                    word=word
                ),
                Place(target.given),
            )
    others = [] if forced else [target.given for target in targets if not _is_source(target)]
    if others:
        more = _(", nor are {others}").format(others=", ".join(others[1:])) if others[1:] else ""
        raise TargetError(
            _(
                "is no Python source by its name (.py, .pyw) or its first line (#!){more}: leave it out, or say --force"
            ).format(more=more),
            Place(others[0]),
        )


def _is_source(target: Target) -> bool:
    text = target.source.removeprefix(codecs.BOM_UTF8)
    # What carries a preamble has been taken for source before.
    return target.path.suffix.lower() in SOURCES or text.startswith(b"#!") or version_in(text) is not None


def check_writable(target: Target) -> None:
    """Raise TargetError where ``target`` can't be replaced; better said before other targets are changed."""
    if backup.is_backup(target.path):
        original = backup.target_of(target.path).name
        raise TargetError(
            _("is a backup that memmon keeps: name {original} instead").format(original=original), Place(target.given)
        )
    if not os.access(target.path.parent, os.W_OK | os.X_OK):
        raise TargetError(
            _(
                "stands in a folder that is not writable, so no backup can be kept beside it: make the"
                " folder writable, or copy the script elsewhere"
            ),
            Place(target.given),
        )
