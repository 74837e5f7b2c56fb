"""What the tables of a configuration say, checked: settings and hotspots.

``compiled = ["mylib.jit"]`` in the ``[memmon]`` table names decorators that compile the function below them from its
source or bytecode (see :mod:`memmon.source.compilers`).
"""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from memmon import sizes
from memmon.config_search import PROJECT
from memmon.errors import ConfigError, Place
from memmon.model import Config, Hotspot, Keep, Selector, Settings, Threshold
from memmon.record.printed_names import printed_name
from memmon.suggestion import did_you_mean
from memmon.translation import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from memmon.toml_document import Document

LANGUAGES = ("auto", "zh", "en")
_LAST_LINE = 10**9
"""No source has so many lines."""
_SHOWN = 200
"""So many characters of a value are shown in a message."""
_LONGEST_TEXT = 4000
"""Characters; a longer one is no name, path or pattern, but may take for ever as one."""
_METAVARIABLE = re.compile(r"\$\$\$[A-Z_0-9]*|\$[A-Z_][A-Z_0-9]*")
_NAME = re.compile(r"[\w*]+(?:\.[\w*]+)*")
_TABLES = ("memmon", "hotspot")
_SELECTOR_KEYS = ("match", "text", "line")
_HOTSPOT_KEYS = (
    "name",
    "match",
    "text",
    "line",
    "function",
    "from",
    "to",
    "within",
    "file",
    "normal",
    "alarm",
    "exact",
)


def config_in(path: Path, document: Document) -> Config:
    """What the file at *path* says. Raises :class:`ConfigError`."""
    return _Reader(path, document).config()


