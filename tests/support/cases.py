"""The folders under fixtures/ that show one placement each: what goes in, what must come out, what the run must say.

A case holds ``before.py``, ``memmon.toml`` and ``after.py``. ``case.toml`` says the rest, every key optional:

    python = "3.12"             # the oldest Python that can compile and run it
    closed = { load = 3 }       # brackets that the run must close, by name; all that it does close are listed
    left = { load = 1 }         # brackets that an exception or an abandoned generator leaves
    refused = ["line 4: …"]     # sites that must be refused, in the order of the text
    notes = ["…"]               # what else the user is told
    exit = 1                    # the exit status; 0 where it is left out
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from memmon.config import load_config
from memmon.model import Config, Instrumented
from memmon.source.injected_text import without_pieces
from memmon.source.instrument import instrument
from support import interpreters, runtime
from support.samples import FIXTURES

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VERSION = re.compile(rb"(?<=^# >>> memmon )\S+(?= >>> )", re.MULTILINE)
_RECORD = re.compile(r"^\[[^\]]*\] \[(?:INFO|WARNING|CRITICAL)\] \[(.*)_(BEFORE|AFTER|START|END|LEFT)\] ", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    """One folder."""

    folder: Path
    python: tuple[int, ...] = ()
    closed: Mapping[str, int] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    exit: int = 0

    @property
    def before(self) -> bytes:
        """What goes in."""
        return (self.folder / "before.py").read_bytes()

    @property
    def after(self) -> bytes:
        """What must come out, whichever version of memmon says that it made it."""
        return (self.folder / "after.py").read_bytes()

    @property
    def config(self) -> Config:
        """The folder's own configuration."""
        return load_config(self.folder / "before.py", self.folder / "memmon.toml")

    @property
    def interpreter(self) -> Path | str | None:
        """A Python that knows the case's syntax: the running one, or the oldest there is; None without."""
        if self.runs_here:
            return sys.executable
        known = {tuple(map(int, version.split("."))): path for version, path in interpreters.found().items()}
        return next((known[version] for version in sorted(known) if version >= self.python), None)

    @property
    def runs_here(self) -> bool:
        """Whether the running Python knows the case's syntax."""
        return sys.version_info >= self.python

    def instrumented(self) -> Instrumented:
        """The core's outcome for what goes in."""
        outcome = instrument(self.before, "before.py", self.config)
        assert isinstance(outcome, Instrumented)
        return outcome


def found() -> list[Case]:
    """Every case under fixtures/, by name."""
    return [_read(folder) for folder in sorted(FIXTURES.iterdir()) if (folder / "before.py").exists()]


def _read(folder: Path) -> Case:
    file = folder / "case.toml"
    said = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    python = tuple(int(part) for part in said.pop("python", "3.10").split("."))
    refused, notes = (tuple(said.pop(key, ())) for key in ("refused", "notes"))
    return Case(folder, python, refused=refused, notes=notes, **said)


@dataclass(frozen=True)
class Ran:
    """What a run of a case showed."""

    stdout: str
    stderr: str
    exit: int
    closed: Mapping[str, int]
    left: Mapping[str, int]
    open: Mapping[str, int]


def run(source: bytes, folder: Path, python: Path | str = sys.executable) -> Ran:
    """Run ``source`` as ``target.py`` in ``folder`` with the real runtime, and read its logs there.

    Another interpreter than the running one finds the runtime beside the target.
    """
    (folder / "target.py").write_bytes(source)
    if python != sys.executable:
        runtime.put_beside(folder, python)
    # A generator's bracket is known to be left by its frame's trace function, which coverage would take for itself.
    left_out = ("PYTHON", "MEMMON_", "COVERAGE_")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(left_out)}
    environment["LC_ALL"] = "C.UTF-8"
    done = subprocess.run(
        [python, "target.py"], cwd=folder, env=environment, capture_output=True, stdin=subprocess.DEVNULL, check=False
    )
    records = Counter(
        record
        for log in folder.glob("memory_monitor_*.log")
        for record in _RECORD.findall(log.read_text(encoding="utf-8"))
    )
    opened, closed, left = (
        Counter({name: count for (name, kind), count in records.items() if kind in kinds})
        for kinds in (("BEFORE", "START"), ("AFTER", "END"), ("LEFT",))
    )
    stdout, stderr = (
        stream.decode("utf-8", "backslashreplace").replace(str(folder), "") for stream in (done.stdout, done.stderr)
    )
    return Ran(
        stdout,
        _without_places(stderr),
        done.returncode,
        dict(closed),
        dict(left),
        dict(opened - closed - left),
    )


def _without_places(stderr: str) -> str:
    """A traceback without line numbers, which the added lines move, carets, and what is injected into its lines."""
    lines = [without_pieces("__memmon__", line) for line in stderr.splitlines() if line.strip(" ~^")]
    return "\n".join(re.sub(r"(\.py\"?[:,]) ?(?:line )?\d+", r"\1", line) for line in lines)
