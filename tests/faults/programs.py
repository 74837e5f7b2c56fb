"""Programs that the runtime starts in: whether what they do is what they do without it, whatever fails there.

Each is run by itself, and under each signal at each of its own calls; that gives all that may come of it. Then the
same is done with memmon in it, at each call from the first of memmon's on.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from faults.tracing import SECONDS, SIGNALS, TRACED, Point, can_fail, points

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from faults.command_server import Commands

PROGRAM = '''#!/usr/bin/env python3
"""doc"""
import sys, time


def load(file):
    file.write("loaded\\n")
    file.flush()


def main():
    print("begun", flush=True)
    with open("mine.txt", "w") as file:
        load(file)
        time.sleep(PAUSE)
    print("ended", flush=True)


try:
    main()
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.exit(3)
'''
CONFIG = '[[hotspot]]\nname = "load"\nfunction = "load"\n'
_OWN = ("memory_monitor", "memmon", "/proc/", "/sys/", "/cache")
"""What a call of memmon's has to do with; the program has nothing to do with any of it."""
SIGNALLED = 128
"""A shell's exit code above which a signal has ended the program."""


@dataclass(frozen=True)
class Outcome:
    """What a program did."""

    code: int
    stdout: str
    file: str | None


@dataclass(frozen=True)
class Done:
    """How one start of it went."""

    outcome: Outcome
    stderr: str


