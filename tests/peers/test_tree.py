"""The second opinion of the strip proof is not blind: what a wrong placement would do is seen."""

from __future__ import annotations

import pytest

from memmon.model import Instrumented
from memmon.source import instrument
from peers import everything, tree

SOURCE = b"""\
def f(x):
    y = g(x)
    if y:
        return h(y)
    return [y]
"""


@pytest.fixture
def output() -> bytes:
    """The source with everything in it bracketed."""
    outcome = instrument.instrument(SOURCE, "f.py", everything.ALL)
    assert isinstance(outcome, Instrumented)
    return outcome.source


def test_a_right_result_has_no_difference(output: bytes) -> None:
    """Nothing but checkpoints was added."""
    assert tree.difference(SOURCE, output) is None


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        pytest.param(b"y = g(x)", b"y = g(y)", id="another expression"),
        pytest.param(b"y = g(x)", b"y = g(x); g(x)", id="evaluated twice"),
        pytest.param(b"y = g(x)", b"pass", id="dropped"),
        pytest.param(b"([y])", b"(y)", id="another value passed through"),
        pytest.param(b"    if ", b"    y\n    if ", id="a statement too many"),
        pytest.param(b"    y = g(x)\n", b"\n    y = g(x)\n", id="a line that the preamble does not know of"),
    ],
)
def test_a_wrong_result_is_seen(output: bytes, right: bytes, wrong: bytes) -> None:
    """Each of these compiles, and none is what the user wrote."""
    assert output.count(right) == 1
    difference = tree.difference(SOURCE, output.replace(right, wrong))
    assert difference is not None


def test_a_result_without_preamble_is_seen() -> None:
    """Untouched source is not taken for proved."""
    assert tree.difference(SOURCE, SOURCE) == "the output has no preamble"
