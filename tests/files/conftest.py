"""What the tests of files share: a folder with a script, and a way to ask memmon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = '''#!/usr/bin/env python3
"""机器人."""
import json


TEXT = "[1, 2]"


def load():
    config = json.loads(TEXT)
    return config


print(load())
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder with blanks, quotes and Chinese in its name."""
    path = tmp_path / "交易 bot's"
    path.mkdir()
    return path


@pytest.fixture
def script(folder: Path) -> Path:
    """A script in which the built-in catalogue finds one place."""
    path = folder / "bot.py"
    path.write_text(SCRIPT, encoding="utf-8")
    return path
