"""A progress display on a terminal, for calls that take long enough to want one."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    T = TypeVar("T")

_WORTH_IT = 2_000_000
"""Bytes of source, about two seconds of work; below that the display would only flicker."""


@contextlib.contextmanager
def progress(sizes: Sequence[int]) -> Iterator[Callable[[int], None]]:
    """Yield what is to be called with a target's size when it is done; draws on stderr where that helps."""
    if len(sizes) < 2 or sum(sizes) < _WORTH_IT or not (sys.stderr and sys.stderr.isatty()):  # noqa: PLR2004
        yield lambda _size: None
        return
    from rich.console import Console  # noqa: PLC0415  # most calls never get here
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as display:
        task = display.add_task(_count(0, len(sizes)), total=sum(sizes))
        done = 0

        def advance(size: int) -> None:
            nonlocal done
            done += 1
            display.update(task, advance=size, description=_count(done, len(sizes)))

        yield advance


def _count(done: int, total: int) -> str:
    return f"{done} of {total} files"
