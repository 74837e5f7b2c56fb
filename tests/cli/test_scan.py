"""`memmon scan`: what may take memory in a file, and a configuration made of it."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from cli.scripts import SCRIPT
from support import terminal
from support.tool import memmon

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [(11, "loads a file"), (7, "read whole"), (12, "deep copy"), (10, "the whole program")]
"""What is loaded before what is copied before functions named like an entry."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the script."""
    (tmp_path / "bot.py").write_text(SCRIPT, encoding="utf-8")
    return tmp_path


def _rows(listing: str) -> list[list[str]]:
    """The columns of each row."""
    return [re.split(" {2,}", line.strip()) for line in listing.splitlines() if line.startswith("  ")]


def test_places_are_ranked(folder: Path) -> None:
    """The likeliest comes first, each with its line, why, what stands there and its function."""
    done = memmon("scan", "bot.py", cwd=folder)
    rows = _rows(done.stdout)
    assert (done.returncode, [(int(row[0]), row[1]) for row in rows]) == (0, ROWS)
    assert rows[0][2:] == ['settings = load("settings.json")', "in main"]
    assert done.stdout.startswith("bot.py: 4 places where memory may go\n")


def _with_many(folder: Path) -> Path:
    """A script with twenty files that are read, the first of them at three places; its text is Chinese."""
    lines = ["import json"]
    for n in (0, 0, *range(20)):
        lines += [
            f"with open('第{n}个文件') as f:",
            f"    第{n}个非常非常非常非常非常非常非常非常长的名字 = json.load(f)",
        ]
    path = folder / "机器人.py"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_fifteen_are_shown_and_all_on_demand(folder: Path) -> None:
    """One row for what is the same; --all has the rest, with every line."""
    name = _with_many(folder).name
    done = memmon("scan", name, cwd=folder)
    assert done.stdout.splitlines()[0] == f"{name}: the 15 likeliest of 20 places where memory may go"
    assert (len(_rows(done.stdout)), _rows(done.stdout)[0][1]) == (15, "×3")
    assert done.stdout.splitlines()[-1] == f"all of them: memmon scan --all {name}"
    everything = memmon("scan", "--all", name, cwd=folder).stdout
    assert len([row for row in _rows(everything) if row[0].isdecimal()]) == 20
    assert ["at 3, 5, 7"] in _rows(everything)


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_row_never_wraps(folder: Path, columns: int) -> None:
    """On a terminal each takes one line, wide characters counted as what they take; and nothing is coloured."""
    name = _with_many(folder).name
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": str(columns), "NO_COLOR": "1"}
    code, written = terminal.run([sys.executable, "-m", "memmon", "scan", name], cwd=folder, env=environment)
    rows = [line for line in written.split("\r\n") if line.startswith("  ")]
    assert (code, len(rows), "\x1b" in written) == (0, 15, False)
    assert max(map(cell_len, rows)) <= columns
    assert any("…" in row for row in rows) is (columns < 120)


def test_programs_get_json(folder: Path) -> None:
    """Every group with every place, the likeliest first."""
    name = _with_many(folder).name
    done = memmon("scan", "--json", name, cwd=folder)
    said = json.loads(done.stdout)
    assert (said["schema"], said["target"], len(said["groups"])) == ("memmon.scan/1", name, 20)
    assert [group["likeliest"] for group in said["groups"]] == [True] * 15 + [False] * 5
    assert [place["line"] for place in said["groups"][0]["places"]] == [3, 5, 7]
    assert {(group["reason"], place["placed"]) for group in said["groups"] for place in group["places"]} == {
        ("reads", True)
    }
    assert json.loads(memmon("scan", "--json", "bot.py", cwd=folder, LC_ALL="C").stdout)["groups"][0]["line"] == 11


def test_what_cannot_be_printed_moves_no_cursor(folder: Path) -> None:
    """A source may hold any character."""
    (folder / "odd.py").write_text('x = load_it("\x1b[2J\u202e")\n', encoding="utf-8")
    done = memmon("scan", "odd.py", cwd=folder)
    assert (done.returncode, "\x1b" in done.stdout, "\u202e" in done.stdout) == (0, False, False)
    assert "load_it" in done.stdout


def test_an_instrumented_file_is_seen_as_the_original(folder: Path) -> None:
    """Neither injected code nor moved lines show."""
    before = memmon("scan", "bot.py", cwd=folder).stdout
    memmon("instrument", "bot.py", cwd=folder)
    assert memmon("scan", "bot.py", cwd=folder).stdout == before


def test_nothing_found_is_a_no(folder: Path) -> None:
    """The exit code says so, and a message."""
    (folder / "quiet.py").write_text("print(1)\n", encoding="utf-8")
    done = memmon("scan", "quiet.py", cwd=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert "nothing in it looks like it takes memory" in done.stderr


@pytest.mark.parametrize(
    "source",
    [
        b"name = '\xe9'\n",
        "import json\n".encode("utf-16"),
        "import json\n".encode("utf-16-le"),
        *(f"# coding: {name}\nimport json\n".encode() for name in ("nowhere", "rot13", "idna", "utf-16")),
    ],
    ids=["latin-1", "UTF-16", "UTF-16 without a mark", "unknown", "rot13", "idna", "not as it says"],
)
def test_what_cannot_be_decoded_is_refused_as_by_instrument(folder: Path, source: bytes) -> None:
    """One message, the same as that of `instrument`, exit 2."""
    (folder / "bot.py").write_bytes(source)
    scanned, instrumented = (memmon(command, "bot.py", cwd=folder) for command in ("scan", "instrument"))
    assert (scanned.returncode, scanned.stdout, scanned.stderr.count("\n")) == (2, "", 1)
    assert scanned.stderr == instrumented.stderr
