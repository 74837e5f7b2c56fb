"""Reads one process: its log, the crash page and the lockout dump beside it, put together to a history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.errors import LogError, Place
from memmon.translation import _
from memmon.verdict.model import Ended, Header, ProcessHistory
from memmon.verdict.read.crash_page import read_page
from memmon.verdict.read.lockout_dump import dumped_stacks
from memmon.verdict.read.log import read_log
from memmon.verdict.read.merge_page import merge_page
from memmon.verdict.read.notebook_cells import with_cells
from memmon.verdict.read.own_code import with_own_code
from memmon.verdict.read.replay import Replay

if TYPE_CHECKING:
    from collections.abc import Iterable

    from memmon.verdict.model import Event, Stack
    from memmon.verdict.read.crash_page import Page

_FILE_TIME_LAG = 0.02
"""Seconds by which a file's time may be behind the clock, rather too many than too few."""


def _last_checkpoint_time(page: Page | None) -> float:
    """When the last checkpoint was passed, in seconds since the epoch, as a file's time may show it at the earliest."""
    return page.newest.at / 1e9 - _FILE_TIME_LAG if page and page.newest else 0.0


def _newest_stacks(replay: Replay, page: Page | None) -> tuple[Stack, ...]:
    """The last stacks that were written, unless the page knows of a checkpoint that was passed after them."""
    newest = page.newest.number if page and page.newest else 0
    return tuple(stack for stack in replay.stacks if stack.passed is None or stack.passed >= newest)


def build_history(log: str, events: Iterable[Event], page: Page | None = None) -> ProcessHistory:
    """Replay one log's events; what the page knows better comes from there.

    Raises LogError where there is a header and not one line below it.
    """
    replay = Replay()
    for event in events:
        if type(event) is Header:
            replay = Replay()  # of several runs in one file the last one counts
        replay.apply(event)
    unwritten = merge_page(replay, page) if page and page.pid == replay.header.pid else None
    header, last, told = replay.header, replay.last, replay.told
    foreign = header.version is None
    since = _last_checkpoint_time(page)
    stacks = dumped_stacks(log, header.target, told.added_lines, replay.names, since) or _newest_stacks(replay, page)
    if last is None:
        raise LogError(_("the log holds a header and not one record: the program got no further"), Place(log))
    # Where memory is out, Python may have none for the traceback: then the last stacks are all there is.
    untraced = replay.raised is not None and replay.raised.line is None
    history = ProcessHistory(
        log=log,
        header=header,
        last=last,
        checkpoint=replay.checkpoint,
        background=replay.background,
        background_before=replay.background_before,
        open_brackets=tuple(
            bracket
            for bracket in replay.brackets.still_open(replay.checkpoints, replay.counted_at)
            # Checkpoints that were put in by hand, for another monitor, need not come in pairs.
            if bracket.direct or not foreign
        ),
        sites=replay.totals(),
        top=replay.top(),
        stacks=stacks if told.ended is None or untraced else (),
        critical=replay.critical,
        critical_stacks=replay.critical_stacks,
        windows=tuple(replay.windows),
        censuses=tuple(told.censuses),
        collector=told.collector,
        surroundings=told.surroundings,
        raised=replay.raised,
        left=replay.left,
        ended=told.ended or (Ended("exception" if replay.raised else "normal", None) if replay.finished else None),
        supervised=told.supervised,
        limit_reached=told.limit_reached,
        kills_seen=told.kills_seen,
        proof=told.proof,
        death=told.death,
        folded=told.folded,
        baseline_mb=last.rss - (last.delta or 0.0) if header.baseline_mb is None else header.baseline_mb,
        last_mb=last.rss,
        peak_mb=replay.peak_mb,
        rises=tuple(replay.rises.items()),
        rising=tuple(replay.rising.items()),
        threads=tuple(replay.names.items()),
        start_ticks=page.start_ticks if page else header.start_ticks,
        unwritten=unwritten,
        curve=replay.curve.points(last),
        brackets=replay.closed.brackets(),
    )
    return with_own_code(with_cells(history))


def read_process(log: str) -> ProcessHistory:
    """The history of the process that wrote the log at ``log``.

    Raises LogError where the log can't be read or holds nothing.
    """
    return build_history(log, read_log(log), read_page(log))
