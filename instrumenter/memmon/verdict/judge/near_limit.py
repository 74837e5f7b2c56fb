"""How near a process came to its limit that did not die of it, and what took the memory then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from memmon.verdict.judge.last_moment import LastMoment
from memmon.verdict.model import NearLimit

if TYPE_CHECKING:
    from memmon.verdict.judge.outcome import Case
    from memmon.verdict.model import ProcessHistory, Record

_NEAR = 0.9
"""From this share of the limit on a process that was CRITICAL was about to be killed."""
_AT_PEAK = 0.94
"""From this share on, one was whose record has a peak alone."""


def near_limit(history: ProcessHistory) -> NearLimit | None:
    """How near it came; None where it never was near. A level of its own that lies far below the limit says nothing."""
    reached = history.limit_reached
    if reached is not None and reached.mb:
        rss_mb = reached.rss_mb or reached.mb
        return NearLimit(rss_mb / reached.mb, reached.mb, rss_mb, history.critical, told=True)
    record, limit_mb = history.critical, history.header.limit_mb
    if not limit_mb:
        return None
    throttles = history.header.limit_from == "throttle"
    if record is None:
        share = history.peak_mb / limit_mb
        return NearLimit(share, limit_mb, history.peak_mb, None, throttles=throttles) if share >= _AT_PEAK else None
    share = _share(record) or record.rss / limit_mb
    return NearLimit(share, limit_mb, record.rss, record, throttles=throttles) if share >= _NEAR else None


def _share(record: Record) -> float | None:
    """What was used of the limit that the level was judged by, as ``cgroup:97%`` tells it."""
    rule, _, amount = (record.fired or "").partition(":")
    number = amount.rstrip("%")
    return int(number) / 100 if rule and amount.endswith("%") and number.isdigit() else None


def moment_of(case: Case, near: NearLimit) -> LastMoment:
    """The moment at which it was nearest, as if it had ended there."""
    history = case.history
    then = replace(
        history,
        last=near.record or history.last,
        last_mb=near.rss_mb,
        stacks=history.critical_stacks,
        open_brackets=(),
        checkpoint=None,
        background=None,
        background_before=None,
        raised=None,
    )
    return LastMoment(then, near.rss_mb, case.extents, case.stores)
