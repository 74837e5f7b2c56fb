"""`memmon learn`: which levels follow from good runs, and what becomes of the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from across.runs import run
from memmon.across.normal import normal_of
from memmon.config_writing import with_levels
from memmon.errors import ConfigError
from support.tool import memmon

if TYPE_CHECKING:
    from pathlib import Path

BEFORE = """\
# the bot's places

[memmon]
warning  = "80%"   # of the limit

[[hotspot]]
name   = "load"   # once a day
match  = "rows = load($$$)"
normal = "20MB"                              # growth that is fine …
alarm  = "100MB"                             # … and growth that is not

# about the next one
[[hotspot]]
name = "other"
function = "other_*"   # only these

# the end
"""
AFTER = """\
# the bot's places

[memmon]
warning  = "80%"   # of the limit

[[hotspot]]
name   = "load"   # once a day
match  = "rows = load($$$)"
normal = "220MB"                              # growth that is fine …
alarm  = "440MB"                             # … and growth that is not

# about the next one
[[hotspot]]
name = "other"
function = "other_*"   # only these
normal = "55MB"
alarm = "110MB"

# the end
"""


@pytest.mark.parametrize(
    ("largest", "normal", "alarm"),
    [
        ((100,), 110, 220),  # a tenth beyond the only one
        ((80, 100), 120, 240),  # as far beyond the highest as they lie apart
        ((95, 100, 99), 110, 220),  # which is less than a tenth here
        ((0.0,), 1, 11),  # less than 1 MB is nobody's doing
        ((-5, 4), 8, 18),  # what fell grew by nothing; 10 MB more at the least
        ((12.3,), 14, 28),  # 13.53 to whole MB
        ((1234,), 1400, 2800),  # 1357.4 to two digits
    ],
)
def test_what_is_normal_and_what_is_alarming(largest: tuple[float, ...], normal: float, alarm: float) -> None:
    """By the rule that `memmon learn --help` tells."""
    found = normal_of(largest)
    assert (found.normal_mb, found.alarm_mb) == (normal, alarm)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program with a configuration, and two good runs in a folder beside it."""
    (tmp_path / "memmon.toml").write_text(BEFORE, encoding="utf-8")
    program = tmp_path / "bot.py"
    program.write_text("pass\n", encoding="utf-8")
    for number, mb in enumerate((180, 200)):
        run(tmp_path / "good", mb, target=str(program), number=number)
    run(tmp_path / "good", 50, name="other", function="other_one", target=str(program), number=2)
    run(tmp_path / "good", 900, name="other", function="main", target=str(program), number=3)
    return program


def test_the_diff_comes_first_and_all_else_stays(program: Path) -> None:
    """Comments, order, spacing and links stay; a second time there is nothing left to do."""
    folder = program.parent
    real = folder / "real.toml"
    (folder / "memmon.toml").rename(real)
    (folder / "memmon.toml").symlink_to(real)
    shown = memmon("learn", "good", cwd=folder)
    assert (shown.returncode, real.read_text(encoding="utf-8")) == (0, BEFORE)
    changed = [line for line in shown.stdout.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    assert [line[0] for line in changed] == ["-", "-", "+", "+", "+", "+"]
    written = memmon("learn", "good", "--write", cwd=folder)
    assert (written.returncode, written.stdout) == (0, shown.stdout)
    assert (real.read_text(encoding="utf-8"), (folder / "memmon.toml").is_symlink()) == (AFTER, True)
    again = memmon("learn", "good", "--write", cwd=folder)
    assert (again.returncode, again.stdout) == (0, "")
    assert "has the levels of these runs already" in again.stderr


def test_who_died_teaches_nothing(program: Path) -> None:
    """It is left out, which is said; where nobody else is left, that is refused."""
    killed = run(program.parent / "good", 700, ends=False, target=str(program), number=4)
    done = memmon("learn", "good", cwd=program.parent)
    assert (done.returncode, '+normal = "220MB"' in done.stdout) == (0, True)
    assert f"{killed}: left out, since it did not come to its end\n" in done.stderr
    alone = memmon("learn", killed, cwd=program.parent)
    assert (alone.returncode, alone.stdout) == (2, "")
    assert "no good run among these" in alone.stderr


def test_without_a_configuration_it_says_what_to_do(program: Path) -> None:
    """Exit 2."""
    (program.parent / "memmon.toml").unlink()
    done = memmon("learn", "good", cwd=program.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert "`memmon init` writes one" in done.stderr


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'[[hotspot]]\r\nname = "a"\r\nline = 3\r\n', b'[[hotspot]]\r\nname = "a"\r\nline = 3\r\nnormal = "1MB"\r\n'),
        (
            b'\xef\xbb\xbf[[hotspot]]\nname = "a"\nline = 3',
            b'\xef\xbb\xbf[[hotspot]]\nname = "a"\nline = 3\nnormal = "1MB"\n',
        ),
        (b'hotspot = [{ name = "a", line = 3 }]\n', b'hotspot = [{ name = "a", line = 3, normal = "1MB" }]\n'),
    ],
    ids=["CRLF", "a mark, and no end", "inline"],
)
def test_other_ways_to_write_it(before: bytes, after: bytes) -> None:
    """Line ends, a byte order mark and inline tables stay what they are."""
    assert with_levels(before, "memmon.toml", {0: {"normal": "1MB"}}, in_project=False) == after


INTERLEAVED = b"""\
[[hotspot]]
name = "a"
line = 3

# general, do not touch
[memmon]
interval = 1.0

# the other
[[hotspot]]
name = "b"
line = 4
"""


@pytest.mark.parametrize("source", [INTERLEAVED, b'[[hotspot]]\rname = "a"\rline = 3\r'], ids=["interleaved", "CR"])
def test_what_would_be_moved_is_refused(program: Path, source: bytes) -> None:
    """Where comments would get to other tables, or lines end in a way of old, it stays as it is: a sentence, exit 2."""
    with pytest.raises(ConfigError, match="change it by hand"):
        with_levels(source, "memmon.toml", {0: {"normal": "1MB"}}, in_project=False)
    written = program.parent / "memmon.toml"
    written.write_bytes(source.replace(b'"a"', b'"load"'))
    before = written.read_bytes()
    done = memmon("learn", "good", "--write", cwd=program.parent)
    assert (done.returncode, written.read_bytes(), done.stdout) == (2, before, "")
    assert done.stderr.endswith("change it by hand\n")


def test_a_project_has_its_table_changed_alone() -> None:
    """What other tools have in it stays."""
    before = b'[tool.memmon]\nkeep = "all"\n[[tool.memmon.hotspot]]\nname = "a"\nline = 3\n\n[tool.ruff]\nx = 1\n'
    made = with_levels(before, "pyproject.toml", {0: {"normal": "1MB"}}, in_project=True)
    assert made == before.replace(b"line = 3\n", b'line = 3\nnormal = "1MB"\n')
