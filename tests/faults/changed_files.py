"""`instrument` and `restore`: what is in the files when all has been restored after a fault."""

from __future__ import annotations

import shutil
import signal
from typing import TYPE_CHECKING

from faults.scenarios import SCENARIOS, Scenario, lay_down, wrong
from faults.tracing import TRACED, HungError, Point, can_fail, is_of_the_gate, points, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from faults.command_server import Commands

_DONE = (0, 130, *(-number for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)))
"""Exit codes of a command that may have done all: its own, and those of signals."""


class ChangedFiles:
    """One scenario."""

    def __init__(self, commands: Commands, place: Path, name: str, scenario: Scenario) -> None:
        """Work in the folder ``place``."""
        self.name = name
        self._commands = commands
        self._scenario = scenario
        self._folder, self._prepared = place / "bot", place / "prepared"

    def points(self) -> list[Point]:
        """The calls of the command."""
        lay_down(self._prepared)
        for arguments in self._scenario.prepare:
            self._commands.run(self._prepared, arguments)
        self._scenario.edit(self._prepared)
        shutil.copytree(self._prepared, self._folder)
        self._before = _files(self._folder)
        trace = self._folder.with_name("trace")
        options = (*TRACED, *refuse(self._scenario.refused), "-o", str(trace))
        self._commands.run(self._folder, self._scenario.command, *options)
        self._done = _texts(self._folder)
        shutil.rmtree(self._folder)
        return [point for point in points(trace) if not is_of_the_gate(point)]

    def suits(self, point: Point, fault: str) -> bool:
        """Whether the call can end so, and is not refused anyway."""
        return can_fail(point, fault) and point.call not in self._scenario.refused

    def wrong_at(self, point: Point, fault: str) -> list[str]:
        """What is wrong after the fault, and when all is restored."""
        shutil.copytree(self._prepared, self._folder)
        try:
            code = self._commands.run(
                self._folder, self._scenario.command, *point.inject(fault, self._scenario.refused)
            )
            half = self._half_done(code)
            self._commands.run(self._folder, ("restore",))
            if wrong(self._scenario, self._folder):  # without a target, nothing is restored that has no backup
                self._commands.run(self._folder, ("restore", "bot.py"))
        except HungError:
            return ["it hung"]
        else:
            return half + wrong(self._scenario, self._folder)
        finally:
            shutil.rmtree(self._folder)

    def _half_done(self, code: int) -> list[str]:
        """What is wrong before anything is restored: a kill alone may leave something half done."""
        if not self._scenario.is_whole or code == -signal.SIGKILL:
            return []
        found = _files(self._folder)
        # A signal may come when all is done.
        if found == self._before or (code in _DONE and _texts(self._folder) == self._done):
            return []
        return [f"it ended with {code}, and left: {' '.join(sorted(found))}"]


def _files(folder: Path) -> dict[str, tuple[int, bytes]]:
    """When each file in ``folder`` was written, and what it holds; of a folder nothing."""
    return {
        path.name: (path.stat().st_mtime_ns, path.read_bytes()) if path.is_file() else (0, b"")
        for path in folder.iterdir()
    }


def _texts(folder: Path) -> dict[str, bytes]:
    return {name: text for name, (_, text) in _files(folder).items()}


def changed_files(commands: Commands, place: Path) -> Iterator[ChangedFiles]:
    """All scenarios."""
    for name, scenario in SCENARIOS.items():
        yield ChangedFiles(commands, place, name, scenario)
