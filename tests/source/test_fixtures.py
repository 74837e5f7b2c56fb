"""Each folder under fixtures/ is a claim: this source becomes that one, and both do the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from memmon.model import AlreadyInstrumented
from memmon.source import prove
from memmon.source.instrument import instrument
from memmon.source.strip import strip
from support import cases

if TYPE_CHECKING:
    from pathlib import Path

    from support.cases import Case

CASES = cases.found()
each_case = pytest.mark.parametrize("case", CASES, ids=[case.folder.name for case in CASES])


@each_case
def test_becomes_what_is_shown(case: Case) -> None:
    """The output is ``after.py``, whatever the version of memmon, and the refusals are those that are named."""
    outcome = case.instrumented()
    assert cases.VERSION.sub(b"", outcome.source).decode() == cases.VERSION.sub(b"", case.after).decode()
    assert tuple(f"line {one.site.line}: {one.reason}" for one in outcome.refusals) == case.refused
    assert outcome.missing == ()


@each_case
def test_comes_back_byte_for_byte(case: Case) -> None:
    """Taking out what was injected gives ``before.py``."""
    assert strip(case.after, "after.py") == case.before


@each_case
def test_second_time_is_a_no_op(case: Case) -> None:
    """An instrumented source is not instrumented again."""
    assert isinstance(instrument(case.after, "after.py", case.config), AlreadyInstrumented)


@each_case
def test_both_compile(case: Case) -> None:
    """Both sources are Python; one that needs a newer Python is said to have been proved without compiling."""
    if case.runs_here:
        assert prove.compiles(case.before, "before.py") is None
        assert prove.compiles(case.after, "after.py") is None
        assert case.instrumented().notes == case.notes
    else:
        assert prove.compiles(case.before, "before.py") is not None
        assert any("can't compile" in note for note in case.instrumented().notes)


@each_case
def test_runs_the_same(case: Case, tmp_path: Path) -> None:
    """Both print the same and end the same, and the log has the brackets that the case expects, none open."""
    python = case.interpreter
    if python is None:
        pytest.skip(f"needs Python {'.'.join(map(str, case.python))} to run; proved without")
    (tmp_path / "before").mkdir()
    (tmp_path / "after").mkdir()
    before = cases.run(case.before, tmp_path / "before", python)
    after = cases.run(case.after, tmp_path / "after", python)
    assert before.exit == case.exit, before.stderr
    assert (after.stdout, after.stderr, after.exit) == (before.stdout, before.stderr, before.exit)
    assert (after.closed, after.left, after.open) == (case.closed, case.left, {})
