"""A configuration to begin with: the settings as they are without one, and a hotspot for what `memmon scan` finds."""

from __future__ import annotations

import glob
from typing import TYPE_CHECKING

import tomlkit

from memmon.model import Settings
from memmon.show.escaping import printable
from memmon.show.scan import why
from memmon.translation import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tomlkit.items import InlineTable, Table

    from memmon.model import Candidate, Selector
    from memmon.source.likelihood import Group

_HEAD = (
    N_("Where memmon looks, and when it warns. What is behind a # in [memmon] is what holds anyway."),
    N_("A hotspot is a place of the program: keep those that matter, and give them names of yours."),
    N_("`memmon learn LOG` finds in a good run which growth is normal, and which is alarming."),
)
_CODE = 80
"""Characters of a line's code that a comment shows."""

_Key = tuple[str, "Selector | None", "Selector | None", str]


def new_config(groups: Iterable[Group], target: str) -> str:
    """The text of a memmon.toml; a hotspot stands for all places of its kind in one function of the file *target*.

    It is meant for that file alone: other programs in its folder have no such places.
    """
    document = tomlkit.document()
    for line in _HEAD:
        document.add(tomlkit.comment(_(line)))
    document.add(tomlkit.nl())
    document.add("memmon", _settings())
    hotspots = tomlkit.aot()
    for (name, selector, stop, function), found in _by_key(groups).items():
        table = tomlkit.table()
        table.add(tomlkit.comment(_remark(found)))
        table.add("name", name)
        if selector is None:
            table.add("function", function)
        else:
            ends = {"from": _inline(selector), "to": _inline(stop)} if stop else _keys(selector)
            for key, value in {**ends, "within": function}.items():
                table.add(key, value)
        table.add("file", glob.escape(target))
        hotspots.append(table)
    document.add("hotspot", hotspots)
    return tomlkit.dumps(document).rstrip("\n") + "\n"


def _settings() -> Table:
    usual = Settings()
    table = tomlkit.table()
    for setting, remark in (
        (f'warning = "{usual.warning}"', _('of the limit, or a size of the process: "800MB"')),
        (f'critical = "{usual.critical}"', _("likewise")),
        (f'log_dir = "{usual.log_dir}"', _("where the logs go, from the folder on that the program starts in")),
        (f'language = "{usual.language}"', _("of logs and reports: zh, en, or by the locale")),
        (f'keep = "{usual.keep}"', _("older runs of the program are removed")),
    ):
        table.add(tomlkit.comment(f"{setting}  # {remark}"))
    table.add(tomlkit.nl())
    return table


def _by_key(groups: Iterable[Group]) -> dict[_Key, list[tuple[Group, Candidate]]]:
    """The places by what selects them, each with the group that it is of."""
    found: dict[_Key, list[tuple[Group, Candidate]]] = {}
    for group in groups:
        for place in group.places:
            stop = place.selector if place.site.kind == "loop" else place.stop
            key = place.site.hotspot, place.selector, stop, place.site.function
            found.setdefault(key, []).append((group, place))
    return found


def _remark(found: Sequence[tuple[Group, Candidate]]) -> str:
    """Which lines it is, why they are likely to take memory, and what stands there."""
    group, first = found[0]
    lines = sorted({place.line for _group, place in found})
    remark = ngettext("line {lines}, {why}: {code}", "lines {lines}, {why}: {code}", len(lines))
    code = printable(first.code)
    return remark.format(
        lines=", ".join(map(str, lines)), why=why(group), code=code if len(code) <= _CODE else f"{code[:_CODE]}…"
    )


def _inline(selector: Selector) -> InlineTable:
    made = tomlkit.inline_table()
    made.update(_keys(selector))
    return made


def _keys(selector: Selector) -> dict[str, str | int]:
    return {"match": selector.match} if selector.match is not None else {"line": selector.line or 1}
