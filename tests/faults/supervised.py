"""`memmon run`: faults in the process that starts the program and watches it, and in the program's own."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import memmon
from faults.programs import SIGNALLED, Instrumented, Outcome, Program
from faults.tracing import killed_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from faults.command_server import Commands
    from faults.tracing import Point

_CODE = str(Path(memmon.__file__).parent)
_LAUNCH = (
    "import sys; sys.executable = sys.argv.pop(1); sys.path[:0] = ['']; from memmon.run.launch import main;"
    " main(sys.argv[1:])"
)
"""`memmon run` with another Python for what it starts, which is its first argument."""


class Supervisor(Program):
    """The process that the shell knows: first the launcher, then the supervisor."""

    name = "run: the supervisor"
    pause = 0.3
    may_speak = True

    def command(self, options: Sequence[str]) -> list[str]:
        """Under strace is this process alone, and not the program's."""
        return ["strace", "-qq", *options, sys.executable, "-m", "memmon", "run", "bot.py"]

    def prepare(self) -> None:
        """Have the cache filled."""
        self.reset()
        self.run([sys.executable, "-m", "memmon", "run", "bot.py"], self.folder)

    def is_first(self, point: Point) -> bool:
        """Python's own start is not memmon's."""
        return "memmon/run" in point.line

    def last_place(self, found: list[Point]) -> int:
        """Where the program has been started.

        A signal that comes from strace looks like one from the terminal, which the program has had itself: it is passed
        on to nobody.
        """
        return next(point.place for point in found if "MAP_STACK" in point.line)  # of posix_spawn

    def suits(self, point: Point, fault: str) -> bool:
        """A memmon whose own code can't be read does nothing."""
        return super().suits(point, fault) and not (fault.startswith("error=") and _CODE in point.line)

    def may_come(self, fault: str) -> set[Outcome]:
        """The program's own end, told as a shell does; or nothing has begun; or it has lost its supervisor."""
        ended = killed_by(fault)
        assert ended is not None
        told = {
            Outcome(one.code if one.code >= 0 else SIGNALLED - one.code, one.stdout, one.file)
            for one in super().may_come(fault)
        }
        nothing = {Outcome(code, "", None) for code in (ended, SIGNALLED - ended)}
        alone = {Outcome(ended, self.normal.stdout, self.normal.file)} if fault == "signal=KILL" else set()
        return told | nothing | alone


class Supervised(Instrumented):
    """The program itself, in which the runtime starts from the cache."""

    name = "run: the program"
    most_messages = 2
    may_speak = True

    def prepare(self) -> None:
        """Have the cache filled."""
        self.reset()
        self.run([sys.executable, "-m", "memmon", "run", "bot.py"], self.folder)

    def command(self, options: Sequence[str]) -> list[str]:
        """What the launcher takes for Python runs the program under strace, and the supervisor as it is."""
        python = self.folder.with_name("python")
        traced = shlex.join(["strace", "-D", "-qq", *options, sys.executable])
        python.write_text(f'#!/bin/sh\ncase "$1" in -I) exec {sys.executable} "$@";; *) exec {traced} "$@";; esac\n')
        python.chmod(0o755)
        return [sys.executable, "-c", _LAUNCH, str(python), "bot.py"]

    def is_first(self, point: Point) -> bool:
        """From the module on that Python imports as it starts."""
        return "sitecustomize" in point.line

    def may_come(self, fault: str) -> set[Outcome]:
        """The program's own end, told as a shell does."""
        return {
            Outcome(one.code if one.code >= 0 else SIGNALLED - one.code, one.stdout, one.file)
            for one in super().may_come(fault)
        }


def programs(commands: Commands, place: Path) -> Iterator[Program]:
    """All ways in which memmon is in a program."""
    for kind in (Instrumented, Supervisor, Supervised):
        yield kind(commands, place)
