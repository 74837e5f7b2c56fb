"""What the tests of files share: a folder with a script, and a way to ask memmon."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

import pytest

from support.tool import memmon

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

_PR_CAPBSET_DROP = 24
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2

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


def _obey_permissions() -> None:
    """Root may read and write everything; take that away from the process that is about to start."""
    for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
        ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


@pytest.fixture
def as_user() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs memmon in a folder as somebody who is subject to permissions, though the tests may run as root."""

    def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        return memmon(*arguments, cwd=cwd, prepare=_obey_permissions)

    return run
