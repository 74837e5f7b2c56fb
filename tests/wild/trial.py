"""One program run once until the kernel kills it, and what `memmon report` says of it then."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from support import cgroup

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wild.programs import Program

WAYS = ("run", "instrument", "configured", "orphaned")
"""`memmon run`; `memmon instrument` with the catalogue; the same with a configuration that suspects innocent functions;
`memmon run` whose supervisor is killed as soon as the kernel has killed the program."""

_LONGEST = 240
"""Seconds after which a program that nothing has killed is given up."""

_AFTER_A_KILL = 20.0
"""Seconds that what is left may go on after the kernel's first kill, before it is interrupted."""

_LOOK = 0.001
"""Seconds between two looks at the kernel's counter where the supervisor is to follow."""


class Pythons(Protocol):
    """Where programs find an interpreter for a version ("3.8"), and the one that has memmon for it."""

    def python(self, version: str, /) -> Path:
        """The interpreter that the program runs in."""

    def tool(self, version: str, /) -> Path:
        """The interpreter that has memmon for it."""


@dataclass(frozen=True)
class Trial:
    """What is tried: one program, in one way, on one Python."""

    program: Program
    way: str
    python: str
    busy: bool
    number: int
    """Which run of several."""

    @property
    def name(self) -> str:
        """A name for a folder."""
        return f"{self.program.name}-{self.way}-{self.python}{'-busy' if self.busy else ''}-{self.number}"


@dataclass(frozen=True)
class Seen:
    """How it ended."""

    status: int
    """Of the command; -9 where the kernel, or the trial, killed the supervisor."""
    kills: int
    seconds: float
    report: dict[str, Any] | None
    """As JSON; None where `memmon report` refused."""
    text: str
    """The report as people read it, or why there is none."""


def attempt(trial: Trial, pythons: Pythons, folder: Path) -> Seen:
    """Write the program into ``folder``, make it ready, let the kernel kill it, ask for the report there."""
    python, tool = pythons.python(trial.python), pythons.tool(trial.python)
    command = _ready(trial, python, tool, folder)
    # File pages that are first read within the group are charged to it, and dropped and read again near the limit.
    needs = ", ".join(trial.program.needs) or "sys"
    subprocess.run([python, "-c", f"import {needs}"], env=_environment(), check=True, capture_output=True)
    begun = time.monotonic()
    with cgroup.limited(trial.program.limit_mb) as group, (folder / "output").open("wb") as output:
        running = subprocess.Popen(
            group.wrap(command), cwd=folder, env=_environment(), stdout=output, stderr=output, start_new_session=True
        )
        if trial.way == "orphaned":
            threading.Thread(target=_follow, args=(group, running), daemon=True).start()
        status = _wait(running, group)
        seconds, kills = time.monotonic() - begun, group.oom_kills()
        data, text = (_report(tool, folder, *options) for options in (["--json"], ["--full"]))
    told = json.loads(data.stdout) if data.returncode in (0, 1) else None
    return Seen(status, kills, seconds, told, text.stdout + text.stderr)


def _ready(trial: Trial, python: Path, tool: Path, folder: Path) -> list[str]:
    for path, text in trial.program.files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    main = trial.program.main
    if trial.way in ("run", "orphaned"):
        other = [] if python == tool else ["--python", str(python)]
        return [str(tool), "-m", "memmon", "run", "--quiet", *other, main]
    if trial.way == "configured":
        suspects = trial.program.innocents()
        hotspots = "".join(f'[[hotspot]]\nname = "suspect {name}"\nfunction = "{name}"\n\n' for name in suspects)
        (folder / "memmon.toml").write_text(hotspots, encoding="utf-8")
    subprocess.run(
        [tool, "-m", "memmon", "instrument", main], cwd=folder, env=_environment(), check=True, capture_output=True
    )
    return [str(python), main]


def _wait(running: subprocess.Popen[bytes], group: cgroup.Cgroup) -> int:
    """The command's status; a parent that waits for ever for a worker that was killed is interrupted, as by Ctrl-C."""
    until = time.monotonic() + _LONGEST
    killed = False
    while time.monotonic() < until:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return running.wait(0.1)
        if not killed and group.oom_kills():
            killed, until = True, min(until, time.monotonic() + _AFTER_A_KILL)
    os.killpg(running.pid, signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        return running.wait(_AFTER_A_KILL)
    running.kill()
    return running.wait()


def _follow(group: cgroup.Cgroup, supervisor: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):  # the group is gone
        while supervisor.poll() is None and not group.oom_kills():
            time.sleep(_LOOK)
        supervisor.kill()


def _report(tool: Path, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [tool, "-m", "memmon", "report", *options],
        cwd=folder, env=_environment(), capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip


def _environment() -> dict[str, str]:
    left_out = ("MEMMON_", "PYTHON", "COVERAGE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return {**kept, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}


@contextlib.contextmanager
def busy_cores() -> Iterator[None]:
    """Every core has somebody else's work to do meanwhile."""
    spinning = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for one in spinning:
            one.kill()
            one.wait()
