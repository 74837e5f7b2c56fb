"""The places that may take memory, a row each that never wraps; and the same for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from memmon.show.escaping import printable
from memmon.translation import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from memmon.model import Candidate, Reason
    from memmon.source.likelihood import Group

SCHEMA = "memmon.scan/1"
_WHY: dict[Reason, tuple[str, str]] = {
    "loads": (N_("loads a file"), ""),
    "reads": (N_("read whole"), ""),
    "deep copy": (N_("deep copy"), ""),
    "keeps": (N_("kept in what stays"), ""),
    "gathers": (N_("grows in an endless loop"), N_("grows in nested loops")),
    "joins": (N_("joins tables"), ""),
    "phase": (N_("phase"), ""),
    "may load": (N_("loads, by its name"), ""),
    "parses": (N_("parsed whole"), ""),
    "serialises": (N_("made into text"), ""),
    "copies": (N_("copies data"), N_("copies")),
    "entry": (N_("the whole program"), ""),
}
"""Why a place may take memory, and how that is put where the code shows it less plainly."""
_GAP = "  "
_LEAST = 8
"""Columns that are left to the code, however narrow the terminal."""
_FOR_THE_FUNCTION = 110
"""From so many columns on there is room for the function's name."""


def rows(groups: Sequence[Group], width: int | None, *, everything: bool = False) -> Iterator[str]:
    """A row for each group, cut to *width* cells (None: as long as it is).

    *everything*: with the lines of all its places below it.
    """
    whys = [why(group) for group in groups]
    counts = [f"×{len(group.places)}" if len(group.places) > 1 else "" for group in groups]
    lines = [str(group.shown.line) for group in groups]
    columns = [[text.rjust(max(map(len, lines))) for text in lines]]
    if any(counts):
        columns.append([text.ljust(max(map(len, counts))) for text in counts])
    columns.append(_ljust(whys))
    starts = [_GAP + "".join(cell + _GAP for cell in cells) for cells in zip(*columns, strict=True)]
    for group, start, code in zip(groups, starts, _codes(groups, starts, width), strict=True):
        yield start + code
        if everything and len(group.places) > 1:
            yield " " * _cells(start) + _("at {lines}").format(
                lines=", ".join(str(place.line) for place in group.places)
            )


def _ljust(texts: Sequence[str]) -> list[str]:
    """Each as wide as the widest."""
    widest = max(map(_cells, texts))
    return [text + " " * (widest - _cells(text)) for text in texts]


def _cells(text: str) -> int:
    """How many columns it takes; a file or a pipe does without the library that knows of every script."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _codes(groups: Sequence[Group], starts: Sequence[str], width: int | None) -> Iterator[str]:
    """What stands at each, with its function where the terminal is wide."""
    withins = [
        ""
        if group.shown.site.function in {"<module>", group.shown.subject}
        else _("in {function}").format(function=group.shown.site.function)
        for group in groups
    ]
    codes = [printable(group.shown.code) for group in groups]
    if width is None:
        yield from (f"{code}{_GAP}{printable(within)}".rstrip() for code, within in zip(codes, withins, strict=True))
        return
    from rich.cells import cell_len  # noqa: PLC0415  # a file or a pipe does without

    room = max(width - max(map(cell_len, starts), default=0), _LEAST)
    if width < _FOR_THE_FUNCTION:
        yield from (_cut(code, room) for code in codes)
        return
    for_function = min(max(map(cell_len, withins), default=0), room // 2)
    for code, within in zip(codes, withins, strict=True):
        padded = _cut(code, room - for_function - len(_GAP), padded=True)
        yield f"{padded}{_GAP}{_cut(printable(within), for_function)}".rstrip()


def why(group: Group) -> str:
    """Why these places may take memory, in a few words."""
    shown = group.shown
    if shown.stop is not None:
        return _("phases announced") if len(group.places) > 1 else _("phase announced")
    plain, less = _WHY[shown.reason]
    why = _(plain if shown.is_plain else less or plain)
    repeated = shown.reason != "gathers" and any(place.in_loop for place in group.places)
    return _("{why}, in a loop").format(why=why) if repeated else why


def _cut(text: str, width: int, *, padded: bool = False) -> str:
    """The text in *width* cells at most; in just as many where it is *padded*."""
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415  # a file or a pipe does without

    if cell_len(text) <= width:
        return set_cell_size(text, width) if padded else text
    cut = set_cell_size(text, width - 1).rstrip() + "…"
    return set_cell_size(cut, width) if padded else cut


def as_json(target: str, groups: Sequence[Group], likeliest: Sequence[Group], *, ascii_only: bool = False) -> str:
    """The JSON text: all groups, the likeliest first, and which of them are shown to people."""
    from memmon.show.json import json_text  # noqa: PLC0415  # people do without

    first = {id(group) for group in likeliest}
    places = [_group(group, is_likeliest=id(group) in first) for group in groups]
    return json_text({"schema": SCHEMA, "target": target, "groups": places}, ascii_only=ascii_only)


def _group(group: Group, *, is_likeliest: bool) -> dict[str, Any]:
    shown = group.shown
    return {
        "reason": shown.reason,
        "subject": shown.subject,
        "likeliest": is_likeliest,
        "line": shown.line,
        "code": shown.code,
        "function": shown.site.function,
        "places": [_place(place) for place in group.places],
    }


def _place(place: Candidate) -> dict[str, Any]:
    return {
        "line": place.line,
        "function": place.site.function,
        "in_loop": place.in_loop,
        "seen": place.is_plain,
        "checkpoint": place.site.hotspot,
        "kind": place.site.kind,
        "from": place.site.line,
        "placed": place.is_placed,
    }
