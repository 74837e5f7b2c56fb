"""What would change in a configuration, as a diff."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from memmon.show.diff import paint, patch_names, unified

if TYPE_CHECKING:
    from pathlib import Path


def show_diff(path: Path, old: bytes, new: bytes) -> None:
    """Print it, coloured on a terminal, fit for patch elsewhere."""
    _, (name,) = patch_names([path.resolve()])
    lines = unified(old, new, name)
    if sys.stdout.isatty():
        paint(lines, "utf-8")
        return
    for line in lines:
        sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
