"""What the end-to-end tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder with a name that only careful programs survive."""
    path = tmp_path / "交易 bot's ds"
    path.mkdir()
    return path
