"""What an app's description is made of; `apps/` holds them.

A module there has ``APPS``, by name: how a program of `programs/` is started, asked for things, and ended. A program
is a folder of files, in which `# CULPRIT` stands behind the line that leaks; the mark is taken out before a run. With
the leak switched off, that line is ``pass``, or what stands behind the mark and a colon.
"""

from __future__ import annotations

import importlib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import signal
    from collections.abc import Callable, Mapping

    from frameworks.started import Started

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE / "programs"
_MARK = re.compile(r"""\s*# CULPRIT(?:: (?P<otherwise>.*?))?(?=(?:(?:\\n)?",?)?$)""")
"""A line of a notebook's cell is a string in JSON, and the mark stands within."""
_BEGINS = re.compile(r"""\s*(?:"\s*)?""")
"""What stands before a line's code: its indentation, within such a string too."""


@dataclass(frozen=True)
class App:
    """How one app is run."""

    program: str
    """The folder's name under `programs/`."""
    command: tuple[str, ...]
    """`python` is the environment's, as for a shell; ``{port}`` becomes a free port, ``{folder}`` the folder."""
    environment: str
    """Which environment it runs in; one is made of what all its apps require."""
    requires: tuple[str, ...] = ()
    """What pip is to install."""
    traffic: Callable[[Started], str] | None = None
    """Asks it for things while it runs and returns what was answered; with the leak on, it stops after a kill."""
    ends: signal.Signals | None = None
    """What ends it when the traffic is over; None where it ends by itself, or is ended by the kill."""
    starts: int = 1
    """How often it is started, one time after the other."""
    limit_mb: int = 300
    instrument: tuple[str, ...] = ()
    """The files for `memmon instrument`; that of the culprit where none is named."""
    variables: Mapping[str, str] | None = None
    """More for its environment."""
    started_by: tuple[str, ...] = ()
    """Words before the command, and before `memmon run`."""
    said: str = ""
    """How a line begins that memmon has to say there, on stderr."""
    inside: tuple[str, ...] = ()
    """Words before these and before `memmon report`, for a place where the folder is not as it is outside."""
    is_instrumented: bool = True
    """`memmon instrument` can do something with its files; a notebook has no place for it."""

    @property
    def culprits(self) -> frozenset[tuple[str, int]]:
        """The lines of which any is right, each with the path of its file in the program's folder."""
        return frozenset(
            (path, number)
            for path, text in self.files().items()
            for number, line in enumerate(text.splitlines(), 1)
            if _MARK.search(line)
        )

    def files(self) -> dict[str, str]:
        """Path and text of each file, with the marks."""
        folder = PROGRAMS / self.program
        paths = sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in paths}

    def write(self, folder: Path, *, leaks: bool) -> None:
        """Put the program into ``folder``, without the marks."""
        for path, text in self.files().items():
            lines = [_MARK.sub("", line) if leaks else _without_leak(line) for line in text.splitlines()]
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text("\n".join(lines) + "\n", encoding="utf-8")
            shutil.copymode(PROGRAMS / self.program / path, folder / path)

    @property
    def instrumented(self) -> tuple[str, ...]:
        """The files for `memmon instrument`."""
        return self.instrument or tuple(sorted({path for path, _ in self.culprits}))


def _without_leak(line: str) -> str:
    found = _MARK.search(line)
    if not found:
        return line
    begins = _BEGINS.match(line)
    assert begins
    return begins[0] + (found["otherwise"] or "pass") + line[found.end() :]


def found(names: list[str] | None = None) -> dict[str, App]:
    """All apps by name, those alone whose names contain one of ``names`` where any is given."""
    modules = sorted(path.stem for path in (HERE / "apps").glob("*.py"))
    apps: dict[str, App] = {}
    for module in modules:
        apps.update(importlib.import_module(f"frameworks.apps.{module}").APPS)
    return {name: app for name, app in apps.items() if not names or any(one in name for one in names)}


def requirements(environment: str) -> tuple[str, ...]:
    """What is installed in an environment: all that its apps require."""
    wanted = {one for app in found().values() if app.environment == environment for one in app.requires}
    return tuple(sorted(wanted))
