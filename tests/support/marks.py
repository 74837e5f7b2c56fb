"""Marks for tests that need something this machine may not have; each skip says what."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

import pytest

from support import cgroup, interpreters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _pytest.mark import ParameterSet

needs_cgroup = pytest.mark.skipif(not cgroup.available(), reason=cgroup.reason())


_LEAST = 2
"""So many Pythons of a sample each test goes through."""

full = pytest.mark.full
"""What takes long, and of which the suite has a sample: run with `--full` only."""


def each_python(
    versions: Sequence[str] = interpreters.RUNTIME, sample: Sequence[str] | None = None
) -> pytest.MarkDecorator:
    """Have a test's ``python`` be each of these versions' interpreters; see `pythons`."""
    return pytest.mark.parametrize("python", pythons(versions, sample))


def pythons(versions: Sequence[str] = interpreters.RUNTIME, sample: Sequence[str] | None = None) -> list[ParameterSet]:
    """These versions' interpreters; one that is missing is a visible skip.

    The ``sample``, without `--full`, are the oldest, the newest and the one that runs the tests if nothing is said.
    Where it is of three, a test goes through two of them: see `is_out_of_turn`.
    """
    here = interpreters.found()
    sample = sample or (versions[0], interpreters.OWN, versions[-1])
    sampled = [version for version in versions if version in sample]
    parameters = []
    for version in versions:
        marks = [pytest.mark.turn(version, *sampled)] if version in sampled else [full]
        if version not in here:
            marks.append(pytest.mark.skip(f"no Python {version} on this machine"))
        parameters.append(pytest.param(here.get(version), id=version, marks=marks))
    return parameters


def is_out_of_turn(item: pytest.Item) -> bool:
    """Whether this is a test's turn to go without this Python: each leaves out one of a sample of three.

    Which one, its name decides, and its other parameters: that is the same in every process of the suite, and no test
    changes it for another.
    """
    mark = item.get_closest_marker("turn")
    if mark is None:
        return False
    version, *sample = mark.args
    name = re.sub(r"\b3\.\d+\b", "", item.nodeid)
    return len(sample) > _LEAST and sample.index(version) == zlib.crc32(name.encode()) % len(sample)
