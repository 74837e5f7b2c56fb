"""One app run once, in one way, and what was seen."""

from __future__ import annotations

import json
import resource
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from frameworks.started import Started
from support import cgroup, events

if TYPE_CHECKING:
    from frameworks.description import App

PLAIN, RUN, INSTRUMENT = "plain", "run", "instrument"
WAYS = (RUN, INSTRUMENT)
MEMMON = (sys.executable, "-m", "memmon")
_TELLS_WITHIN = 30.0
"""Seconds after a kill in which `memmon run` is to have told of it, on a machine that others keep busy."""


class Activated(Protocol):
    """Where apps find what they require."""

    def variables(self, name: str, /) -> dict[str, str]:
        """The variables of a shell in which the environment is active."""


@dataclass
class Seen:
    """What was seen of it."""

    folder: Path
    kills: int = 0
    seconds: float = 0.0
    """From the start to the end, of all starts."""
    processor: float = 0.0
    """Seconds of the processor, of the app and of all that it has waited for."""
    statuses: list[int] = field(default_factory=list)
    """The command's at the end of each start."""
    stdout: str = ""
    stderrs: list[str] = field(default_factory=list)
    """Of each start."""
    answers: str = ""
    """What the traffic got."""
    is_told_alive: bool | None = None
    """Whether stderr and the report told of a kill before the app was ended; None where it did not outlive one."""
    report: dict[str, Any] = field(default_factory=dict)
    """As JSON; empty where `memmon report` refused."""
    text: str = ""
    """The report as people read it, or why there is none."""


def attempt(app: App, way: str, environments: Activated, folder: Path, *, leaks: bool) -> Seen:
    """Run the app in ``folder``, which is empty, and ask for the report."""
    variables = {**environments.variables(app.environment), **(app.variables or {})}
    app.write(folder, leaks=leaks)
    if way == INSTRUMENT:
        words = [*MEMMON, "instrument", *app.instrumented]
        subprocess.run(words, cwd=folder, env=variables, check=True, capture_output=True)
    seen = Seen(folder.resolve())
    with cgroup.limited(app.limit_mb) as group:
        for _ in range(app.starts):
            with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
                _start(_Trial(app, way, group, variables, leaks, stdout, stderr), seen)
                seen.stdout += _text(stdout)
                seen.stderrs.append(_text(stderr))
        seen.kills = group.oom_kills() - _own_kills(folder)
    if way != PLAIN:
        _ask(seen, app, variables)
    return seen


@dataclass(frozen=True)
class _Trial:
    """What is started, and where its output goes."""

    app: App
    way: str
    group: cgroup.Cgroup
    variables: dict[str, str]
    leaks: bool
    stdout: IO[bytes]
    stderr: IO[bytes]


def _start(trial: _Trial, seen: Seen) -> None:
    app, port = trial.app, _free_port()
    watch = [*MEMMON, "run", "--"] if trial.way == RUN else []
    words = [*app.inside, *app.started_by, *watch, *app.command]
    command = [word.format(port=port, folder=seen.folder, path=trial.variables["PATH"]) for word in words]
    begun, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(
        trial.group.wrap(command), cwd=seen.folder, env=trial.variables, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=trial.stdout, stderr=trial.stderr,
    )  # fmt: skip
    started = Started(process, trial.group, seen.folder, trial.variables, port, trial.leaks, trial.group.oom_kills())
    try:
        if app.traffic:
            seen.answers += app.traffic(started)
        if app.ends is None:
            started.wait()
        if trial.leaks and started.kills and started.is_alive and trial.way != PLAIN:
            seen.is_told_alive = _is_told(seen, trial, started)
    finally:
        seen.statuses.append(started.end(app.ends))
    seen.seconds += time.monotonic() - begun
    since = resource.getrusage(resource.RUSAGE_CHILDREN)
    seen.processor += since.ru_utime + since.ru_stime - used.ru_utime - used.ru_stime


def _is_told(seen: Seen, trial: _Trial, started: Started) -> bool | None:
    """Whether stderr (where somebody supervises) and the report speak of the kill while the app lives.

    None where it ends meanwhile: the supervisor of a program that was killed is about to report on it.
    """
    until = time.monotonic() + _TELLS_WITHIN
    while trial.way == RUN and not told_on_stderr(_text(trial.stderr)):
        if not started.is_alive or time.monotonic() > until:
            return False if started.is_alive else None
        time.sleep(0.1)
    alive = Seen(seen.folder)
    _ask(alive, trial.app, trial.variables)
    return bool(alive.report.get("incidents"))


def told_on_stderr(text: str) -> bool:
    """Whether memmon speaks of a kill there."""
    return any(line.startswith("memmon: ") and "killed" in line for line in text.splitlines())


def _own_kills(folder: Path) -> int:
    """How often the kernel has taken a process of `memmon run`'s own, which is to go before the app's."""
    told = [fact for log in folder.glob("memory_monitor_*.log") for fact in events.facts(log)]
    return sum(word["own_kills"] for key, word in told if key == "supervisor")


def _ask(seen: Seen, app: App, variables: dict[str, str]) -> None:
    inside = [word.format(folder=seen.folder) for word in app.inside]
    data, text = (
        subprocess.run(
            [*inside, *MEMMON, "report", *options],
            cwd=seen.folder, env=variables, capture_output=True, encoding="utf-8", check=False,
        )
        for options in (["--json"], ["--full"])
    )  # fmt: skip
    seen.report = json.loads(data.stdout) if data.returncode in (0, 1) else {}
    seen.text = text.stdout + text.stderr


def _text(stream: IO[bytes]) -> str:
    """All that was written so far; the place where others write next stays."""
    return Path(f"/proc/self/fd/{stream.fileno()}").read_bytes().decode("utf-8", "replace")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
