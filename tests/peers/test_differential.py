"""A sample of the differential proof: random programs with everything bracketed, and without."""

from __future__ import annotations

import pytest

from peers import differential, generate

SEEDS = range(1000, 1012)
"""Beyond those of the full proof."""


@pytest.fixture(scope="module")
def compared() -> list[differential.Compared]:
    """Each program run both ways."""
    return differential.compare_all(SEEDS)


def test_programs_do_the_same_bracketed(compared: list[differential.Compared]) -> None:
    """Same output, same tracebacks with the original's line numbers, same exit status."""
    assert [f"seed {one.seed}: {one.difference}" for one in compared if one.difference] == []


def test_every_program_was_recorded(compared: list[differential.Compared]) -> None:
    """The runtime was live in each of them."""
    assert all(one.checkpoints > 0 for one in compared)


def test_few_sites_are_refused(compared: list[differential.Compared]) -> None:
    """At most one in a thousand."""
    refused = [reason for one in compared for reason in one.refused]
    assert len(refused) * 1000 <= sum(one.sites for one in compared), refused


def test_a_program_is_made_of_its_seed_alone() -> None:
    """A failing seed can be made again anywhere."""
    assert generate.program(3) == generate.program(3)
    assert generate.program(3) != generate.program(4)


def test_a_difference_is_seen() -> None:
    """The comparison is not blind: output, tracebacks and the exit status count."""
    ran = differential.Ran(1, "one\n", 'Traceback\n  File "/x/program.py", line 3, in f\n    f()\nOdd: 1\n')
    for other in (
        differential.Ran(0, ran.out, ran.err),
        differential.Ran(1, "two\n", ran.err),
        differential.Ran(1, ran.out, ran.err.replace("line 3", "line 4")),
        differential.Ran(1, ran.out, ran.err.replace("Odd: 1", "Odd: 2")),
    ):
        assert differential.difference(differential.normal(ran, ()), differential.normal(other, ()))
    moved = differential.Ran(1, ran.out, ran.err.replace("line 3", "line 5").replace("    f()", "    through(f())"))
    assert not differential.difference(differential.normal(ran, ()), differential.normal(moved, (1, 2)))