class Program:
    """The program by itself, and what else starts it."""

    name = "plain"
    pause = 0.0
    """Seconds that it waits before it ends."""
    most_messages = 1
    """So many lines may be on stderr that are memmon's, where something of its own fails."""
    may_speak = False
    """Whether somebody has something to say on stderr of a program that was ended by a signal."""

    def __init__(self, commands: Commands, place: Path) -> None:
        """Work in the folder ``place``."""
        self.commands = commands
        self.folder, self.prepared = place / "bot", place / "prepared"
        self.trace, self.cache = place / "trace", place / "cache"
        self.plain: dict[str, set[Outcome]] = {}
        """By fault what may come of it; found out when it is first asked for."""
        self.normal = Outcome(0, "begun\nended\n", "loaded\n")
        """What comes of it where nothing fails."""
        self.end = 0
        """The place of the program's last own call in the trace."""

    @property
    def program(self) -> str:
        """The program's text."""
        return PROGRAM.replace("PAUSE", str(self.pause))

    # -- what is different in each way to start it

    def prepare(self) -> None:
        """Lay down what is run; memmon is put into it here."""

    def command(self, options: Sequence[str]) -> list[str]:
        """The command line, under strace with these options."""
        return ["strace", "-qq", *options, sys.executable, "bot.py"]

    def is_first(self, point: Point) -> bool:
        """Whether points are tried from here on."""
        return "bot.py" in point.line and point.call.startswith(("open", "read"))

    def last_place(self, found: list[Point]) -> int:
        """The place of the call after which the program may end as if there had been no signal."""
        return next(point.place for point in found if point.call == "write" and "ended" in point.line)

    def may_come(self, fault: str) -> set[Outcome]:
        """What may come of it under a signal."""
        if not self.plain:
            self._try_plain()
        return self.plain[fault]

    # -- what is the same

    def points(self) -> list[Point]:
        """The calls from the first of memmon's on."""
        self._lay_down()
        self.prepare()
        self.reset()
        done = self._run((*TRACED, "-o", str(self.trace)))
        found = list(points(self.trace))
        assert done.outcome == self.normal, done
        first = next(point.place for point in found if self.is_first(point))
        self.end = self.last_place(found)
        return [point for point in found if point.place >= first]

    def suits(self, point: Point, fault: str) -> bool:
        """Signals come at any call, errors at memmon's alone; neither where Python reads the script.

        It loses a signal while it finds out whether the script is an archive, and can't do without it.
        """
        is_own = any(word in point.line for word in _OWN)
        return "bot.py" not in point.line and can_fail(point, fault) and (is_own or fault.startswith("signal="))

    def wrong_at(self, point: Point, fault: str) -> list[str]:
        """What is not as without memmon."""
        self.reset()
        try:
            done = self._run(point.inject(fault))
        except subprocess.TimeoutExpired:
            return ["it hung"]
        if fault.startswith("error="):
            return self._wrong_by_error(done)
        return [*self._wrong_by_signal(point, fault, done), *self._wrong_report(done.outcome)]

    def _wrong_by_error(self, done: Done) -> list[str]:
        found = [] if done.outcome == self.normal else [f"it came to {done.outcome}"]
        messages = done.stderr.splitlines()
        if len(messages) > self.most_messages or not all(line.startswith("memmon: ") for line in messages):
            found.append(f"on stderr is {done.stderr[-300:]!r}")
        return found

    def _wrong_by_signal(self, point: Point, fault: str, done: Done) -> list[str]:
        found = []
        is_whole = (done.outcome.stdout, done.outcome.file) == (self.normal.stdout, self.normal.file)
        if done.outcome == self.normal and point.place < self.end:
            found.append("the signal came to nothing")
        elif done.outcome not in self.may_come(fault) and not (is_whole and point.place >= self.end):
            found.append(f"it came to {done.outcome}")
        if "Traceback" in done.stderr and fault != "signal=INT":
            found.append(f"on stderr is {done.stderr[-300:]!r}")
        if done.stderr and not self.may_speak and fault != "signal=INT":
            found.append(f"on stderr is {done.stderr[-300:]!r}")
        return found

    def _wrong_report(self, outcome: Outcome) -> list[str]:
        """What is wrong with a report on it: 2 where there is no log, 0 where it has ended well."""
        log = next(self.folder.glob("memory_monitor_*.log"), None)
        code = self.commands.run(self.folder, ("report",))
        stderr = (self.folder.parent / "stderr").read_text(encoding="utf-8")
        was_ended = not 0 <= outcome.code <= SIGNALLED and outcome.stdout != self.normal.stdout
        allowed = {2} if log is None else {1} if was_ended else {0, 1}
        if code in allowed or (code == 2 and log and not log.stat().st_size):
            return []
        return [f"report ends with {code} and {stderr[-300:]!r}"]

    def _lay_down(self) -> None:
        shutil.rmtree(self.prepared, ignore_errors=True)
        self.prepared.mkdir()
        (self.prepared / "bot.py").write_text(self.program, encoding="utf-8")
        (self.prepared / "memmon.toml").write_text(CONFIG, encoding="utf-8")

    def _try_plain(self) -> None:
        """Find out what may come of the program by itself."""
        alone = self.folder.with_name("alone")

        def run(options: Sequence[str]) -> Outcome:
            shutil.rmtree(alone, ignore_errors=True)
            alone.mkdir()
            (alone / "bot.py").write_text(self.program, encoding="utf-8")
            return self.run(["strace", "-qq", *options, sys.executable, "bot.py"], alone).outcome

        assert run((*TRACED, "-o", str(self.trace))) == self.normal
        found = list(points(self.trace))
        first = next(point.place for point in found if "bot.py" in point.line and point.call == "openat")
        for name in SIGNALS:
            fault = f"signal={name}"
            self.plain[fault] = {run(point.inject(fault)) for point in found if point.place >= first}

    def _run(self, options: Sequence[str]) -> Done:
        return self.run(self.command(options), self.folder)

    def reset(self) -> None:
        """Lay out the folder anew as it was prepared."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.prepared, self.folder, symlinks=True)

    def run(self, command: Sequence[str], folder: Path) -> Done:
        """Start a command in a folder, and wait for the end of all that has its output."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MEMMON"))}
        environment = {
            **kept, "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "MEMMON_CACHE_DIR": str(self.cache),
        }  # fmt: skip
        with subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True,
        ) as program:  # fmt: skip
            try:
                stdout, stderr = program.communicate(timeout=SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(program.pid, signal.SIGKILL)
                raise
        mine = folder / "mine.txt"
        file = mine.read_text(encoding="utf-8") if mine.exists() else None
        return Done(Outcome(program.returncode, stdout, file), stderr)


class Instrumented(Program):
    """The program with the runtime beside it."""

    name = "start, beside"

    def prepare(self) -> None:
        """Instrument it, and let the .pyc files be written once."""
        code = self.commands.run(self.prepared, ("instrument", "bot.py"))
        assert code == 0
        self.run([sys.executable, "bot.py"], self.prepared)
        for left in (*self.prepared.glob("*memory_monitor_*"), self.prepared / "mine.txt"):
            left.unlink()
