"""Every program that the kernel kills is put down to its line, and none that anything else ended to the kernel."""

from __future__ import annotations

import importlib.util
import itertools
import os
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from innocents import INNOCENTS, Innocent
from oom_runs import LIMIT_MB, WAYS, environment, kill, report, start
from scenarios import SCENARIOS, Scenario

from support import cgroup, machine
from support.marks import full, needs_cgroup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pytest.mark import ParameterSet

pytestmark = [needs_cgroup, pytest.mark.slow]


def _kills() -> Iterator[ParameterSet]:
    """Each program in both ways, as it stands and renamed; in the sample each in one of the four, by turns."""
    for number, scenario in enumerate(SCENARIOS):
        for turn, (way, renamed) in enumerate(itertools.product(WAYS, (False, True))):
            marks = [] if number % 4 == turn else [full]
            if scenario.needs and not importlib.util.find_spec(scenario.needs):
                marks.append(pytest.mark.skip(f"{scenario.needs} is missing"))
            name = f"{scenario.name}-{way}{'-renamed' if renamed else ''}"
            yield pytest.param(scenario, way, renamed, id=name, marks=marks)


_TRIES = 3
"""So many times a program is run whose line is but a guess."""


@pytest.mark.parametrize(("scenario", "way", "renamed"), list(_kills()))
def test_the_line_that_ran_memory_out(tmp_path: Path, scenario: Scenario, way: str, *, renamed: bool) -> None:
    """Killed by the kernel: the exact line and the proven cause, while the cgroup is there and when it is gone.

    Where others take the processors away, the fatal step may be over before a look comes. A wrong line is a guess then,
    or none is named, and the program is run once more.
    """
    for number in range(_TRIES):
        folder = tmp_path / str(number)
        folder.mkdir()
        seen = kill(folder, scenario.source(renamed=renamed), way, scenario.needs)
        # While the memory of the first is not free yet, the kernel may take the supervisor or a parent along.
        assert seen.kills >= 1, seen.stderr
        for told in seen.reports:
            verdict = told["verdict"]
            assert (verdict["outcome"], verdict["cause"]) == ("killed", "oom-kill"), verdict["evidence"]
            if verdict["culprit"]:
                assert verdict["culprit"]["file"] == str((folder / "program.py").resolve())
        if seen.line == scenario.line(renamed=renamed):
            return
        sure = {told["verdict"]["culprit"]["confidence"] for told in seen.reports if told["verdict"]["culprit"]}
        assert sure <= {"guess"}, verdict
    if machine.is_crowded():
        pytest.skip(f"no look came to the fatal step of {scenario.name}: others have the processors")
    pytest.fail(f"line {seen.line}, {_TRIES} times")


def _program(pid: int, way: str) -> int:
    """The process that the program runs in: under `memmon run` the supervisor's child."""
    if way != "run":
        return pid
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()[0])


_INNOCENTS = [
    pytest.param(innocent, way, id=f"{innocent.name}-{way}", marks=[] if number % 2 == WAYS.index(way) else full)
    for number, innocent in enumerate(INNOCENTS)
    for way in WAYS
]
"""Each in one of the ways; with `--full` in both."""


@pytest.mark.parametrize(("innocent", "way"), _INNOCENTS)
def test_what_memory_did_not_kill(tmp_path: Path, innocent: Innocent, way: str) -> None:
    """Whatever else ends a program is never called the kernel's kill, however much memory it held."""
    command = start(tmp_path, innocent.source, way)
    with cgroup.limited(LIMIT_MB) as group:
        running = subprocess.Popen(
            group.wrap(command), cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        if innocent.kill:
            assert running.stdout is not None
            assert running.stdout.readline() == b"ready\n"
            os.kill(_program(running.pid, way), getattr(signal, innocent.kill))
        _, stderr = running.communicate(timeout=60)
        first, _ = report(tmp_path)
        assert group.oom_kills() == 0, stderr
    second, _ = report(tmp_path)
    for told in (first, second):
        assert told["verdict"]["outcome"] in innocent.outcomes, (
            told["verdict"]["outcome"],
            told["verdict"]["evidence"],
            stderr,
        )
        assert told["verdict"]["cause"] in innocent.causes, (
            told["verdict"]["cause"],
            told["verdict"]["evidence"],
            stderr,
        )
