"""What grew, and what is held, as weighted stacks: for speedscope, and in the collapsed form that flame graphs take."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from memmon.show.escaping import printable
from memmon.sizes import MB

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from memmon.verdict.model import GrownContainer, ProcessHistory, Step

_SCHEMA = "https://www.speedscope.app/file-format-schema.json"


@dataclass(frozen=True)
class Level:
    """One level of a stack."""

    name: str
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Stacks:
    """What one process took, or what it held."""

    name: str
    weighed: tuple[tuple[tuple[Level, ...], int], ...]
    """Stacks, the outermost level first, and their bytes."""


def stacks_of(histories: Iterable[ProcessHistory]) -> Iterator[Stacks]:
    """Of each process what its growth windows saw being taken, and what its last census saw being held."""
    for history in histories:
        program = printable((history.header.target or history.command or "?").rpartition("/")[2])
        process = f"{program} {history.header.pid or '?'}"
        taken = [(_way(one.frames), one.mb) for window in history.windows for one in window.allocations]
        held = [(_held(one), one.mb) for one in (history.censuses[-1].grown if history.censuses else ())]
        for what, stacks in ((f"{process}: what grew", taken), (f"{process}: what is held", held)):
            weighed = tuple((way, round(mb * MB)) for way, mb in stacks if round(mb * MB) > 0)
            if weighed:
                yield Stacks(what, weighed)


def collapsed(stacks: Iterable[Stacks]) -> Iterator[str]:
    """A line a stack: its levels, the outermost first, and its bytes. What is the same stack is one line."""
    totals: dict[str, int] = {}
    for one in stacks:
        for levels, weight in one.weighed:
            texts = (one.name, *(f"{level.name} ({_place(level)})" if level.file else level.name for level in levels))
            way = ";".join(text.replace(";", ":") for text in texts)
            totals[way] = totals.get(way, 0) + weight
    return (f"{way} {weight}" for way, weight in totals.items())


def speedscope(stacks: Iterable[Stacks], name: str, version: str) -> dict[str, Any]:
    """The file that https://www.speedscope.app opens, with a profile for each of ``stacks``."""
    levels: dict[Level, int] = {}
    profiles = []
    for one in stacks:
        samples = [[levels.setdefault(level, len(levels)) for level in way] for way, _bytes in one.weighed]
        weights = [weight for _way, weight in one.weighed]
        profiles.append(
            {
                "type": "sampled",
                "name": one.name,
                "unit": "bytes",
                "startValue": 0,
                "endValue": sum(weights),
                "samples": samples,
                "weights": weights,
            }
        )
    frames = [{key: value for key, value in vars(level).items() if value is not None} for level in levels]
    return {
        "$schema": _SCHEMA,
        "name": name,
        "exporter": f"memmon {version}",
        "activeProfileIndex": 0,
        "shared": {"frames": frames},
        "profiles": profiles,
    }


def _way(frames: Sequence[Any]) -> tuple[Level, ...]:
    """The outermost first; what a frame is observed by may be told twice."""
    outermost_first = [frame for frame, _same in groupby(reversed(frames))]
    return tuple(Level(printable(one.function or "?"), printable(one.file), one.line) for one in outermost_first)


def _held(container: GrownContainer) -> tuple[Level, ...]:
    root = container.root
    return (
        Level(printable(root.name), printable(root.file) if root.file else None, root.line),
        *(Level(printable(_step(step))) for step in container.steps),
    )


def _step(step: Step) -> str:
    written = {"attribute": f".{step.name}", "item": f"[{step.name}]"}.get(step.kind, f".<{step.kind}>")
    return f"{written} {step.type}"


def _place(level: Level) -> str:
    name = (level.file or "").rpartition("/")[2]
    return f"{name}:{level.line}" if level.line else name
