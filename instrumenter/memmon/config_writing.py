"""A configuration with other levels in it: every comment, the order and the spelling of the rest stay as they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import tomlkit
import tomlkit.exceptions

from memmon import toml_document
from memmon.errors import ConfigError, Place
from memmon.translation import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tomlkit.items import Table

_MARK = b"\xef\xbb\xbf"
_LEVEL = re.compile(r"""(?:,\s*)?["']?\b(?:normal|alarm)["']?\s*=\s*(?:"[^"]*"|'[^']*'|[\w.+-]+)""")
"""A key of a level with its value, and in an inline table the comma before it."""


def with_levels(source: bytes, path: str, levels: Mapping[int, Mapping[str, str]], *, in_project: bool) -> bytes:
    """*source*, a configuration that is known to be one, with these keys in its hotspots, by their places.

    ``in_project``: it is a ``pyproject.toml``. Raises ConfigError where it is written in a way that can't be changed
    without changing more, naming *path*.
    """
    mark = _MARK if source.startswith(_MARK) else b""
    text = source.removeprefix(mark).decode()
    try:
        document = tomlkit.parse(text)
        for index, values in levels.items():
            _set(_hotspots(document, in_project=in_project)[index], values)
        made = tomlkit.dumps(document)
    except (tomlkit.exceptions.TOMLKitError, RecursionError, TypeError):
        made = text
    if text.count("\n") == text.count("\r\n"):
        made = made.replace("\r\n", "\n").replace("\n", "\r\n")
    if not _is_made_of(made, text, levels, in_project=in_project):
        raise ConfigError(_("can't be changed by itself as it is written: change it by hand"), Place(path))
    return mark + made.encode()


def _is_made_of(made: str, text: str, levels: Mapping[int, Mapping[str, str]], *, in_project: bool) -> bool:
    """Whether *made* says what *text* does with these levels, and has the lines of it that have none in their order."""
    try:
        expected = _expected(toml_document.tables_in(text), levels, in_project=in_project)
        return toml_document.tables_in(made) == expected and _without_levels(made) == _without_levels(text)
    except ValueError:  # lines that end as no parser but memmon's own allows
        return False


def _without_levels(text: str) -> list[str]:
    """The lines that are left where each level is taken out."""
    lines = [(line, _LEVEL.sub("", line)) for line in text.splitlines()]
    return [rest for line, rest in lines if rest == line or rest.strip()]


def _hotspots(document: Any, *, in_project: bool) -> Any:
    return (document["tool"]["memmon"] if in_project else document)["hotspot"]


def _set(table: Table, values: Mapping[str, str]) -> None:
    """Give a table these keys: new ones behind its last key, before what stands between it and the next table."""
    body = table.value.body
    after: list[Any] = []
    while body and body[-1][0] is None:
        after.insert(0, body.pop()[1])
    for key, value in values.items():
        table[key] = value
    for item in after:
        table.add(item)


def _expected(read: dict[str, Any], levels: Mapping[int, Mapping[str, str]], *, in_project: bool) -> dict[str, Any]:
    for index, values in levels.items():
        _hotspots(read, in_project=in_project)[index].update(values)
    return read
