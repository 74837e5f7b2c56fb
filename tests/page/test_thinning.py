"""A curve in fewer points: bounded, in order, and none of its heights and depths lost."""

from __future__ import annotations

from array import array
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from memmon.show.page.thinning import thinned, together
from memmon.verdict.model import Curve

if TYPE_CHECKING:
    from collections.abc import Sequence

POINTS = st.lists(st.tuples(st.floats(0, 1000), st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=200)


def curve(points: Sequence[tuple[float, int, int]], begin: float = 1000.0) -> Curve:
    """The curve of points, each so many seconds after the one before it; the first and the last are of one amount."""
    seconds = list(accumulate((gap for gap, _, _ in points), initial=begin))[1:]
    least = [min(one, other) for _, one, other in points]
    most = [max(one, other) for _, one, other in points]
    least[0], least[-1] = most[0], most[-1]
    return Curve(array("d", seconds), array("d", least), array("d", most))


@given(POINTS, st.integers(2, 50))
def test_no_height_and_no_depth_is_lost(points: list[tuple[float, int, int]], most: int) -> None:
    """However few points there may be, and each is later than the one before it."""
    whole = curve(points)
    at, mb = thinned(whole, 1000.0, most)
    assert len(at) == len(mb) <= 2 * most + 6
    assert all(one < other for one, other in pairwise(at))
    assert (min(mb), max(mb)) == (min(whole.least_mb), max(whole.most_mb))
    assert (mb[0], mb[-1]) == (whole.most_mb[0], whole.most_mb[-1])


def test_what_is_held_together_is_the_sum_from_birth_to_death() -> None:
    """Of a parent, and of a child that lives for a while in between; the child's clock is an hour ahead."""
    parent = curve([(0, 100, 100), (10, 150, 150), (20, 150, 150)])
    child = curve([(5, 30, 30), (15, 60, 60)], begin=4600.0)
    at, mb = together([(parent, 1000.0), (child, 4600.0)], 1000)
    held = dict(zip(at, mb, strict=True))
    assert held[0] == 100
    assert held[5000] == 130
    assert held[10000] == 180
    assert max(mb) == 210
    assert mb[-1] == 150
