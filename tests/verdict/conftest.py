"""Logs to read, and what is concluded from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from memmon.verdict.investigate import investigate
from verdict import handwritten

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from memmon.verdict.model import Verdict


@pytest.fixture
def log(tmp_path: Path) -> Callable[..., Path]:
    """Write a log of these parts and return its path."""

    def write(*parts: str, name: str = "memory_monitor_20261122_103048.log") -> Path:
        return handwritten.write(tmp_path / name, "".join(parts))

    return write


@pytest.fixture
def verdict(log: Callable[..., Path]) -> Callable[..., Verdict]:
    """The verdict on a log of these parts."""

    def conclude(*parts: str) -> Verdict:
        return investigate(str(log(*parts)))

    return conclude
