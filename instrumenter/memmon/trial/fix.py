"""A fix that is to be tried: a patch or a whole file, as the new content of files. Pure, but for reading them."""

from __future__ import annotations

import ast
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import whatthepatch
from whatthepatch.exceptions import WhatThePatchException

from memmon.errors import Place, TargetError
from memmon.files import backup
from memmon.files.target import SOURCES
from memmon.source.prove import refuse_unparsable
from memmon.translation import _, reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from whatthepatch.patch import diffobj, header

_NOWHERE = "/dev/null"
"""What a patch calls the old side of a file that it makes, and the new side of one that it removes."""
_LARGEST = 64 << 20
"""Bytes of a patch, and of a file that one is for."""


@dataclass(frozen=True)
class Changed:
    """One file with the fix in it."""

    path: Path
    """Relative to the folder that the program is started in."""
    content: bytes


def fix_from(file: Path, folder: Path, words: Sequence[str]) -> tuple[Changed, ...]:
    """What *file* makes of the program in *folder*, which is started by *words*.

    A file of Python takes the script's place; everything else is a unified diff, whose paths are relative to *folder*.
    Raises TargetError where it can't be read, does not fit, or gives no Python; SourceError for Python that is none.
    """
    content = _read(file)
    if file.suffix in SOURCES:
        changed: tuple[Changed, ...] = (Changed(_script_of(words, folder), content),)
    else:
        changed = tuple(_patched(content, file, folder))
    if not changed:
        raise TargetError(
            _("no change of a file is in it: give a unified diff, as `git diff` prints, or a .py"), _at(file)
        )
    for one in changed:
        if one.path.suffix in SOURCES:
            refuse_unparsable(one.content, _("{path} with {fix}").format(path=one.path, fix=file.name))
    _refuse_without_effect(changed, folder, file)
    return changed


def _refuse_without_effect(changed: Sequence[Changed], folder: Path, file: Path) -> None:
    """A fix that changes comments and blanks alone is none: two runs of it differ by chance."""
    if all(_is_same_code(one, folder) for one in changed):
        raise TargetError(_("it changes nothing that is run, comments and blank lines at the most"), _at(file))


def _is_same_code(one: Changed, folder: Path) -> bool:
    original = folder / one.path
    if not original.is_file():
        return False
    old = _read(original)
    if old == one.content or one.path.suffix not in SOURCES:
        return old == one.content
    try:
        return ast.dump(ast.parse(old)) == ast.dump(ast.parse(one.content))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except OSError as error:
        raise TargetError(_("can't be read ({reason})").format(reason=reason(error)), _at(file)) from error
    if len(content) > _LARGEST:
        raise TargetError(_("is too large: no more than {size} MB are read").format(size=_LARGEST >> 20), _at(file))
    return content


def _script_of(words: Sequence[str], folder: Path) -> Path:
    """The script that the command names, which a whole file takes the place of."""
    for word in words:
        path = Path(os.path.normpath(folder / word))
        if path.suffix in SOURCES and path.is_file() and path.is_relative_to(folder):
            return path.relative_to(folder)
    said = _("{command} names no .py in {folder}: give a patch, or start the script by its name")
    raise TargetError(said.format(command=" ".join(words), folder=folder))


def _patched(patch: bytes, file: Path, folder: Path) -> Iterator[Changed]:
    """Each file that the *patch* changes, with the change in it."""
    text = patch.decode("utf-8", "surrogateescape")
    for part in whatthepatch.parse_patch(text.replace("\r\n", "\n")):
        if part.header is None or part.changes is None:
            continue
        if part.header.new_path == _NOWHERE:
            said = _("it removes {name}, which can't be tried")
            raise TargetError(said.format(name=part.header.old_path), _at(file))
        path = _named(part.header, file, folder)
        old = b"" if part.header.old_path == _NOWHERE else _read(folder / path)
        try:
            yield Changed(path, _applied(part, old))
        except WhatThePatchException as error:
            if backup.path_for(folder / path).exists():
                said = _("does not fit {path}, which is instrumented: `memmon restore` it first")
                raise TargetError(said.format(path=path), _at(file)) from error
            said = _("does not fit {path} as it stands ({reason}): make it anew against that")
            raise TargetError(said.format(path=path, reason=error), _at(file)) from error


def _named(names: header, file: Path, folder: Path) -> Path:
    """The file that a part of the patch is for, below *folder*: as it is named, or without the ``a/`` and ``b/``."""
    is_new = names.old_path == _NOWHERE
    name = PurePosixPath(names.new_path)
    is_inside = not name.is_absolute() and ".." not in name.parts
    for path in (name, PurePosixPath(*name.parts[1:])) if is_inside else ():
        if path.parts and (is_new or (folder / path).is_file()):
            return Path(path)
    said = _("{name} is no file below {folder}: start memmon where the patch's paths begin")
    raise TargetError(said.format(name=name, folder=folder), _at(file))


def _applied(part: diffobj, old: bytes) -> bytes:
    """What *part* makes of the content *old*; the ends of its lines stay as they were."""
    text = old.decode("utf-8", "surrogateescape")
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    is_ended = lines[-1] == ""
    made = whatthepatch.apply_diff(part, lines[:-1] if is_ended else lines)
    new = end.join(made) + (end if is_ended or not old else "")
    return new.encode("utf-8", "surrogateescape")


def _at(file: Path) -> Place:
    return Place(os.fspath(file))
