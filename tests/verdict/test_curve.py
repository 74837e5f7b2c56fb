"""What is kept of how a process's memory went: few points, and none of its heights lost."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import accumulate
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memmon.verdict.model import Curve, Record
from memmon.verdict.read.closed_brackets import ClosedBrackets
from memmon.verdict.read.curve import CurveSoFar
from memmon.verdict.read.process import read_process
from memmon.verdict.read.records import parse_record
from verdict.handwritten import START, header

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BEGAN = datetime(2026, 11, 22, 10, 30, 48, 123_000)  # noqa: DTZ001  # as a log prints it


def kept(records: list[tuple[timedelta, float]]) -> Curve:
    """What is kept of records, each so long after the one before it."""
    curve = CurveSoFar()
    whens = [when.isoformat(" ", "milliseconds") for when in accumulate((gap for gap, _ in records), initial=BEGAN)][1:]
    for when, (_, rss_mb) in zip(whens, records, strict=True):
        curve.add(when, rss_mb)
    last = parse_record(f"[{whens[-1]}] [INFO] [x] RSS={records[-1][1]:.2f}MB")
    assert last
    return curve.points(last)


@pytest.mark.parametrize("gap", [timedelta(milliseconds=1), timedelta(seconds=7), timedelta(hours=5)])
def test_a_long_record_has_few_points(gap: timedelta) -> None:
    """Ten thousand of them come to some hundreds or thousands; the highest and the lowest are among them."""
    amounts = {5678: 4711.0, 6789: 0.25}
    curve = kept([(gap, amounts.get(number, 1.0 + number % 100)) for number in range(10_000)])
    assert 60 <= len(curve) <= 6002
    assert (min(curve.least_mb), max(curve.most_mb)) == (0.25, 4711)
    assert (curve.seconds[0], curve.most_mb[0]) == ((BEGAN + gap).replace(tzinfo=timezone.utc).timestamp(), 1.0)
    assert curve.most_mb[-1] == 100.0


def test_what_is_no_time_fills_no_memory() -> None:
    """A log may hold anything where the time should be."""
    curve = CurveSoFar()
    for number in range(20_000):
        curve.add(f"{number:023}"[::-1], 60.0)
    assert len(curve.points(Record("", "INFO", "x", "x", "", 60.0)._replace(when="2026-11-22"))) <= 6002


@given(st.lists(st.tuples(st.timedeltas(timedelta(), timedelta(days=3)), st.integers(0, 500)), min_size=1))
def test_no_height_is_lost(records: list[tuple[timedelta, int]]) -> None:
    """The first record, the last one, the highest and the lowest are as they were, and no time is before another."""
    curve = kept([(gap, float(mb)) for gap, mb in records])
    assert (curve.most_mb[0], curve.most_mb[-1]) == (records[0][1], records[-1][1])
    assert max(curve.most_mb) == max(mb for _, mb in records)
    assert min(curve.least_mb) == min(mb for _, mb in records)
    assert list(curve.seconds) == sorted(curve.seconds)


def test_records_without_times_are_no_curve(log: Callable[..., Path]) -> None:
    """Another monitor's, say."""
    assert not read_process(str(log("[INFO] [x] RSS=510MB (Δ+450MB, +15MB)\n"))).curve
    assert len(read_process(str(log(header(), START))).curve) >= 2


def test_the_brackets_that_are_kept_are_the_largest_and_the_longest() -> None:
    """Of a thousand short ones the hundred that grew most, and the one that lasted, though it grew by nothing."""
    kept_whole = ClosedBrackets()

    def bracket(number: int, seconds: int, growth: float) -> None:
        begin, end = BEGAN + timedelta(minutes=number), BEGAN + timedelta(minutes=number, seconds=seconds)
        opened, closed = (
            Record(at.isoformat(" ", "milliseconds"), "INFO", name, "x", name, 60.0, growth=growth)
            for at, name in ((begin, "BEFORE"), (end, "AFTER"))
        )
        kept_whole.add(opened, closed)

    for number in range(1000):
        bracket(number, 0, float(number))
    bracket(2000, 50, 0.0)
    growths = [closed.growth for _, closed in kept_whole.brackets()]
    assert growths == [*map(float, range(900, 1000)), 0.0]
