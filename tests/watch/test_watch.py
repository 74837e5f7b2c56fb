"""`memmon watch` on a real terminal, beside a program that the kernel kills in the end."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from support import cgroup, marks
from support.tool import memmon, plain_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LEAK = """
import time
from pathlib import Path
kept = []
def consume_events():
    while True:
        kept.append(b"x" * (1_000_000 if Path("go").exists() else 20_000))
        time.sleep(0.05)
consume_events()
"""
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]")
LONGEST = 60


class Terminal:
    """A command on a terminal of its own, to be looked at and typed to."""

    def __init__(self, folder: Path, *words: str) -> None:
        """Start `memmon WORDS` there."""
        self._ours, theirs = pty.openpty()
        environment = plain_environment(LC_ALL="C.UTF-8", TERM="xterm", COLUMNS="80", LINES="24", NO_COLOR="1")
        command = [sys.executable, "-m", "memmon", *words]
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=environment, start_new_session=True
        )
        os.close(theirs)
        self._written = ""

    def type(self, keys: str) -> None:
        """Press keys; what was on the screen before counts no more."""
        self._written = ""
        os.write(self._ours, keys.encode())

    def until(self, seen: Callable[[str], object]) -> str:
        """What has been written since, once ``seen`` is true of it, or the command has ended."""
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            if select.select([self._ours], [], [], 0.1)[0]:
                try:
                    self._written += os.read(self._ours, 65536).decode("utf-8", "replace")
                except OSError:  # the terminal's last writer is gone
                    break
            elif seen(self.text):
                break
        return self.text

    @property
    def text(self) -> str:
        """Without what moves the cursor."""
        return ESCAPES.sub("", self._written).replace("\r\n", "\n")

    def close(self) -> None:
        """Let go of it."""
        self.process.kill()
        self.process.wait()
        os.close(self._ours)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """The folder and the number of a program that leaks slowly, and fast once there is a file called ``go``."""
    (tmp_path / "bot.py").write_text(LEAK, encoding="utf-8")
    (tmp_path / "memmon.toml").write_text('[memmon]\nlanguage = "en"\n', encoding="utf-8")
    memmon("instrument", "bot.py", "--runtime", "installed", cwd=tmp_path)
    with cgroup.limited(100) as group:
        program = subprocess.Popen(group.wrap([sys.executable, "bot.py"]), cwd=tmp_path, env=plain_environment())
        end = time.monotonic() + LONGEST
        while not any("at=" in log.read_text(encoding="utf-8") for log in tmp_path.glob("memory_monitor_*.log")):
            assert program.poll() is None
            assert time.monotonic() < end
            time.sleep(0.1)
        try:
            yield tmp_path, program.pid
        finally:
            program.kill()
            program.wait()


@marks.needs_cgroup
def test_a_program_is_watched_to_its_end(running: tuple[Path, int]) -> None:
    """Its process, line and limit; keys are heeded; the report on its kill comes, and no run goes on any more."""
    folder, pid = running
    terminal = Terminal(folder, "watch")
    try:
        first = terminal.until(lambda text: "grew" in text or f"{pid}" in text)
        assert f"bot.py · process {pid} · 0:00:" in first
        assert " MB of 100 MB (" in first
        assert "where it is" in first
        terminal.type("s")
        assert re.search(r"> +\d+ +(kept\.append|time\.sleep)", terminal.until(lambda text: "time.sleep" in text))
        terminal.type("p")
        assert "paused" in terminal.until(lambda text: "paused" in text)
        terminal.type("p")
        (folder / "go").touch()
        last = terminal.until(lambda text: "--full" in text)
        assert "KILLED for want of memory" in last
        assert "bot.py:7" in last
        assert terminal.process.wait() == 1
    finally:
        terminal.close()
    over = Terminal(folder, "watch")
    try:
        assert "no run is going on here" in over.until(lambda text: "going on" in text)
        assert over.process.wait() == 2
    finally:
        over.close()


@marks.needs_cgroup
def test_somebody_has_seen_enough(running: tuple[Path, int]) -> None:
    """By q, of a process that is named: the program goes on, and the terminal is as before."""
    folder, pid = running
    terminal = Terminal(folder, "watch", str(pid))
    try:
        terminal.until(lambda text: str(pid) in text)
        terminal.type("q")
        assert terminal.process.wait(LONGEST) == 0
        os.kill(pid, 0)
    finally:
        terminal.close()


def test_without_a_terminal_or_a_run(tmp_path: Path) -> None:
    """Both are refused in a sentence that says what to do."""
    refused = memmon("watch", cwd=tmp_path)
    assert (refused.returncode, "needs a terminal" in refused.stderr) == (2, True)
    terminal = Terminal(tmp_path, "watch")
    try:
        assert "there is no run log" in terminal.until(lambda text: "log" in text)
        assert terminal.process.wait(LONGEST) == 2
    finally:
        terminal.close()
