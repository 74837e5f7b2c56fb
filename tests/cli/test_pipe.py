"""`-`: one text from stdin to stdout, and no file anywhere."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from support.tool import listing, memmon

if TYPE_CHECKING:
    from pathlib import Path


def _piped(command: str, source: bytes, cwd: Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "memmon", command, "-", *options],
        cwd=cwd,
        input=source,
        capture_output=True,
        check=False,
    )


def test_there_and_back(script: Path) -> None:
    """What goes through instrument and restore comes out as it went in; what stands here is not touched."""
    source = script.read_bytes().replace(b"\n", b"\r\n")
    before = listing(script.parent)
    there = _piped("instrument", source, script.parent)
    assert there.returncode == 0
    assert b"__memmon__.before(" in there.stdout
    compile(there.stdout, "bot.py", "exec")
    back = _piped("restore", there.stdout, script.parent)
    assert (back.returncode, back.stdout) == (0, source)
    assert listing(script.parent) == before


def test_same_as_the_file(script: Path) -> None:
    """The text that comes out is what the file would become, configuration included."""
    (script.parent / "memmon.toml").write_text('[[hotspot]]\nname = "加载"\nmatch = "config = $X"\n', encoding="utf-8")
    piped = _piped("instrument", script.read_bytes(), script.parent)
    memmon("instrument", "bot.py", cwd=script.parent)
    assert piped.stdout == script.read_bytes()
    assert '"加载"'.encode() in piped.stdout


def test_what_is_instrumented_goes_through(script: Path) -> None:
    """Twice is once: a text that carries a preamble comes out as it is, with a word on stderr."""
    once = _piped("instrument", script.read_bytes(), script.parent).stdout
    twice = _piped("instrument", once, script.parent)
    assert (twice.returncode, twice.stdout) == (0, once)
    assert b"already" in twice.stderr


def test_nothing_to_restore(script: Path) -> None:
    """A text that carries nothing comes out as it is, and the exit code says "no"."""
    done = _piped("restore", script.read_bytes(), script.parent)
    assert (done.returncode, done.stdout) == (1, script.read_bytes())


def test_bad_text(tmp_path: Path) -> None:
    """A text that does not parse writes nothing to stdout."""
    done = _piped("instrument", b"x = (\n", tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"<stdin>:1" in done.stderr


def test_dry_run(script: Path) -> None:
    """A dry run of stdin prints its diff."""
    done = _piped("instrument", script.read_bytes(), script.parent, "--dry-run")
    assert done.returncode == 0
    assert done.stdout.startswith(b"--- a/<stdin>\n+++ b/<stdin>\n@@ ")
