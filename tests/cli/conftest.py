"""What the tests of the command line share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = '''"""机器人."""
import json

TEXT = "[1, 2]"


def load():
    config = json.loads(TEXT)
    return config


print(load())
'''


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A script in which the built-in catalogue finds one place."""
    path = tmp_path / "bot.py"
    path.write_text(SCRIPT, encoding="utf-8")
    return path
