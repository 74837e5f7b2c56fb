"""The switches in the environment that both sides of `memmon run` heed."""

from __future__ import annotations

import os

_OFF = ("", "0", "false", "no", "off")
"""The values of a switch that turn off what it is for, as the runtime has them."""


def is_quiet() -> bool:
    """Whether nothing is to be said on stderr: ``MEMMON_QUIET=1``."""
    return os.environ.get("MEMMON_QUIET", "").lower() not in _OFF
