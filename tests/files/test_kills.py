"""A kill at any moment leaves whole files and a way back, and no later command stumbles over what it left."""

from __future__ import annotations

import itertools
import json
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.marks import full
from support.tool import listing, memmon

if TYPE_CHECKING:
    from collections.abc import Iterator

KILLER = Path(__file__).with_name("killer.py")
BACKUP = "bot.py.monitor_backup"

Run = Callable[..., int]


@pytest.fixture
def run() -> Iterator[Run]:
    """Run a memmon command in a folder, killed at a point, after some seconds, or not; -9 is "killed"."""
    with subprocess.Popen(
        [sys.executable, KILLER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as server:
        assert server.stdin
        assert server.stdout

        def run(folder: Path, *arguments: str, when: float | None = None, by: int = signal.SIGKILL) -> int:
            print(json.dumps([str(folder), arguments, when, by]), file=server.stdin, flush=True)
            return int(server.stdout.readline())  # type: ignore[union-attr]

        yield run
        server.stdin.close()


def _killed(
    run: Run, folder: Path, *arguments: str, step: int = 1, by: int = signal.SIGKILL, ends: int = -signal.SIGKILL
) -> Iterator[Path]:
    """What is left of a copy of ``folder`` by a command that is killed, at every ``step``-th of its points.

    ``ends`` is the exit code by which it is known that it was.
    """
    for point in itertools.count(0, step):
        left = folder.with_name(f"left {point}")
        shutil.copytree(folder, left, symlinks=True)
        code = run(left, *arguments, when=point, by=by)
        yield left
        shutil.rmtree(left)
        if code != ends:
            assert code == 0
            assert point > 15
            return


def _both(folder: Path, script: Path, *options: str) -> tuple[bytes, bytes]:
    """The original and the instrumented text of a script."""
    original = script.read_bytes()
    memmon("instrument", script.name, *options, cwd=folder)
    instrumented = script.read_bytes()
    memmon("restore", script.name, cwd=folder)
    return original, instrumented


def test_instrument_killed_at_every_point(folder: Path, script: Path, run: Run) -> None:
    """The target is the original or the instrumented file; the original is always there; restore gives it back."""
    script.chmod(0o754)
    before = listing(folder)
    original, instrumented = _both(folder, script, "--runtime", "installed")
    seen = set()
    for number, left in enumerate(_killed(run, folder, "instrument", "bot.py", "--runtime", "installed")):
        now, kept = (left / "bot.py").read_bytes(), left / BACKUP
        assert now in (original, instrumented)
        assert kept.read_bytes() == original if kept.exists() else now == original
        seen.add((now == original, kept.exists()))
        if number % 2:  # the user may try again, or give up
            assert run(left, "instrument", "bot.py", "--runtime", "installed") == 0
            assert (left / "bot.py").read_bytes() == instrumented
        assert run(left, "restore") == 0
        assert listing(left) == before
        assert run(left, "status") == 0
    assert seen == {(True, False), (True, True), (False, True)}


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("step", [5, pytest.param(1, marks=full)])
def test_interrupted(folder: Path, script: Path, run: Run, step: int, by: int) -> None:
    """A signal that can be handled is heeded, and nothing has changed then: two targets, wherever it comes."""
    (folder / "other.py").write_bytes(script.read_bytes())
    before = listing(folder)
    arguments = ("instrument", "bot.py", "other.py", "--runtime", "installed")
    ends = 130 if by == signal.SIGINT else -by
    for number, left in enumerate(_killed(run, folder, *arguments, step=step, by=by, ends=ends)):
        # The last one came too late, and all is done.
        if {path.name for path in left.iterdir()} != {"bot.py", "other.py"}:
            assert number > 2
            assert run(left, "restore") == 0
        assert listing(left) == before


@pytest.mark.slow
@pytest.mark.parametrize("step", [37, pytest.param(1, marks=full)])
def test_copy_of_the_runtime_killed(folder: Path, script: Path, run: Run, step: int) -> None:
    """The runtime stands there whole or not at all, and before anything needs it; restore takes it away."""
    before = listing(folder)
    original, _ = _both(folder, script)
    seen = set()
    for left in _killed(run, folder, "instrument", "bot.py", step=step):
        runtime = left / "memmon_runtime"
        assert not runtime.exists() or (runtime / ".copied_by_memmon").exists()
        instrumented = (left / "bot.py").read_bytes() != original
        seen.add((runtime.exists(), instrumented))
        assert run(left, "restore") == 0
        assert listing(left) == before
    assert seen == {(False, False), (True, False), (True, True)}


@pytest.mark.slow
@pytest.mark.parametrize("step", [13, pytest.param(1, marks=full)])
def test_restore_killed(folder: Path, script: Path, run: Run, step: int) -> None:
    """The target is the instrumented or the original file; a second restore ends what the first began."""
    before = listing(folder)
    original, instrumented = _both(folder, script)
    memmon("instrument", "bot.py", cwd=folder)
    for left in _killed(run, folder, "restore", step=step):
        now = (left / "bot.py").read_bytes()
        assert now == original or (now, (left / BACKUP).read_bytes()) == (instrumented, original)
        assert run(left, "restore") == 0
        assert listing(left) == before


def test_restore_of_an_edited_file_killed_at_every_point(folder: Path, script: Path, run: Run) -> None:
    """The edits are there after every kill: in the instrumented file or in the restored one."""
    original = script.read_bytes()
    memmon("instrument", "bot.py", "--runtime", "installed", cwd=folder)
    script.write_bytes(script.read_bytes() + b"# mine\n")
    edited = script.read_bytes()
    for left in _killed(run, folder, "restore", "bot.py"):
        now = (left / "bot.py").read_bytes()
        assert now in (edited, original + b"# mine\n")
        assert now != edited or (left / BACKUP).read_bytes() in (original, original + b"# mine\n")
        assert run(left, "restore") == 0
        assert set(listing(left)) == {"bot.py"}
        assert (left / "bot.py").read_bytes() == original + b"# mine\n"
        assert run(left, "status") == 0


@pytest.mark.parametrize("backup", [True, False], ids=["", "backup lost"])
def test_renewal_killed_at_every_point(folder: Path, script: Path, run: Run, *, backup: bool) -> None:
    """The target is what an older memmon made of it or what this one does; restore gives the original back."""
    original = script.read_bytes()
    memmon("instrument", "bot.py", "--runtime", "installed", cwd=folder)
    renewed = script.read_bytes()
    old = re.sub(rb">>> memmon \S+ >>>", b">>> memmon 0.0.1 >>>", renewed)
    script.write_bytes(old)
    if not backup:
        (folder / BACKUP).unlink()
    seen = set()
    for left in _killed(run, folder, "instrument", "bot.py", "--runtime", "installed"):
        now, kept = (left / "bot.py").read_bytes(), left / BACKUP
        assert now in (old, renewed)
        assert kept.read_bytes() == original if kept.exists() else (now, backup) == (old, False)
        seen.add((now == renewed, kept.exists()))
        assert run(left, "restore", "bot.py") == 0
        assert (left / "bot.py").read_bytes() == original
        assert set(listing(left)) == {"bot.py"}
    assert seen == {(False, backup), (False, True), (True, True)}


@pytest.mark.slow
@pytest.mark.parametrize("kills", [15, pytest.param(200, marks=full)])
def test_instrument_killed_at_random(folder: Path, script: Path, run: Run, kills: int) -> None:
    """Commands killed by the clock, at random."""
    chance = random.Random(20260101)
    before = listing(folder)
    original, instrumented = _both(folder, script)
    began = time.monotonic()
    run(folder, "instrument", "bot.py")
    longest = 1.5 * (time.monotonic() - began)
    run(folder, "restore")
    for _ in range(kills):
        run(folder, "instrument", "bot.py", when=chance.uniform(0, longest))
        now, kept = script.read_bytes(), folder / BACKUP
        assert now in (original, instrumented)
        assert kept.read_bytes() == original if kept.exists() else now == original
        assert run(folder, "restore") == 0
        assert listing(folder) == before


def test_several_at_once(folder: Path, script: Path) -> None:
    """Commands on one file at the same time take turns: one instruments it, the others say that it was done."""
    before, original = listing(folder), script.read_bytes()
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "memmon", "instrument", "bot.py"],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        for _ in range(6)
    ]
    messages = [process.communicate()[0] for process in processes]
    assert sum("placed" in message for message in messages) == 1
    for process, message in zip(processes, messages, strict=True):
        assert process.returncode == 0 or "run the command again" in message
    assert (folder / BACKUP).read_bytes() == original
    assert memmon("restore", cwd=folder).returncode == 0
    assert listing(folder) == before


