"""Whether what another memmon has left in a file or folder is older or newer than this one."""

from __future__ import annotations

import re

from memmon import __version__


def is_older(version: str) -> bool:
    """Whether ``version``, as a preamble or a copy of the runtime names it, came before this memmon's."""
    return _numbers(version) < _numbers(__version__)


def is_newer(version: str) -> bool:
    """Whether ``version`` came after this memmon's."""
    return _numbers(version) > _numbers(__version__)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d{1,9}", version))
