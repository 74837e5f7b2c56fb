"""A source that takes more memory than there is: memmon refuses it in time, and nobody is killed."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

import pytest

from support.tool import listing, memmon

if TYPE_CHECKING:
    from pathlib import Path

DATA = b"data = [\n" + b"1, 2, 3, 4, 5, 6, 7, 8,\n" * 60_000 + b"]\n"
"""A megabyte and a half that takes some hundred megabytes to compile."""
FORMATTED = b"print(f'{name} is {price:>10} of {limit!r}')\n" * 32_000
"""As much, all in f-strings."""
LEAST_MB = 300


def _with_little() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (LEAST_MB << 20, LEAST_MB << 20))


@pytest.mark.parametrize(
    ("command", "source"),
    [("instrument", DATA), ("scan", DATA), ("instrument", FORMATTED)],
    ids=["instrument", "scan", "f-strings"],
)
def test_it_is_refused_in_one_message(tmp_path: Path, command: str, source: bytes) -> None:
    """It says what it takes, what there is and what to do, and changes nothing; a small one beside it is fine."""
    (tmp_path / "data.py").write_bytes(source)
    (tmp_path / "bot.py").write_bytes(b"def main():\n    return open('x').read()\n")
    before = listing(tmp_path)
    done = memmon(command, "data.py", cwd=tmp_path, prepare=_with_little)
    assert (done.returncode, done.stdout) == (2, "")
    (message,) = done.stderr.splitlines()
    assert message.startswith("memmon: error: data.py: has 1.4 MB of Python, which takes about ")
    assert message.endswith("memmon_runtime")
    assert listing(tmp_path) == before
    assert memmon(command, "bot.py", cwd=tmp_path, prepare=_with_little).returncode == 0
