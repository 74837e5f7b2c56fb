"""What one log amounts to: the log and the page beside it, told as a story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.errors import LogError, Place
from memmon.verdict.model import Ended, Event, Story
from memmon.verdict.read.crash_page import read_page
from memmon.verdict.read.lockout_dump import dumped_stacks
from memmon.verdict.read.log import read
from memmon.verdict.read.merge_page import merge_page
from memmon.verdict.read.replay import Replay

if TYPE_CHECKING:
    from collections.abc import Iterable

    from memmon.verdict.read.crash_page import Page

_GRAIN = 0.02
"""Seconds between two times that a file system can tell apart, generously."""


def _newest(page: Page | None) -> float:
    """When the last checkpoint was passed, in seconds since the epoch, less what a file's time may be late."""
    return page.newest.at / 1e9 - _GRAIN if page and page.newest else 0.0


def tell(log: str, events: Iterable[Event], page: Page | None = None) -> Story:
    """Replay one log's events; what the page knows better is taken from there.

    Raises LogError where there is a header and not one line below it.
    """
    replay = Replay()
    for event in events:
        replay.take(event)
    unwritten = merge_page(replay, page) if page and page.pid == replay.header.pid else None
    stacks = dumped_stacks(log, replay.header.target, replay.injected, replay.names, _newest(page)) or tuple(
        replay.stacks
    )
    last = replay.last
    if last is None:
        raise LogError("the log holds a header and not one record: the program got no further", Place(log))
    header = replay.header
    # Where memory is out, Python may have none for the traceback: then the last stacks are all there is.
    untraced = replay.raised is not None and replay.raised.line is None
    return Story(
        log=log,
        header=header,
        last=last,
        checkpoint=replay.checkpoint,
        background=replay.background,
        earlier=replay.earlier,
        open=replay.brackets.still_open(replay.checkpoints),
        sites=replay.totals(),
        top=replay.top(),
        stacks=stacks if replay.ended is None or untraced else (),
        heap=replay.heap,
        zooms=tuple(replay.zooms),
        raised=replay.raised,
        left=replay.left,
        ended=replay.ended or (Ended("exception" if replay.raised else "normal", None) if replay.finished else None),
        supervised=replay.supervised,
        limit_reached=replay.limit_reached,
        proof=replay.proof,
        baseline_mb=last.rss - (last.delta or 0.0) if header.baseline_mb is None else header.baseline_mb,
        last_mb=last.rss,
        peak_mb=replay.peak,
        threads=tuple(replay.names.items()),
        start_ticks=page.start_ticks if page else 0,
        unwritten=unwritten,
    )


def read_story(log: str) -> Story:
    """The log at ``log`` and the page beside it, told."""
    return tell(log, read(log), read_page(log))
