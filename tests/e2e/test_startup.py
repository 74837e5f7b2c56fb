"""Heavy libraries are loaded only by the subcommands that need them."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"libcst", "ast_grep_py", "rich", "tomlkit", "psutil", "memmon_runtime"}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["instrument", "--help"], ["report", "--help"]])
def test_help_is_light(arguments: list[str]) -> None:
    """Help and version load click and nothing heavy."""
    program = (
        "import sys, atexit\n"
        "atexit.register(lambda: print('LOADED', *sorted(sys.modules), file=sys.stderr))\n"
        "from memmon.__main__ import main\n"
        "sys.argv[0] = 'memmon'\n"
        "sys.exit(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0
    loaded = done.stderr.rpartition("LOADED")[2].split()
    assert HEAVY.isdisjoint(loaded)