def _shown(value: Any) -> str:
    """A value as a message shows it, on one line and not too long for one."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits, or arrays in arrays
        return "what stands there"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


class _Reader:
    """One document, with the lines its keys stand on (the TOML libraries don't tell them)."""

    def __init__(self, path: Path, document: Document) -> None:
        self.path = path
        self.in_project = path.name == PROJECT
        self.document = document.tables
        self.lines = document.lines

    def config(self) -> Config:
        prefix = "tool.memmon" if self.in_project else ""
        if self.in_project:
            tools = self.document.get("tool", {})
            table = tools.get("memmon", {}) if isinstance(tools, dict) else {}
            self._expect(table, dict, "tool", "memmon", _("a table: [tool.memmon]"))
            settings = {key: value for key, value in table.items() if key != "hotspot"}
            hotspots, settings_at, hotspots_at = table.get("hotspot", []), prefix, f"{prefix}.hotspot"
        else:
            for key in self.document:
                if key not in _TABLES:
                    raise self._error(
                        "",
                        key,
                        _("unknown table or key {key}; accepted: [memmon], [[hotspot]]").format(key=_shown(key))
                        + did_you_mean(key, _TABLES),
                        at_table=key,
                    )
            settings = self.document.get("memmon", {})
            hotspots, settings_at, hotspots_at = self.document.get("hotspot", []), "memmon", "hotspot"
            self._expect(settings, dict, "", "memmon", _("a table: [memmon]"))
        if not isinstance(hotspots, list) or not all(isinstance(item, dict) for item in hotspots):
            raise self._error("", "hotspot", _("hotspots are written as [[hotspot]]"), at_table=hotspots_at)
        read = tuple(self._hotspot(item, f"{hotspots_at}#{index}") for index, item in enumerate(hotspots))
        compiled = self._names(settings_at, "compiled", settings.get("compiled", []))
        return Config(str(self.path), self._settings(settings, settings_at), read, compiled)

    def _settings(self, table: Mapping[str, Any], at: str) -> Settings:
        readers: dict[str, Callable[[str, str, Any], Any]] = {
            "warning": self._threshold,
            "critical": self._threshold,
            "interval": self._seconds,
            "log_dir": self._text,
            "language": self._language,
            "peak": self._boolean,
            "keep": self._keep,
        }
        settings = Settings()
        for key, value in table.items():
            if key == "compiled":
                continue
            if key not in readers:
                raise self._unknown(at, key, (*readers, "compiled"))
            settings = replace(settings, **{key: readers[key](at, key, value)})
        warning, critical = settings.warning, settings.critical
        if warning.exceeds(critical):
            raise self._error(
                at,
                "warning" if "warning" in table else "critical",
                _(
                    "warning = {warning} is above critical = {critical}; accepted: a warning of at most"
                    " {critical}, or a critical of at least {warning}"
                ).format(warning=warning, critical=critical),
            )
        return settings

    def _hotspot(self, table: Mapping[str, Any], at: str) -> Hotspot:
        for key in table:
            if key not in _HOTSPOT_KEYS:
                raise self._unknown(at, key, _HOTSPOT_KEYS)
        if "name" not in table:
            raise self._error(at, "name", _("a hotspot needs a name"), at_table=at)
        name = self._text(at, "name", table["name"])
        if not name.strip() or printed_name(name) != name or set("[]") & set(name):
            raise self._error(at, "name", _("a name is one line of text without square brackets"))
        select = self._selector(at, {key: table[key] for key in _SELECTOR_KEYS if key in table})
        function = self._text(at, "function", table["function"]) if "function" in table else None
        start, stop = (self._end(at, key, table) for key in ("from", "to"))
        if (start is None) != (stop is None):
            raise self._error(at, "from" if start else "to", _("'from' and 'to' go together"))
        ways = [way for way in (select, function, start) if way]
        if len(ways) != 1:
            raise self._error(
                at,
                "name",
                _("hotspot {name} needs one of: match and/or text, line, function, from with to").format(
                    name=_shown(name)
                ),
            )
        normal, alarm = (self._size(at, key, table[key]) if key in table else None for key in ("normal", "alarm"))
        if normal is not None and alarm is not None and alarm < normal:
            raise self._error(at, "alarm", _("'alarm' must not be smaller than 'normal'"))
        texts = {key: self._text(at, key, table[key]) if key in table else None for key in ("within", "file")}
        exact = self._boolean(at, "exact", table.get("exact", False))
        place = Place(str(self.path), self._line(at, "name"))
        return Hotspot(name, select, function, start, stop, texts["within"], texts["file"], normal, alarm, exact, place)

    def _end(self, at: str, key: str, table: Mapping[str, Any]) -> Selector | None:
        if key not in table:
            return None
        value = table[key]
        self._expect(value, dict, at, key, _("a table of match, text or line"))
        for inner in value:
            if inner not in _SELECTOR_KEYS:
                raise self._error(
                    at,
                    key,
                    _("unknown key {inner} in {key!r}; accepted: {keys}").format(
                        inner=_shown(inner), key=key, keys=", ".join(_SELECTOR_KEYS)
                    )
                    + did_you_mean(inner, _SELECTOR_KEYS),
                )
        selector = self._selector(at, value, key)
        if selector is None:
            raise self._error(at, key, _("{key!r} needs match, text or line").format(key=key))
        return selector

    def _selector(self, at: str, table: Mapping[str, Any], outer: str | None = None) -> Selector | None:
        if not table:
            return None
        match, text, line = (table.get(key) for key in _SELECTOR_KEYS)
        if match is not None:
            self._pattern(at, outer or "match", self._text(at, outer or "match", match))
        if text is not None:
            self._expression(at, outer or "text", self._text(at, outer or "text", text))
        if line is not None and (not isinstance(line, int) or isinstance(line, bool) or not 0 < line < _LAST_LINE):
            raise self._error(at, outer or "line", _("'line' is a line number, counted from 1"))
        if line is not None and (match is not None or text is not None):
            raise self._error(at, outer or "line", _("'line' stands alone: leave out match and text"))
        return Selector(match, text, line)

    def _pattern(self, at: str, key: str, pattern: str) -> None:
        # ast-grep takes any text for a pattern and then finds nothing: a real parser has to look first.
        code = _METAVARIABLE.sub("_", pattern).strip()
        try:
            body = ast.parse(code).body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            what = getattr(error, "msg", None) or str(error)
            raise self._error(
                at,
                key,
                _("pattern {pattern} is not Python ({what}); $X stands for one node, $$$X for several").format(
                    pattern=_shown(pattern), what=what
                ),
            ) from None
        if len(body) != 1:
            raise self._error(
                at, key, _("pattern {pattern} must be one statement or expression").format(pattern=_shown(pattern))
            )

    def _expression(self, at: str, key: str, text: str) -> None:
        try:
            re.compile(text)
        except (re.error, OverflowError, RecursionError) as error:
            raise self._error(
                at,
                key,
                _("{text} is not a regular expression: {error}; escape what is meant literally").format(
                    text=_shown(text), error=error
                ),
            ) from None

    def _threshold(self, at: str, key: str, value: Any) -> Threshold:
        if isinstance(value, str) and value.rstrip().endswith("%"):
            share = sizes.percent(value)
            if share is None:
                raise self._error(
                    at, key, _("{key!r} lies between 0% and 100% of the limit, or is a size").format(key=key)
                )
            return Threshold(percent=share)
        level = self._size(at, key, value, sizes.LEVEL)
        if not level:
            raise self._error(
                at, key, _("{key!r} lies above 0; accepted: {accepted}").format(key=key, accepted=_(sizes.LEVEL))
            )
        return Threshold(mb=level)

    def _size(self, at: str, key: str, value: Any, accepted: str = sizes.SIZE) -> float:
        size = sizes.megabytes(value) if isinstance(value, str) else None
        if size is None:
            raise self._error(
                at,
                key,
                _("{key} = {value} is not a size; accepted: {accepted}").format(
                    key=key, value=_shown(value), accepted=_(accepted)
                ),
            )
        return size

    def _keep(self, at: str, key: str, value: Any) -> Keep:
        kept = sizes.kept(value) if isinstance(value, str) else None
        if kept is None:
            raise self._error(
                at,
                key,
                _("{key} = {value} is not understood; accepted: {accepted}").format(
                    key=key, value=_shown(value), accepted=_(sizes.KEEP)
                ),
            )
        return Keep(*kept)

    def _seconds(self, at: str, key: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 86_400:  # noqa: PLR2004  # a day
            raise self._error(at, key, _("{key!r} is a number of seconds above 0, such as 1.0").format(key=key))
        return float(value)

    def _text(self, at: str, key: str, value: Any) -> str:
        if not isinstance(value, str) or not value:
            raise self._error(at, key, _("{key!r} is a text in quotes, not empty").format(key=key))
        if "\0" in value or len(value) > _LONGEST_TEXT:
            raise self._error(
                at,
                key,
                _("{key!r} is a text of at most {longest_text} characters, none of them NUL").format(
                    key=key, longest_text=_LONGEST_TEXT
                ),
            )
        return value

    def _names(self, at: str, key: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(name, str) and _NAME.fullmatch(name) for name in value):
            raise self._error(at, key, _('{key!r} is a list of dotted names, such as ["mylib.jit"]').format(key=key))
        return tuple(value)

    def _language(self, at: str, key: str, value: Any) -> str:
        if value not in LANGUAGES:
            raise self._error(
                at, key, _("{key!r} is one of: {languages}").format(key=key, languages=", ".join(LANGUAGES))
            )
        return str(value)

    def _boolean(self, at: str, key: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self._error(at, key, _("{key!r} is true or false").format(key=key))
        return value

    def _expect(self, value: Any, kind: type, at: str, key: str, accepted: str) -> None:
        if not isinstance(value, kind):
            raise self._error(at, key, _("{key!r} must be {accepted}").format(key=key, accepted=accepted))

    def _unknown(self, at: str, key: str, accepted: tuple[str, ...]) -> ConfigError:
        known = _("unknown key {key}; accepted: {keys}").format(key=_shown(key), keys=", ".join(accepted))
        return self._error(at, key, known + did_you_mean(key, accepted))

    def _error(self, at: str, key: str, message: str, at_table: str | None = None) -> ConfigError:
        line = self._line(at, key) or self._line(at_table or at, "") or self._line(f"{at_table or at}#0", "")
        return ConfigError(message, Place(str(self.path), line))

    def _line(self, at: str, key: str) -> int | None:
        return self.lines.get((at, key)) or self.lines.get((at, ""))
