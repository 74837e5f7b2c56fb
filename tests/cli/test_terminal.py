"""On a terminal: colours where they help, a progress display where it takes long."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from support import samples, terminal
from support.tool import memmon

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENT = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
ENVIRONMENT.pop("NO_COLOR", None)


def _on_terminal(folder: Path, *arguments: str, **variables: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "memmon", *arguments]
    return terminal.run(command, cwd=folder, env={**ENVIRONMENT, **variables})


def test_diff_in_colours(script: Path) -> None:
    """Added lines are green on a terminal."""
    code, output = _on_terminal(script.parent, "instrument", "--dry-run", "bot.py")
    assert code == 0
    assert '\x1b[32m+    __memmon__.before("json.loads", 8)' in output


def test_no_color(script: Path) -> None:
    """NO_COLOR is honoured."""
    _, output = _on_terminal(script.parent, "instrument", "--dry-run", "bot.py", NO_COLOR="1")
    assert "+    __memmon__.before(" in output
    assert "\x1b[32m" not in output


def test_diff_in_the_encoding_of_the_source(tmp_path: Path) -> None:
    """A GBK source is readable on a UTF-8 terminal."""
    (tmp_path / "m.py").write_bytes("# coding: gbk\n# 内存\nx = 1\n".encode("gbk"))
    _, output = _on_terminal(tmp_path, "instrument", "--dry-run", "m.py")
    assert "内存" in output


FORGING = "\x9b1;1H\u202e\u200f\u200e\u061c"
"""What moves the cursor, and what turns the direction of writing, as TOML has them too."""


@pytest.mark.parametrize("arguments", [("instrument", "--dry-run", "bot.py"), ("init", "bot.py")])
def test_a_diff_moves_no_cursor(script: Path, arguments: tuple[str, ...]) -> None:
    """Of a source as of a configuration; where it is piped, its bytes are what patch needs."""
    script.write_text(f"import json  # {FORGING}\n{script.read_text(encoding='utf-8')}", encoding="utf-8")
    (script.parent / "memmon.toml").write_text(f"# {FORGING}\n", encoding="utf-8")
    _, output = _on_terminal(script.parent, *arguments, NO_COLOR="1")
    assert not set("\x9b\u202e\u200f\u200e\u061c") & set(output)
    assert "\\x9b1;1H\\u202e\\u200f\\u200e\\u061c" in output
    assert FORGING in memmon(*arguments, cwd=script.parent).stdout


def test_empty_diff(script: Path) -> None:
    """Nothing to show is exit 1 on a terminal too."""
    _on_terminal(script.parent, "instrument", "bot.py")
    code, output = _on_terminal(script.parent, "instrument", "--dry-run", "bot.py")
    assert code == 1
    assert "nothing would change" in output


def test_progress_of_large_files(tmp_path: Path) -> None:
    """Several large files show how far it is, and the display is gone at the end."""
    large = samples.make_large(tmp_path).read_bytes()
    (tmp_path / "memmon.toml").unlink()
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_bytes(large)
    code, output = _on_terminal(tmp_path, "instrument", "a.py", "b.py")
    assert code == 0
    assert "0 of 2 files" in output
    assert "a.py: " in output.rpartition("of 2 files")[2]


def test_no_progress_for_small_ones(script: Path) -> None:
    """What takes no time shows no display."""
    (script.parent / "b.py").write_bytes(script.read_bytes())
    _, output = _on_terminal(script.parent, "instrument", "bot.py", "b.py")
    assert "of 2 files" not in output
    assert "\x1b[" not in output
