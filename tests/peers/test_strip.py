"""A sample of the strip proof: selectors that hit everything, on files of the standard library."""

from __future__ import annotations

import pytest

from peers import generate, mutations, strip

_EVERY = 47
"""About forty files of the standard library, whatever its size."""


@pytest.fixture(scope="module")
def sample() -> list[tuple[str, bytes]]:
    """Files from all over the standard library, none so large that it alone would take seconds."""
    return [(name, source) for name, source in strip.standard_files(_EVERY) if len(source) < 60_000]


def test_library_files_survive_the_round_trip(sample: list[tuple[str, bytes]]) -> None:
    """Every file comes back byte for byte, compiles in between, and keeps its syntax tree and line numbers."""
    checked = [strip.check(source, name) for name, source in sample]
    assert [f"{one.name}: {one.wrong}" for one in checked if one.wrong] == []
    assert sum(one.sites for one in checked) > 1000


def test_changed_files_survive_the_round_trip(sample: list[tuple[str, bytes]]) -> None:
    """Other line ends, encodings, tabs and form feeds change nothing about that."""
    small = [(name, source) for name, source in sample if len(source) < 15_000]
    checked = [strip.check(source, name) for name, source in mutations.of(small)]
    assert [f"{one.name}: {one.wrong}" for one in checked if one.wrong] == []
    assert checked


@pytest.mark.parametrize("way", mutations.NAMES)
def test_each_way_of_changing_a_file_is_proved(way: str) -> None:
    """No way is left out because no file of the sample happened to be changed in it."""
    source = b"class A:\n    def f(self, x):\n        y = g(x)\n        return [y]\n"
    changed = mutations.changed(source, way)
    assert changed is not None
    assert changed != source
    checked = strip.check(changed, way)
    assert (checked.wrong, checked.refused) == ("", [])
    assert checked.sites == 4


@pytest.mark.parametrize("seed", range(4))
def test_random_programs_survive_the_round_trip(seed: int) -> None:
    """The generator's programs, dense with nested calls, are proved in the same ways."""
    checked = strip.check(generate.program(seed).encode(), f"seed {seed}")
    assert checked.wrong == ""
