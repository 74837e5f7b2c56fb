"""What the tables of a configuration say, checked: settings and hotspots.

``compiled = ["mylib.jit"]`` in the ``[memmon]`` table names decorators that compile the function below them from its
source or bytecode (see :mod:`memmon.source.compilers`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from memmon.config_search import PROJECT
from memmon.config_values import ValueReader, shown
from memmon.errors import Place
from memmon.model import Config, Hotspot, Selector, Settings
from memmon.record.printed_names import printed_name
from memmon.suggestion import did_you_mean
from memmon.translation import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from memmon.toml_document import Document

_LAST_LINE = 10**9
"""No source has so many lines."""
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


class _Reader(ValueReader):
    """One document's tables."""

    def __init__(self, path: Path, document: Document) -> None:
        super().__init__(path, document.lines)
        self.in_project = path.name == PROJECT
        self.document = document.tables

    def config(self) -> Config:
        prefix = "tool.memmon" if self.in_project else ""
        if self.in_project:
            tools = self.document.get("tool", {})
            table = tools.get("memmon", {}) if isinstance(tools, dict) else {}
            self.expect(table, dict, "tool", "memmon", _("a table: [tool.memmon]"))
            settings = {key: value for key, value in table.items() if key != "hotspot"}
            hotspots, settings_at, hotspots_at = table.get("hotspot", []), prefix, f"{prefix}.hotspot"
        else:
            for key in self.document:
                if key not in _TABLES:
                    raise self.error(
                        "",
                        key,
                        _("unknown table or key {key}; accepted: [memmon], [[hotspot]]").format(key=shown(key))
                        + did_you_mean(key, _TABLES),
                        at_table=key,
                    )
            settings = self.document.get("memmon", {})
            hotspots, settings_at, hotspots_at = self.document.get("hotspot", []), "memmon", "hotspot"
            self.expect(settings, dict, "", "memmon", _("a table: [memmon]"))
        if not isinstance(hotspots, list) or not all(isinstance(item, dict) for item in hotspots):
            raise self.error("", "hotspot", _("hotspots are written as [[hotspot]]"), at_table=hotspots_at)
        read = tuple(self._hotspot(item, f"{hotspots_at}#{index}") for index, item in enumerate(hotspots))
        compiled = self.names(settings_at, "compiled", settings.get("compiled", []))
        return Config(str(self.path), self._settings(settings, settings_at), read, compiled)

    def _settings(self, table: Mapping[str, Any], at: str) -> Settings:
        readers: dict[str, Callable[[str, str, Any], Any]] = {
            "warning": self.threshold,
            "critical": self.threshold,
            "interval": self.seconds,
            "log_dir": self.text,
            "language": self.language,
            "peak": self.boolean,
            "keep": self.keep,
        }
        settings = Settings()
        for key, value in table.items():
            if key == "compiled":
                continue
            if key not in readers:
                raise self.unknown(at, key, (*readers, "compiled"))
            settings = replace(settings, **{key: readers[key](at, key, value)})
        warning, critical = settings.warning, settings.critical
        if warning.exceeds(critical):
            raise self.error(
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
                raise self.unknown(at, key, _HOTSPOT_KEYS)
        if "name" not in table:
            raise self.error(at, "name", _("a hotspot needs a name"), at_table=at)
        name = self.text(at, "name", table["name"])
        if not name.strip() or printed_name(name) != name or set("[]") & set(name):
            raise self.error(at, "name", _("a name is one line of text without square brackets"))
        select = self._selector(at, {key: table[key] for key in _SELECTOR_KEYS if key in table})
        function = self.text(at, "function", table["function"]) if "function" in table else None
        start, stop = (self._end(at, key, table) for key in ("from", "to"))
        if (start is None) != (stop is None):
            raise self.error(at, "from" if start else "to", _("'from' and 'to' go together"))
        ways = [way for way in (select, function, start) if way]
        if len(ways) != 1:
            raise self.error(
                at,
                "name",
                _("hotspot {name} needs one of: match and/or text, line, function, from with to").format(
                    name=shown(name)
                ),
            )
        normal, alarm = (self.size(at, key, table[key]) if key in table else None for key in ("normal", "alarm"))
        if normal is not None and alarm is not None and alarm < normal:
            raise self.error(at, "alarm", _("'alarm' must not be smaller than 'normal'"))
        texts = {key: self.text(at, key, table[key]) if key in table else None for key in ("within", "file")}
        exact = self.boolean(at, "exact", table.get("exact", False))
        place = Place(str(self.path), self.line(at, "name"))
        return Hotspot(name, select, function, start, stop, texts["within"], texts["file"], normal, alarm, exact, place)

    def _end(self, at: str, key: str, table: Mapping[str, Any]) -> Selector | None:
        if key not in table:
            return None
        value = table[key]
        self.expect(value, dict, at, key, _("a table of match, text or line"))
        for inner in value:
            if inner not in _SELECTOR_KEYS:
                raise self.error(
                    at,
                    key,
                    _("unknown key {inner} in {key!r}; accepted: {keys}").format(
                        inner=shown(inner), key=key, keys=", ".join(_SELECTOR_KEYS)
                    )
                    + did_you_mean(inner, _SELECTOR_KEYS),
                )
        selector = self._selector(at, value, key)
        if selector is None:
            raise self.error(at, key, _("{key!r} needs match, text or line").format(key=key))
        return selector

    def _selector(self, at: str, table: Mapping[str, Any], outer: str | None = None) -> Selector | None:
        if not table:
            return None
        match, text, line = (table.get(key) for key in _SELECTOR_KEYS)
        if match is not None:
            self.pattern(at, outer or "match", self.text(at, outer or "match", match))
        if text is not None:
            self.expression(at, outer or "text", self.text(at, outer or "text", text))
        if line is not None and (not isinstance(line, int) or isinstance(line, bool) or not 0 < line < _LAST_LINE):
            raise self.error(at, outer or "line", _("'line' is a line number, counted from 1"))
        if line is not None and (match is not None or text is not None):
            raise self.error(at, outer or "line", _("'line' stands alone: leave out match and text"))
        return Selector(match, text, line)
