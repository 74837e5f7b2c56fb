"""Reads the facts of a census: which containers had grown, and what the garbage collector was doing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from memmon.ownership import is_user_code
from memmon.verdict.model import Census, Collector, GrownContainer, Root, RootKind, Step
from memmon.verdict.read.json_values import array, clean, few, fields_of, line_number, number, text, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROOT_KINDS: Mapping[str, RootKind] = {kind: kind for kind in get_args(RootKind)}

_EXPLAINED = 0.5
"""What weighs such a part of the growth explains it, for the runtime too."""


def census(fields: dict[str, Any]) -> Census:
    """One look at the containers."""
    return Census(
        rss_mb=number(fields.get("rss_mb")) or 0.0,
        grown_mb=number(fields.get("grown_mb")) or 0.0,
        whole=fields.get("whole") is True,
        grown=tuple(one for one in map(_grown, few(fields.get("grown"))) if one),
    )


def completed(census: Census, before: Census | None) -> Census:
    """The census with what only the one before it looked at.

    Where what a look tells explains the growth, the next one leaves out what no name of the user's leads to. If it was
    that which explained it, the next one explains little, and looks as if that had gone.
    """
    if before is None or not _explains(before) or _explains(census):
        return census
    known = {one.path for one in census.grown}
    left_out = (one for one in before.grown if one.path not in known and not _is_of_user(one.root))
    return replace(census, grown=tuple(sorted((*census.grown, *left_out), key=lambda one: -one.mb)))


def _explains(census: Census) -> bool:
    return sum(one.mb for one in census.grown) >= _EXPLAINED * census.grown_mb > 0


def _is_of_user(root: Root) -> bool:
    return root.kind != "library" and bool(root.file and is_user_code(root.file))


def collector(fields: dict[str, Any]) -> Collector:
    """The state of the garbage collector."""
    return Collector(
        enabled=fields.get("enabled") is not False,
        frozen=whole(fields.get("frozen")) or 0,
        uncollected=whole(fields.get("uncollected")) or 0,
    )


def _grown(value: Any) -> GrownContainer | None:
    """One container that had grown; None where it has no path, no number of items or no root of a known kind."""
    fields = fields_of(value)
    path, items, root = text(fields.get("path")), whole(fields.get("items")), _root(fields.get("root"))
    if not path or items is None or root is None:
        return None
    owner = fields_of(fields.get("owner"))
    return GrownContainer(
        path=path,
        type=text(fields.get("type")) or "",
        before=whole(fields.get("before")) or 0,
        items=items,
        item_bytes=whole(fields.get("item_bytes")) or 0,
        mb=number(fields.get("mb")) or 0.0,
        root=root,
        steps=tuple(step for step in map(_step, few(fields.get("steps"))) if step),
        at_least=fields.get("at_least") is True,
        item_type=text(fields.get("item_type")) or "",
        owner_type=text(owner.get("type")) or "",
        owner_file=text(owner.get("file")),
    )


def _root(value: Any) -> Root | None:
    fields = fields_of(value)
    kind = _ROOT_KINDS.get(text(fields.get("kind")) or "")
    if kind is None:
        return None
    return Root(
        kind=kind,
        name=text(fields.get("name")) or "",
        file=text(fields.get("file")),
        function=text(fields.get("function")),
        line=line_number(fields.get("line")),
    )


def _step(value: Any) -> Step | None:
    match array(value):
        case [str(kind), str(name), str(reached)]:
            return Step(clean(kind), clean(name), clean(reached))
    return None
