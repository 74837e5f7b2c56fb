"""The hot path: what the injected calls do, from the reading to the page and the line in the log.

One reading, one comparison with the RSS from which the level may rise, one store into the mapped page, one line. All
that costs more is looked at by the watcher, or by ``Recorder.pass_closely`` when that comparison says so.

Here a call costs more than all branches and an attribute as much as five local names. So there is one function for each
end of a bracket, arguments stand for objects, and what belongs together is kept as tuples, taken apart at once.
"""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917

from __future__ import annotations

from _thread import _count, get_ident
from sys import _getframe
from time import process_time_ns, thread_time_ns, time_ns

from memmon_runtime.checkpoints.brackets import LOOSE
from memmon_runtime.record.crash_page import pack_record
from memmon_runtime.record.sites import (
    AT,
    CLOSED,
    GROWTH,
    LARGEST,
    LARGEST_RSS,
    NEXT_AT,
    OPEN,
    OPENED,
    OPENED_NUMBER,
    OPENED_RSS,
    PEAK,
    TIMES_CLOSED,
    TIMES_LEFT,
)
from memmon_runtime.system.gil_io import pwrite
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Callable, Tuple

    from memmon_runtime.checkpoints.brackets import Bracket
    from memmon_runtime.checkpoints.recorder import Recorder
    from memmon_runtime.record.sites import Site

    Marked = Tuple[str, int, "float | None", "float | None"]
    Opening = Callable[..., Marked]
    Closing = Callable[..., None]

_SHARED_NS = 1_000_000
"""Other threads ran inside a bracket where they used this much of the processor."""


def opening_for(recorder: Recorder, labels: tuple[str, str], swallow: Callable[[BaseException], None]) -> Opening:
    """The call that opens a bracket whose ends are printed as ``labels``; what goes wrong in it is for ``swallow``."""
    acquire, release, wait = recorder.lock.acquire, recorder.lock.release, recorder.acquire_lock

    def opening(
        name: str, line: int, normal: float | None = None, alarm: float | None = None,
        frame: FrameType | None = None, code: CodeType | None = None,
    ) -> Marked:  # fmt: skip
        """Open the bracket of ``frame``, the caller's if not given; its site is in ``code``, if not in ``frame``."""
        try:
            if not acquire(False) and not wait():  # noqa: FBT003 - a keyword costs more
                return name, line, normal, alarm
            try:
                frame = frame or _getframe(1)
                sites, brackets, local, read_rss, read_peak, reset_peak, peaks = recorder.at_hand
                site = sites.get((name, line, (code or frame.f_code).co_filename, labels))
                if site is None:
                    site = recorder.add(name, line, code or frame.f_code, (normal, alarm), labels)
                try:
                    stack, thread = local.lane
                except AttributeError:
                    stack, thread = brackets.lane(get_ident())
                rss = read_rss()
                if reset_peak is not None:
                    if site.counter is not None:  # what the passes came to that were only counted would be lost
                        recorder.note_highest(read_peak())
                    if brackets.count:
                        peaks.end_epoch(read_peak())
                    reset_peak()
                others = process_time_ns() - thread_time_ns() if _count() > recorder.own_threads else 0
                bracket: Bracket = (id(frame), site, rss, peaks.epoch, others)
                brackets.count += 1
                if stack or frame.f_code.co_flags & LOOSE:
                    brackets.enter(stack, frame, bracket)
                else:
                    stack.append(bracket)
                site.totals[OPENED] += 1
                write_checkpoint(recorder, site, OPEN, thread, rss, None, -1, "")
            finally:
                release()
        except RecursionError:
            raise
        except BaseException as error:
            swallow(error)
        return name, line, normal, alarm

    return opening


