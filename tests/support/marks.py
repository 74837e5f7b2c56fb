"""Marks for tests that need something this machine may not have; each skip says what."""

from __future__ import annotations

import pytest

from support import cgroup, interpreters

needs_cgroup = pytest.mark.skipif(not cgroup.available(), reason=cgroup.reason())


def each_python(versions: tuple[str, ...]) -> pytest.MarkDecorator:
    """Parametrise ``python`` over these versions' interpreters; one that is missing is a visible skip."""
    here = interpreters.found()
    return pytest.mark.parametrize(
        "python",
        [
            pytest.param(here[version], id=version)
            if version in here
            else pytest.param(None, id=version, marks=pytest.mark.skip(f"no Python {version} on this machine"))
            for version in versions
        ],
    )
