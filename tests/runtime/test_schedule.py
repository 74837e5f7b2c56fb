"""When the watcher looks next, and when its looks are urgent: arithmetic on a clock."""

from __future__ import annotations

import threading

import pytest

from memmon_runtime.watcher.tick import Schedule

MB = 1 << 20


@pytest.mark.parametrize(
    ("headroom", "prompt", "pause"),
    [
        (1 << 40, False, 0.05),
        (1 << 40, True, 0.01),
        (4 << 30, False, 0.05),
        ((4 << 30) // 40, False, 0.025),
        (MB, False, 0.01),
        (-MB, False, 0.01),
    ],
    ids=["plenty", "a prompt look is due", "a second's worth", "a fortieth", "nearly none", "none"],
)
def test_looks_come_closer_as_the_headroom_shrinks(headroom, prompt, pause):
    """The fastest program must not get through what is left between two looks."""
    assert Schedule.pause(headroom, prompt=prompt) == pytest.approx(pause)


def test_looks_are_urgent_while_the_limit_is_near_in_time():
    """Growth that would reach the limit within five seconds is urgent, and for a second after that any growth is."""
    schedule = Schedule(1000, 100, 10.0)
    assert not schedule.is_urgent(110, 10.1)  # 100 a second, with 890 left
    assert schedule.is_urgent(130, 10.2)
    assert schedule.is_urgent(130, 11.1)
    assert not schedule.is_urgent(130, 11.3)


def test_nothing_is_urgent_without_a_limit():
    """Where no limit is known, none can be near."""
    assert not Schedule(0, 100, 10.0).is_urgent(1 << 30, 10.1)


def test_who_sleeps_can_be_woken():
    """The thread that is to end does not sleep on."""
    schedule, woken = Schedule(0, 0, 0.0), threading.Lock()
    woken.acquire()
    assert not schedule.sleep(0.001, woken)
    assert schedule.late >= 0
    threading.Timer(0.01, woken.release).start()
    assert schedule.sleep(60, woken)