def test_runtime_is_there_after_a_race(folder: Path, script: Path) -> None:
    """A file that is instrumented while another is restored does not lose the runtime that both share."""
    (folder / "b.py").write_bytes(script.read_bytes())
    names = ["bot.py", "b.py"]
    memmon("instrument", names[0], cwd=folder)
    for number in range(6):
        old, new = names[number % 2], names[(number + 1) % 2]
        processes = [
            subprocess.Popen([sys.executable, "-m", "memmon", command, name], cwd=folder, stderr=subprocess.DEVNULL)
            for command, name in (("instrument", new), ("restore", old))
        ]
        assert [process.wait() for process in processes] == [0, 0]
        assert (folder / "memmon_runtime" / "__init__.py").exists()
    memmon("restore", cwd=folder)
    assert {path.name for path in folder.iterdir()} == set(names)


def test_instrument_and_restore_at_once(folder: Path, script: Path) -> None:
    """Whatever order they come in, the end is one of the two files, whole, and one restore away from the start."""
    before, original = listing(folder), script.read_bytes()
    for _ in range(3):
        processes = [
            subprocess.Popen([sys.executable, "-m", "memmon", command, "bot.py"], cwd=folder, stderr=subprocess.DEVNULL)
            for command in ("instrument", "restore", "instrument", "restore")
        ]
        for process in processes:
            process.wait()
        assert script.read_bytes() == original or (folder / BACKUP).read_bytes() == original
        assert memmon("restore", cwd=folder).returncode == 0
        assert listing(folder) == before
