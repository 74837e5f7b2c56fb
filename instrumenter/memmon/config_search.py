"""Where the configuration of a target may stand: in its folder or one above it, in one of two files.

The module is light, since `memmon run` asks it while the program waits to be started.
"""

# ruff: noqa: PTH113, PTH118, PTH120  # pathlib is not for the launcher's memory

from __future__ import annotations

import os

TYPE_CHECKING = False  # typing itself is too heavy for the launcher
if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = "pyproject.toml"
"""The file that others have a part in: it counts only where it has a table of memmon's."""


def candidates(folder: str) -> Iterator[str]:
    """The files that may hold the configuration of a target in *folder*: the first that does is the one.

    *folder* is an absolute path. What is behind the first ``memmon.toml`` can't matter, and is not listed.
    """
    while True:
        own, project = (os.path.join(folder, name) for name in ("memmon.toml", PROJECT))
        if os.path.isfile(own):
            yield own
            return
        if os.path.isfile(project):
            yield project
        above = os.path.dirname(folder)
        if above == folder:
            return
        folder = above
