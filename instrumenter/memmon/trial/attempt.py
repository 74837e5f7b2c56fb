"""Both runs of a trial: each in a copy of the folder, by `memmon run`, under the same limit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memmon.across.compare import compare
from memmon.across.margin import DEFAULT, parsed
from memmon.across.tried import Attempt, Tried, finding_of
from memmon.errors import Interrupted, LogError, TargetError
from memmon.translation import _, reason
from memmon.trial import folder_copy
from memmon.trial.limited import limited
from memmon.verdict.find_runs import runs_named
from memmon.verdict.investigate import investigate_run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import FrameType

    from memmon.across.tried import LimitKind
    from memmon.trial.fix import Changed

BEFORE, AFTER = "before", "after"
"""The folders of a trial in which the two runs are, and their records."""
RECORDS = "records"
_SIGNALLED = 128
_ENDING = (signal.SIGTERM, signal.SIGHUP)
_ENDS_WITHIN = 5.0
"""Seconds in which a program that is told to end is to have done so."""


@dataclass(frozen=True)
class _Run:
    """What one run leaves to be looked at."""

    attempt: Attempt
    unread: tuple[Path, ...] | None
    written: tuple[str, ...]
    """Files that its copy has links to, and that have changed meanwhile."""


class Trial:
    """A program that is to be run twice, and where that happens."""

    def __init__(
        self, words: Sequence[str], folder: Path, place: Path, *, limit_mb: float | None, config: Path | None
    ) -> None:
        """*words* start the program in *folder*; copies and records go to *place*, an empty folder."""
        self._words, self._folder, self._place = words, folder, place
        self._limit_mb, self._config = limit_mb, config
        self._kind: LimitKind | None = None

    def run(self, changed: Sequence[Changed], begins: Callable[[str], None]) -> Tried:
        """Run the program as it is, then with *changed* in it; *begins* is told of each.

        Raises TargetError where it leaves no record of a Python or the folder can't be copied.
        """
        first, second = (self._attempt(name, changed, begins) for name in (BEFORE, AFTER))
        margin = parsed(DEFAULT)
        assert margin is not None  # noqa: S101  # the default is one
        before, after, unread = first.attempt, second.attempt, second.unread
        comparison = compare([before.verdict], [after.verdict], margin)
        was_read = None if unread is None else len(unread) < len(changed)
        return Tried(
            before,
            after,
            comparison,
            finding_of(before, after, comparison, was_read=was_read, same_state=not first.written),
            self._limit_mb,
            self._kind,
            tuple(map(str, unread or ())),
            first.written,
        )

    def _attempt(self, name: str, changed: Sequence[Changed], begins: Callable[[str], None]) -> _Run:
        copy, records = self._place / name, self._place / RECORDS / name
        try:
            linked = folder_copy.make_copy(self._folder, copy, changed, with_changes=name == AFTER)
            records.mkdir(parents=True)
        except OSError as error:
            said = _("{folder} can't be copied to {copy}: {reason}")
            raise TargetError(said.format(folder=self._folder, copy=copy, reason=reason(error))) from error
        begins(name)
        state = folder_copy.state_of(self._folder, linked)
        began = time.monotonic()
        status, left_over = self._run(copy, records)
        seconds = time.monotonic() - began
        unread = folder_copy.unread(copy, changed)  # before the sources are read for the verdict
        now = folder_copy.state_of(self._folder, linked)
        written = tuple(sorted(path for path in state.keys() | now.keys() if state.get(path) != now.get(path)))
        try:
            (run, *_others) = runs_named([os.fspath(records)])
        except LogError as error:
            raise TargetError(self._without_record(status)) from error
        return _Run(Attempt(investigate_run(run, top=0), status, seconds, left_over), unread, written)

    def _without_record(self, status: int) -> str:
        command = " ".join(self._words)
        if self._limit_mb is None:
            said = _("{command}: left no record of a run (it exited with {status}): does it start a Python?")
        else:
            said = _(
                "{command}: left no record of a run (it exited with {status}): does it start a Python, and has that "
                "enough memory to start?"
            )
        return said.format(command=command, status=status)

    def _run(self, copy: Path, records: Path) -> tuple[int, int]:
        """What it exited with, and how many of its processes it left."""
        words = [folder_copy.in_copy(word, self._folder, copy) for word in self._words]
        options = ["--config", os.fspath(self._config)] if self._config else []
        environment = {**os.environ, "MEMMON_LOG_DIR": os.fspath(records), "PWD": os.fspath(copy)}
        with limited(self._limit_mb) as limit:
            self._kind = limit.kind
            command = [*limit.before, sys.executable, "-m", "memmon", "run", "--quiet", *options, "--", *words]
            status = _waited_for(command, copy, environment)
            left_over = limit.left_over()
        return (status if status >= 0 else _SIGNALLED - status), left_over


def _waited_for(command: Sequence[str], folder: Path, environment: dict[str, str]) -> int:
    """Run the command to its end; who is told to end meanwhile has it end first."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise Interrupted

    before = {number: signal.signal(number, leave) for number in _ENDING}
    child = None
    try:
        child = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL)
        return child.wait()
    except BaseException:
        if child is not None:
            _end(child)
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(_ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
