"""Starts a scenario's program in its place, and waits for its end."""

from __future__ import annotations

import contextlib
import functools
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from vm.scenarios import RUN, Group, Scope, Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vm.scenarios import Scenario

MEMMON = ("python3", "-m", "memmon")
_GROUPS = Path("/sys/fs/cgroup")
_UNITS = Path("/run/systemd/system")
_STALLED = 25.0
"""Seconds after which a throttled program is asked about, and ended."""


@dataclass
class Started:
    """What was seen of all its starts."""

    statuses: list[int] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """What was written to stderr, by start; of a service to the journal, by all."""
    while_it_lived: str | None = None
    """What `memmon report` said of a program that was never killed, before somebody ended it."""


def start(name: str, scenario: Scenario, folder: Path) -> Started:
    """Start it as often as it is to be."""
    started = Started()
    watch = (*MEMMON, "run") if scenario.way == RUN else ("python3",)
    command = [*watch, scenario.program]
    if isinstance(scenario.place, Service):
        started.said.append(_serve(name, _unit(scenario.place, scenario.starts, command, folder)))
        return started
    end = functools.partial(_ask_and_end, name) if scenario.is_throttled else None
    for _ in range(scenario.starts):
        with _in_place(name, scenario.place, command) as words:
            _once(words, folder, started, end)
    return started


@contextlib.contextmanager
def _in_place(name: str, place: Scope | Group, command: list[str]) -> Iterator[list[str]]:
    """The words that start a command there."""
    if isinstance(place, Scope):
        enter = _by_systemd(name, place)
        *watch, program = command
        yield [*watch, "--", *enter, "python3", program] if place.is_within else [*enter, *command]
    else:
        with _group(name, place) as enter:
            yield [*enter, *command]


def _once(words: list[str], folder: Path, started: Started, end: Callable[..., str] | None) -> None:
    process = subprocess.Popen(
        words, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8"
    )
    if end:
        time.sleep(_STALLED)
        started.while_it_lived = end(folder)
    started.said.append(process.communicate()[1])
    started.statuses.append(process.returncode)


def _ask_and_end(name: str, folder: Path) -> str:
    asked = subprocess.run([*MEMMON, "report"], cwd=folder, check=False, capture_output=True, encoding="utf-8")
    subprocess.run(["systemctl", "kill", "--signal=KILL", f"{name}.scope"], check=True)
    return asked.stdout + asked.stderr


def _by_systemd(name: str, scope: Scope) -> list[str]:
    within = []
    if scope.of_slice:
        lines = "".join(f"{key}={value}\n" for key, value in scope.of_slice.items())
        (_UNITS / f"{name}.slice").write_text(f"[Slice]\n{lines}", encoding="ascii")
        subprocess.run(["systemctl", "daemon-reload"], check=True)
        within = [f"--slice={name}.slice"]
    properties = [f"--property={one}" for one in scope.properties]
    return ["systemd-run", "--quiet", "--scope", f"--unit={name}", *within, *properties]


@contextlib.contextmanager
def _group(name: str, group: Group) -> Iterator[list[str]]:
    """The words that enter it before a command."""
    folder = _GROUPS / name
    folder.mkdir()
    try:
        for file, text in group.files.items():
            (folder / file).write_text(text, encoding="ascii")
        enter = ["sh", "-c", 'echo $$ > "$0" && exec "$@"', str(folder / "cgroup.procs")]
        yield [*enter, *_IN_A_CONTAINER] if group.is_container else enter
    finally:
        while (folder / "cgroup.procs").read_text(encoding="ascii"):
            time.sleep(0.1)
        folder.rmdir()


_IN_A_CONTAINER = (
    *("unshare", "--cgroup", "--pid", "--fork", "--mount-proc"),
    *("sh", "-c", 'umount /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup; exec "$@"', "sh"),
)


def _unit(service: Service, starts: int, command: list[str], folder: Path) -> str:
    """The text of a unit that systemd starts so often."""
    lines = "".join(f"{key}={value}\n" for key, value in service.properties.items())
    return (
        f"[Unit]\nStartLimitIntervalSec=1h\nStartLimitBurst={starts}\n"
        f"[Service]\nWorkingDirectory={folder}\nExecStart=/usr/bin/env {' '.join(command)}\n{lines}"
    )


def _serve(name: str, unit: str) -> str:
    """Have systemd start a unit until it refuses to, and return what the journal has of it."""
    (_UNITS / f"{name}.service").write_text(unit, encoding="ascii")
    subprocess.run(["systemctl", "daemon-reload"], check=True)
    subprocess.run(["systemctl", "start", name], check=True)
    while _state(name) not in ("failed", "inactive"):
        time.sleep(1.0)
    read = ["journalctl", "--output=cat", "--no-pager", f"--unit={name}"]
    return subprocess.run(read, check=True, capture_output=True, encoding="utf-8").stdout


def _state(name: str) -> str:
    asked = subprocess.run(["systemctl", "is-active", name], check=False, capture_output=True, encoding="ascii")
    return asked.stdout.strip()
