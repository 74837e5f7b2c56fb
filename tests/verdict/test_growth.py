"""Windows of tracing speak for the bracket that they were open in, and for no other."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from memmon.verdict.growth import spoke_inside
from memmon.verdict.model import Frame, Kept, Zoomed

BEFORE, LATER = "2026-11-22 10:30:48.123", "2026-11-22 10:30:49.000"


@pytest.mark.parametrize(
    ("after", "begun_mb", "inside"),
    [
        (LATER, 60.0, True),
        # Memory had fallen before the bracket began: the window of the phase before began higher, but ended earlier.
        (BEFORE, 60.0, False),
        # It began with less than the bracket did: its growth was under way before.
        (LATER, 40.0, False),
    ],
)
def test_a_window_of_an_earlier_phase_is_not_inside_the_bracket(after, begun_mb, inside):
    """Both count: the checkpoint passed last when the window ended, and the memory that it began with."""
    frame = Frame("/srv/bot.py", 12, "simulate")
    window = Zoomed("tracemalloc", begun_mb + 20, 20.0, (Kept(20.0, (frame,), 1, frame),), after)
    bracket = SimpleNamespace(opened=SimpleNamespace(when=LATER, rss=50.0))
    assert spoke_inside(SimpleNamespace(zooms=(window,)), bracket) is inside
