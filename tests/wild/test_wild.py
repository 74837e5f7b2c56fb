"""The rig tells right from wrong, the programs give no answer away, and a sample of them is told rightly."""

from __future__ import annotations

import ast
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support import interpreters
from support.marks import needs_cgroup
from wild.outcome import ALIVE, HOLDER, LINE, NOTHING, WRONG, Outcome, Sentence, judge, names
from wild.programs import PROGRAMS, SETS, Program, find
from wild.tables import tables
from wild.trial import Seen, Trial, attempt

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.mark.parametrize("program", find(), ids=lambda program: program.name)
def test_a_program_gives_nothing_away(program: Program) -> None:
    """What is run has no mark left, is still Python 3.8, and has code on each line that is called right."""
    texts = dict(program.files)
    for text in texts.values():
        assert not {"CULPRIT", "EQUAL", "HOLDER", "ADVICE", "culprit", "Kind:"} & set(text.replace(":", ": ").split())
        ast.parse(text, feature_version=(3, 8))
    for path, line in program.right:
        assert texts[path].splitlines()[line - 1].strip(), (path, line)


def test_the_lines_keep_their_numbers() -> None:
    """A line of what is run is the line of the file that has the answers."""
    (program,) = find(("reported",), ("06_exceptions",))
    ours = (PROGRAMS / "reported" / "06_exceptions_kept.py").read_text(encoding="utf-8").splitlines()
    ((path, line),) = program.right
    assert ours[line - 1].endswith("# CULPRIT")
    assert dict(program.files)[path].splitlines()[line - 1] == ours[line - 1].removesuffix("  # CULPRIT")


@pytest.mark.parametrize(
    ("path", "right"),
    [
        ("bus.handlers['price']", True),
        ('main().bus.handlers["price"]', True),
        ("bus.handlers['opened']", False),
        ("opened", False),
        ("none", False),
    ],
)
def test_a_holder_is_compared_by_its_path(path: str, *, right: bool) -> None:
    """Whatever root the path begins at, and however its quotes are written."""
    assert names(("*.handlers['price']", "none"), path) == right


def _seen(culprit: Mapping[str, Any] | None, holder: Mapping[str, Any] | None = None, kills: int = 1) -> Seen:
    verdict = {"cause": "oom-kill", "cause_confidence": "certain", "culprit": culprit, "holder": holder}
    return Seen(137, kills, 1.0, {"schema": "memmon.report/2", "verdict": verdict}, "")


def _judged(seen: Seen) -> Outcome:
    (program,) = find(("reported",), ("06_exceptions",))
    return judge(Trial(program, "run", interpreters.OWN, busy=False, number=1), seen, Path("/srv/job"))


def _line(line: int, confidence: str = "certain") -> dict[str, Any]:
    return {"file": "/srv/job/program.py", "line": line, "role": "kept", "confidence": confidence}


@pytest.mark.parametrize(
    ("seen", "outcome", "in_vain"),
    [
        (_seen(_line(10)), LINE, False),
        (_seen(_line(27)), WRONG, True),
        (_seen(_line(27, "likely")), WRONG, False),
        (_seen(_line(27, "likely"), {"path": "failures.items", "confidence": "certain"}), HOLDER, False),
        (_seen(_line(10), {"path": "words", "confidence": "certain"}), LINE, True),
        (_seen({**_line(10), "file": "/usr/lib/program.py"}), WRONG, True),
        (_seen(None), NOTHING, False),
        (_seen({**_line(10), "line": None}), NOTHING, False),
        (_seen(_line(10, "likely"), kills=0), ALIVE, True),
    ],
)
def test_an_outcome_is_what_was_said(seen: Seen, outcome: str, *, in_vain: bool) -> None:
    """The line, else the holder; certainty in vain is any sentence's, that of a kill that never was as well."""
    judged = _judged(seen)
    assert (judged.outcome, judged.wrong_with_certainty) == (outcome, in_vain)


@pytest.mark.parametrize(
    ("advice", "fits"),
    [
        (["program.py:41 (+9 MB): the queue has no bound: Queue(maxsize=…) makes whoever fills it wait"], True),
        (["write it out in batches", "Queue(maxsize=…)"], False),
        ([], False),
    ],
)
def test_the_first_advice_is_held_against_what_is_right(advice: list[str], *, fits: bool) -> None:
    """By its words; a program whose author did not say what to advise is not judged by it."""
    (program,) = find(("held_out",), ("log_queue_outruns_listener",))
    seen = Seen(137, 1, 1.0, {"schema": "memmon.report/2", "verdict": {"advice": advice}}, "")

    def judged(one: Program) -> Outcome:
        return judge(Trial(one, "run", interpreters.OWN, busy=False, number=1), seen, Path("/srv"))

    assert judged(program).advice_fits is fits
    assert judged(replace(program, advice=())).advice_fits is None


def test_the_tables_count_sentences_by_their_certainty() -> None:
    """Three runs of a program: two right, so it is right; of two lines that were certain, one was."""
    right, wrong = (
        Sentence("line", "certain", right=True, said="a:1"),
        Sentence("line", "certain", right=False, said="a:2"),
    )
    runs = [
        Outcome("one", "own", "run", "3.11", False, outcome, (sentence,), False, 1.0)  # noqa: FBT003
        for outcome, sentence in (
            (LINE, right),
            (LINE, Sentence("line", "likely", right=True, said="a:1")),
            (WRONG, wrong),
        )
    ]
    text = tables(runs)
    assert "| own: one | ✓✓!x |" in text
    assert "| own | 1 of 1 |" in text
    assert "| certain | 0 of 0 | 1 of 2 | 0 of 0 |" in text
    assert "- one, run 3.11: line `a:2`, certain" in text
    assert "| advice |" not in text
    advised = [
        replace(run, advice="close it", advice_fits=fits) for run, fits in zip(runs, (True, True, False), strict=True)
    ]
    assert "| advice | run 3.11 |\n| --- | --- |\n| fits | 2 of 3 |" in tables(advised)


class _Here:
    """The Python that runs the tests, as the programs' environment."""

    @staticmethod
    def python(_: str) -> Path:
        return Path(sys.executable)

    tool = python


@needs_cgroup
@pytest.mark.slow
@pytest.mark.parametrize(("name", "way"), [("15_state_deepcopy_history", "run"), ("sorted_whole_stream", "instrument")])
def test_a_sample_is_told_rightly(tmp_path: Path, name: str, way: str) -> None:
    """A leak by `memmon run` and one fatal step by `memmon instrument`: the right line."""
    (program,) = find(SETS, (name,))
    trial = Trial(program, way, interpreters.OWN, busy=False, number=1)
    outcome = judge(trial, attempt(trial, _Here(), tmp_path), tmp_path)
    assert (outcome.outcome, outcome.wrong_with_certainty) == (LINE, False), outcome
