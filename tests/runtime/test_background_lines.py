"""Which lines the watcher finds due, by a recorder of a real process, and how many stacks it may write."""

from __future__ import annotations

from memmon_runtime.watcher.background_lines import Allowance

_LINES = """\
import time
from memmon_runtime.checkpoints.recorder import Recorder
from memmon_runtime.measure.limits import CRITICAL, INFO, Limits
from memmon_runtime.measure.memory import best_reader
from memmon_runtime.record.log_lines import Words
from memmon_runtime.system.sizes import MB, Threshold
from memmon_runtime.watcher.background_lines import BackgroundLines
reader = best_reader()
limits = Limits(Threshold("80%"), Threshold("95%"), reader.unit)
recorder = Recorder(reader, limits, Words("en"), __file__)
lines = BackgroundLines(recorder, 10.0)
rss, now = recorder.baseline, time.monotonic()
def mb(size):
    return size * MB // reader.unit
"""


def _printed(bench, program):
    bench.write(_LINES + program, preamble=False)
    left = bench.run()
    assert (left.status, left.stderr) == (0, "")
    return left.stdout.splitlines()


def test_growth_by_a_step_is_due_at_once(bench):
    """A step is a twentieth of the limit, between 8 and 64 MB; once it has been written, it takes another."""
    program = """\
print(lines.is_due(rss + mb(7), now), lines.is_due(rss + mb(64), now))
lines.write(rss + mb(64), now)
print(lines.is_due(rss + mb(70), now), lines.is_due(rss + mb(128), now))
"""
    assert _printed(bench, program) == ["False True", "False True"]


def test_a_change_is_due_after_the_interval(bench):
    """A quarter of a megabyte is a change; without one, sixty intervals may pass in silence."""
    program = """\
print(lines.is_due(rss + mb(1), now + 9), lines.is_due(rss + mb(1), now + 11), lines.is_due(rss - mb(1), now + 11))
print(lines.is_due(rss, now + 11), lines.is_due(rss, now + 599), lines.is_due(rss, now + 601))
"""
    assert _printed(bench, program) == ["False True True", "False False True"]


def test_a_level_that_rises_is_due_once_each_time(bench):
    """The same level is no news, until it has fallen in between."""
    program = """\
recorder.levels.level = CRITICAL
print(lines.is_due(rss, now))
lines.write(rss, now)
print(lines.is_due(rss, now))
recorder.levels.level = INFO
lines.note_level()
recorder.levels.level = CRITICAL
print(lines.is_due(rss, now))
"""
    assert _printed(bench, program) == ["True", "False", "True"]


def test_stacks_may_be_written_thirty_times_and_once_a_second():
    """A program whose memory jumps all the while does not fill the record with stacks."""
    allowance = Allowance(10.0)
    assert sum(allowance.take(10.0) for _ in range(100)) == 30
    assert [allowance.take(now) for now in (10.9, 11.0, 11.1, 12.0)] == [False, True, False, True]
    assert sum(allowance.take(1e6) for _ in range(100)) == 30
