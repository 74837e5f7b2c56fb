"""`instrument` and `restore`: what is in the files when all has been restored after a fault."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from faults.scenarios import SCENARIOS, Scenario, lay_down, wrong
from faults.tracing import TRACED, HungError, Point, can_fail, is_of_the_gate, points

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from faults.command_server import Commands


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
        trace = self._folder.with_name("trace")
        self._commands.run(self._folder, self._scenario.command, *TRACED, "-o", str(trace))
        shutil.rmtree(self._folder)
        return [point for point in points(trace) if not is_of_the_gate(point)]

    suits = staticmethod(can_fail)

    def wrong_at(self, point: Point, fault: str) -> list[str]:
        """What is wrong after the fault, when all is restored."""
        shutil.copytree(self._prepared, self._folder)
        try:
            self._commands.run(self._folder, self._scenario.command, *point.inject(fault))
            self._commands.run(self._folder, ("restore",))
            if wrong(self._scenario, self._folder):  # without a target, nothing is restored that has no backup
                self._commands.run(self._folder, ("restore", "bot.py"))
        except HungError:
            return ["it hung"]
        else:
            return wrong(self._scenario, self._folder)
        finally:
            shutil.rmtree(self._folder)


def changed_files(commands: Commands, place: Path) -> Iterator[ChangedFiles]:
    """All scenarios."""
    for name, scenario in SCENARIOS.items():
        yield ChangedFiles(commands, place, name, scenario)
