"""What the watcher writes into the record by itself: which background lines are due, and the facts that go with them.

A line is due when the level rises or memory has grown by a step, each with the line that every thread is at; and each
``interval`` seconds where the RSS is another one than in the line before.
"""

from __future__ import annotations

from time import monotonic, time_ns

from memmon_runtime.checkpoints.recorder import SHORTLY
from memmon_runtime.measure.surroundings import Surroundings
from memmon_runtime.record.fitting import short_function, short_path
from memmon_runtime.record.log_lines import background_line
from memmon_runtime.system import gil_io
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import MB
from memmon_runtime.system.threads import frames_of_others
from memmon_runtime.watcher.busiest import BusiestThread
from memmon_runtime.watcher.stack_snapshot import all_stacks, dumped_stacks, user_line

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from memmon_runtime.checkpoints.recorder import Recorder
    from memmon_runtime.record.event_file import Facts
    from memmon_runtime.record.log_lines import Place

_STEP_SHARE = 20
"""A step of growth, which is worth a line, is the limit divided by this."""
_SMALLEST_STEP, _LARGEST_STEP = 8 * MB, 64 * MB
"""A step is no smaller and no larger than these."""
_CHANGE = MB // 4
"""An RSS that differs by less than this is the same as in the line before."""
_MOST_SILENT_INTERVALS = 60
"""After so many intervals there is a line though nothing has changed."""
_MOST_STACKS = 30
"""So many times the threads' stacks may be written at once; one more is allowed each second."""


class BackgroundLines:
    """What has been written so far, and with it what is new; used by the watcher's thread alone."""

    def __init__(self, recorder: Recorder, interval: float) -> None:
        """``interval`` is in seconds.

        To be called in the thread that starts the watcher's, for the sake of `BusiestThread`.
        """
        self._recorder = recorder
        self._busiest = BusiestThread()
        self._interval = interval
        unit = recorder.reader.unit
        self._step = min(max(recorder.limits.tightest // _STEP_SHARE, _SMALLEST_STEP), _LARGEST_STEP) // unit
        self._change = max(_CHANGE // unit, 1)
        self._rss, self._level, self._at = recorder.baseline, recorder.levels.level, monotonic()
        self._stacks = Allowance(self._at)
        self._around = Surroundings()

    def is_due(self, rss: int, now: float) -> bool:
        """Whether there is something to write; ``rss`` is in the reader's units."""
        if self._has_risen(rss):
            return True
        silent = now - self._at
        changed = abs(rss - self._rss) >= self._change
        return silent >= self._interval and (changed or silent >= self._interval * _MOST_SILENT_INTERVALS)

    def _has_risen(self, rss: int) -> bool:
        return self._recorder.levels.level > self._level or rss - self._rss >= self._step

    def write(self, rss: int, now: float) -> None:
        """Write the line that is due, unless it would need stacks of which there have been too many lately."""
        recorder = self._recorder
        facts: Facts = []
        if self._has_risen(rss):
            if not self._stacks.take(now):
                return
            facts += [("stack", stack) for stack in all_stacks(frames_of_others())]
            facts += self._surroundings(rss)
        self._rss, self._level, self._at = rss, recorder.levels.level, now
        write_background(recorder, rss, facts, self._busiest.user_line())

    def _surroundings(self, rss: int) -> Facts:
        """What is in use around the process, where its level has risen."""
        levels = self._recorder.levels
        rule = levels.fired.partition("=")[2].partition(":")[0]
        if levels.level <= self._level or not rule:
            return []
        try:
            return [("surroundings", self._around.look(levels.limits, rss * self._recorder.reader.unit, rule))]
        except (OSError, ValueError):
            return []  # the line itself matters more

    def note_level(self) -> None:
        """A level that has fallen may rise again, which is worth a line then."""
        self._level = min(self._level, self._recorder.levels.level)

    def write_dump(self, dump: str, now: float) -> None:
        """Write what the lockout switch has dumped while the watcher was kept from running."""
        if self._stacks.take(now):
            stacks = dumped_stacks(dump)
            places = [place for place in map(user_line, stacks) if place is not None]
            facts: Facts = [("stack", stack) for stack in stacks]
            rss = self._recorder.reader.rss_keeping_gil()
            write_background(self._recorder, rss, facts, places[0] if places else None)


class Allowance:
    """How many times stacks may still be written: ``_MOST_STACKS`` at first, and one more each second up to that."""

    def __init__(self, now: float) -> None:
        """``now`` is on the monotonic clock."""
        self._left = float(_MOST_STACKS)
        self._at = now

    def take(self, now: float) -> bool:
        """Use one up; False where none is left."""
        self._left = min(self._left + now - self._at, _MOST_STACKS)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


def write_background(recorder: Recorder, rss: int, facts: Facts, place: Place | None = None) -> None:
    """Write a line with ``place`` as the line of the user's that is at work, after its ``facts`` among the events.

    ``rss`` is in the reader's units. Nothing is written where the recorder's lock can't be had soon.
    """
    if not recorder.acquire_lock(SHORTLY):
        return
    try:
        recorder.begin_record()
        recorder.tell_left()
        recorder.record.tell(facts, recorder.newest[0], gil_io.write)
        log, levels = recorder.record.log, recorder.levels
        if log is not None:
            now, level = time_ns(), levels.level
            rises = level > levels.worst
            if place is not None:
                file, number, function = place
                place = short_path(file, recorder.target), number, short_function(function)
            head = log.stamp(now), level, recorder.words.background
            line = background_line(head, recorder.figures(rss)[:2], place, recorder.newest[2], (levels.fired, rises))
            log.append(recorder.first_time(log, level, now, rss, line, place) if rises else line, gil_io.write)
    finally:
        recorder.lock.release()
