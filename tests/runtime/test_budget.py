"""When a growth window may open, how long, and what all of them may cost together: the budget's arithmetic."""

from __future__ import annotations

import pytest

from memmon_runtime.attribution.budget import Budget

MB = 1 << 20
LIMIT = 1000 * MB


def budget(limit=LIMIT, rss=100 * MB, now=50.0):
    """The budget of a process that has started at second 50 with 100 MB."""
    return Budget(limit, rss, now, now)


@pytest.mark.parametrize(
    ("limit", "step"),
    [(300 * MB, 12 * MB), (100 * MB, 8 * MB), (1 << 36, 512 * MB), (0, 512 * MB)],
    ids=["a twenty-fifth", "no less than 8 MB", "no more than 512 MB", "no limit"],
)
def test_a_step_goes_by_the_limit(limit, step):
    """Growth by this much is worth a window, and by less it is not."""
    one = budget(limit)
    assert one.step == step
    assert not one.is_due(100 * MB + step - 1)
    assert one.is_due(100 * MB + step)


def test_growth_counts_from_where_memory_has_fallen_to():
    """A program that gives memory back and takes it again has grown."""
    one = budget()
    one.note_fall(60 * MB, 51)
    one.note_fall(90 * MB, 52)
    assert one.is_due(100 * MB)
    assert one.seconds_left(100 * MB, 80 * MB, 61) == 80 / 40 * 10


def test_a_window_that_is_over_counts_growth_anew():
    """From there on it takes another step."""
    one = budget()
    one.count_from(150 * MB, 55)
    assert not one.is_due(180 * MB)
    assert one.is_near_step(170 * MB)
    assert not one.is_near_step(169 * MB)


@pytest.mark.parametrize(
    ("limit", "headroom", "seconds_left", "far", "too_early"),
    [
        (LIMIT, 501 * MB, 3.1, True, True),
        (LIMIT, 501 * MB, 2.9, True, False),
        (LIMIT, 500 * MB, 3.1, False, False),
        (0, 1 << 62, 3.1, False, False),
    ],
    ids=["far and slow", "far and fast", "near", "no limit"],
)
def test_while_the_limit_is_far_only_a_fast_leak_is_worth_a_window(limit, headroom, seconds_left, far, too_early):
    """Nothing is traced while more than half of the limit is left."""
    one = budget(limit)
    assert (one.is_far(headroom), one.is_too_early(headroom, seconds_left)) == (far, too_early)


@pytest.mark.parametrize(
    ("headroom", "seconds_left", "after", "cost", "length"),
    [
        (400 * MB, 100, 4, 0, 0),
        (400 * MB, 100, 10, 0, 0.2),
        (400 * MB, 100, 10, 0.15, 0),
        (400 * MB, 100, 3600, 0, 1.0),
        (400 * MB, 20, 0, 0, 0.2),
        (400 * MB, 20, 0, 0.41, 0),
        (501 * MB, 20, 0, 0.1, 0.15),
        (240 * MB, 20, 0, 0.6, 0.15),
        (240 * MB, 20, 0, 0.74, 0),
        (240 * MB, 0.1, 0, 0.74, 0.01),
        (11 * MB, 0.1, 3600, 0, 0),
    ],
    ids=[
        "slow, too little time has passed",
        "slow, by its share of the time",
        "slow, spent",
        "slow, the longest",
        "soon at the limit, by credit",
        "soon, spent",
        "soon, one stage",
        "soon, three stages",
        "soon, three stages spent",
        "in a moment, the least",
        "no room",
    ],
)
def test_how_long_a_window_may_last(headroom, seconds_left, after, cost, length):
    """By the time that has passed, what windows have cost, and how far the limit is."""
    one = budget()
    one.charge(cost)
    assert one.length(headroom, seconds_left, 50.0 + after) == pytest.approx(length)


@pytest.mark.parametrize("seconds_left", [5, 1000])
def test_all_windows_together_stay_within_their_share(seconds_left):
    """A program that leaks without end pays two hundredths of its time, and the credit of three stages."""
    one, cost = budget(), 0.0
    for tick in range(100_000):
        length = one.length(200 * MB, seconds_left, 50.0 + tick / 20)
        one.charge(length)
        cost += length
        assert cost <= 0.02 * tick / 20 + 0.75 + 1e-9
    assert cost > 0.019 * 100_000 / 20


def test_there_is_an_end_to_the_windows():
    """After two hundred of them growth is worth no more."""
    one = budget()
    for _ in range(200):
        assert one.is_due(200 * MB)
        one.count_window()
    assert not one.is_due(200 * MB)
