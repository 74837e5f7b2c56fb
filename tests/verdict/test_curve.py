"""What is kept of how a process's memory went: few points, and none of its heights lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memmon.verdict.model import Moment, Record
from memmon.verdict.read.curve import CurveSoFar
from memmon.verdict.read.process import read_process
from memmon.verdict.read.records import parse_record
from verdict.handwritten import START, header

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BEGAN = datetime(2026, 11, 22, 10, 30, 48, 123_000)  # noqa: DTZ001  # as a log prints it


def kept(records: list[tuple[timedelta, float]]) -> tuple[Moment, ...]:
    """The points that are kept of records, each so long after the one before it."""
    curve = CurveSoFar()
    whens = [when.isoformat(" ", "milliseconds") for when in accumulate((gap for gap, _ in records), initial=BEGAN)][1:]
    for when, (_, rss_mb) in zip(whens, records, strict=True):
        curve.add(when, rss_mb)
    last = parse_record(f"[{whens[-1]}] [INFO] [x] RSS={records[-1][1]:.2f}MB")
    assert last
    return curve.points(last)


@pytest.mark.parametrize("gap", [timedelta(milliseconds=1), timedelta(seconds=7), timedelta(hours=5)])
def test_a_long_record_has_few_points(gap: timedelta) -> None:
    """Ten thousand of them, within seconds, a day or years, come to dozens or hundreds; the highest is one of them."""
    points = kept([(gap, 4711.0 if number == 5678 else float(number % 100)) for number in range(10_000)])
    assert 60 <= len(points) <= 2002
    assert max(one.rss_mb for one in points) == 4711
    assert (points[0], points[-1].rss_mb) == (Moment((BEGAN + gap).isoformat(" ", "milliseconds"), 0.0), 99.0)


def test_what_is_no_time_fills_no_memory() -> None:
    """A log may hold anything where the time should be."""
    curve = CurveSoFar()
    for number in range(10_000):
        curve.add(f"{number:023}"[::-1], 60.0)
    assert len(curve.points(Record("", "INFO", "x", "x", "", 60.0)._replace(when="2026-11-22"))) <= 2002


@given(st.lists(st.tuples(st.timedeltas(timedelta(), timedelta(days=3)), st.integers(0, 500)), min_size=1))
def test_no_height_is_lost(records: list[tuple[timedelta, int]]) -> None:
    """The first record, the last one and the highest are as they were, and times can be read."""
    points = kept([(gap, float(mb)) for gap, mb in records])
    assert points[0].rss_mb == records[0][1]
    assert points[-1].rss_mb == records[-1][1]
    assert max(one.rss_mb for one in points) == max(mb for _, mb in records)
    assert all(datetime.fromisoformat(one.when) for one in points)


def test_records_without_times_are_no_curve(log: Callable[..., Path]) -> None:
    """Another monitor's, say."""
    assert read_process(str(log("[INFO] [x] RSS=510MB (Δ+450MB, +15MB)\n"))).curve == ()
    assert len(read_process(str(log(header(), START))).curve) >= 2
