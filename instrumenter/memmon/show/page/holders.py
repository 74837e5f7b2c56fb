"""What holds the memory, as the last census saw it: from the names on, step by step, to the containers that grew."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from memmon.show.page.content import HeldBy
from memmon.verdict.wording.language import Say, mb, place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from memmon.verdict.model import GrownContainer, Root, RootKind, Step

_SORTS: dict[RootKind, tuple[str, str]] = {
    "global": ("global variable", "全局变量"),
    "local": ("variable", "局部变量"),
    "class": ("class attribute", "类属性"),
    "task": ("variable of a suspended coroutine or generator", "挂起的协程或生成器的变量"),
    "library": ("kept by a library", "由库持有"),
}


@dataclass
class _Level:
    """A step while the tree grows."""

    name: str
    remark: str
    mb: float = 0.0
    items: str = ""
    is_weighed: bool = False
    """Something at it or further down has a weight."""
    below: dict[Root | Step, _Level] = field(default_factory=dict)


def held_by(grown: Iterable[GrownContainer], say: Say) -> tuple[HeldBy, ...]:
    """The tree of ``grown``, the heaviest first on each level. Its texts are printable where theirs are."""
    roots: dict[Root | Step, _Level] = {}
    for one in grown:
        level = roots.setdefault(one.root, _Level(one.root.name, _root(one.root, say)))
        levels = [level]
        for step in one.steps:
            level = level.below.setdefault(step, _Level(_step(step), step.type))
            levels.append(level)
        level.items = _items(one, say)
        level.remark = one.type if one.steps else f"{level.remark}, {one.type}"
        for each in levels:
            each.mb += one.mb
            each.is_weighed = each.is_weighed or bool(one.item_bytes)
    return _drawn(roots.values())


def _drawn(levels: Iterable[_Level]) -> tuple[HeldBy, ...]:
    return tuple(
        HeldBy(
            one.name, one.remark, one.items, one.mb, mb(one.mb) if one.is_weighed else "?", _drawn(one.below.values())
        )
        for one in sorted(levels, key=lambda one: -one.mb)
    )


def _root(root: Root, say: Say) -> str:
    """What sort of name it is, and where."""
    where = _where(root)
    return say(*_SORTS[root.kind]) + (say(f" in {where}", f"（{where}）") if where else "")


def _where(root: Root) -> str:
    return " ".join(part for part in (root.function or "", place(root.file, root.line)) if part)


def _step(step: Step) -> str:
    """As it is written behind what it goes on from, as far as there is a way to write it."""
    written = {"attribute": f".{step.name}", "item": f"[{step.name}]", "cell": f".<closure>.{step.name}"}
    return written.get(step.kind, f".<{step.kind}>")


def _items(one: GrownContainer, say: Say) -> str:
    if one.is_steady:
        return say(f"{one.items:,} items that became heavier", f"{one.items:,} 个元素各自变大")
    return say(f"{one.before:,} → {one.items:,} items", f"元素数 {one.before:,} → {one.items:,}")
