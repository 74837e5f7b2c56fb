"""Marks for tests that need something this machine may not have; each skip says what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support import cgroup, interpreters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _pytest.mark import ParameterSet

needs_cgroup = pytest.mark.skipif(not cgroup.available(), reason=cgroup.reason())


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
    """
    here = interpreters.found()
    sample = sample or (versions[0], interpreters.OWN, versions[-1])
    parameters = []
    for version in versions:
        marks = [] if version in sample else [full]
        if version not in here:
            marks.append(pytest.mark.skip(f"no Python {version} on this machine"))
        parameters.append(pytest.param(here.get(version), id=version, marks=marks))
    return parameters