def closing_for(recorder: Recorder, labels: tuple[str, str], swallow: Callable[[BaseException], None]) -> Closing:
    """The call that closes it."""
    acquire, release, wait = recorder.lock.acquire, recorder.lock.release, recorder.acquire_lock

    def closing(
        name: str, line: int, normal: float | None = None, alarm: float | None = None,
        frame: FrameType | None = None, code: CodeType | None = None,
    ) -> None:  # fmt: skip
        """Close that bracket."""
        try:
            if not acquire(False) and not wait():  # noqa: FBT003
                return
            try:
                frame = frame or _getframe(1)
                sites, brackets, local, read_rss, read_peak, _, peaks = recorder.at_hand
                site = sites.get((name, line, (code or frame.f_code).co_filename, labels))
                if site is None:
                    site = recorder.add(name, line, code or frame.f_code, (normal, alarm), labels)
                try:
                    stack, thread = local.lane
                except AttributeError:
                    stack, thread = brackets.lane(get_ident())
                rss = read_rss()
                own, above, shared = None, -1, ""
                totals = site.totals
                bracket = stack[-1] if stack else None
                if bracket is not None and bracket[1] is site and bracket[0] == id(frame):
                    stack.pop()
                    brackets.count -= 1
                else:
                    bracket = brackets.remove(stack, frame, site)
                if bracket is not None:
                    _, _, opened_rss, epoch, others = bracket
                    if read_peak is not None:
                        highest = read_peak()
                        if epoch != peaks.epoch:
                            highest = peaks.since(epoch, highest)
                        if highest < rss:  # noqa: PLR1730 - a call of max costs too much here, and below
                            highest = rss
                        above = highest - opened_rss if highest > opened_rss else 0
                        if above > totals[PEAK]:  # noqa: PLR1730
                            totals[PEAK] = above
                    if others and process_time_ns() - thread_time_ns() - others > _SHARED_NS:
                        shared = " shared"
                    own = rss - opened_rss
                    totals[TIMES_CLOSED] += 1
                    totals[GROWTH] += own
                    if own > totals[LARGEST]:
                        totals[LARGEST], totals[LARGEST_RSS] = own, rss
                elif totals[OPENED] and not totals[TIMES_LEFT]:
                    return  # another way out of the same statement has closed it already
                write_checkpoint(recorder, site, CLOSED, thread, rss, own, above, shared)
            finally:
                release()
        except RecursionError:
            raise
        except BaseException as error:
            swallow(error)

    return closing


def write_checkpoint(
    recorder: Recorder, site: Site, phase: int, thread: int, rss: int, own: int | None, above: int, shared: str
) -> None:
    """Store a checkpoint in the page, which needs nothing, and write its line. The recorder's lock is held.

    ``own`` is the growth since the bracket's opening, ``above`` the peak above that (None, -1: not known).
    """
    left, gone, page, log, levels = recorder.outlets
    totals, printed, lines, alarm, cost = site.at_hand
    number, last_rss, _ = recorder.newest
    number += 1
    recorder.newest = number, rss, printed[phase]
    grown = step = rss - last_rss
    if phase == OPEN:
        totals[OPENED_NUMBER], totals[OPENED_RSS] = number, rss
        if step > site.best:
            site.best, site.best_rss = step, rss
    if own is None:
        own = 0
    else:
        grown = own
    now = time_ns()
    opened, closed, lost, total, largest, highest, opened_at, opened_rss, largest_rss, at, next_at = totals
    if at:
        pack_record(
            page.map, at, number, number, now, phase, thread, rss, step, own, opened, closed, lost, total, largest,
            highest, opened_at, opened_rss, largest_rss, number,
        )  # fmt: skip
        totals[AT], totals[NEXT_AT] = next_at, at
    too_tight = cost and phase == OPEN and rss + cost > levels.full
    if rss >= levels.alert or grown > alarm or left or gone or too_tight:
        recorder.pass_closely(site, phase, now, grown, (rss, step, own, above, shared, thread))
    elif log is not None:
        ready = since, until, stamp, fd, slot, size = log.ready
        key = rss, step, own, above, shared, thread, levels.shown, size
        known, body = lines[phase]
        if known != key:
            body = log.shape(recorder.body(site, phase, key))
            lines[phase] = key, body
        if since <= now < until and log.ready is ready:  # a handler may have written amid the two calls
            line = stamp + body
            if len(line) == size:
                try:
                    if pwrite(fd, line, slot) == size:
                        return
                except OSError:
                    pass  # it is tried again below, where it counts as a failure
        log.checkpoint(now, body)
