"""Both runs of a trial: each in a copy of the folder, by `memmon run`, under the same limit."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from memmon.across.compare import compare
from memmon.across.margin import DEFAULT, parsed
from memmon.across.tried import Attempt, Tried, finding_of
from memmon.errors import LogError, TargetError
from memmon.translation import _, reason
from memmon.trial import folder_copy
from memmon.trial.limited import limited
from memmon.verdict.find_runs import runs_named
from memmon.verdict.investigate import investigate_run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from memmon.trial.fix import Changed
    from memmon.trial.limited import Kind

BEFORE, AFTER = "before", "after"
"""The folders of a trial in which the two runs are, and their records."""
_LOGS = "records"
_SIGNALLED = 128


class Trial:
    """A program that is to be run twice, and where that happens."""

    def __init__(
        self, words: Sequence[str], folder: Path, place: Path, *, limit_mb: float | None, config: Path | None
    ) -> None:
        """*words* start the program in *folder*; copies and records go to *place*, an empty folder."""
        self._words, self._folder, self._place = words, folder, place
        self._limit_mb, self._config = limit_mb, config
        self._kind: Kind | None = None

    def run(self, changed: Sequence[Changed], begins: Callable[[str], None]) -> Tried:
        """Run the program as it is, then with *changed* in it; *begins* is told of each.

        Raises TargetError where it leaves no record of a Python or the folder can't be copied.
        """
        before, _unread = self._attempt(BEFORE, (), begins)
        after, unread = self._attempt(AFTER, changed, begins)
        margin = parsed(DEFAULT)
        assert margin is not None  # noqa: S101  # the default is one
        comparison = compare([before.verdict], [after.verdict], margin)
        return Tried(
            before,
            after,
            comparison,
            finding_of(before, after, comparison, was_read=len(unread) < len(changed)),
            self._limit_mb,
            self._kind,
            tuple(str(one.path) for one in changed),
            tuple(map(str, unread)),
        )

    def _attempt(
        self, name: str, changed: Sequence[Changed], begins: Callable[[str], None]
    ) -> tuple[Attempt, tuple[Path, ...]]:
        copy, records = self._place / name, self._place / _LOGS / name
        try:
            folder_copy.make_copy(self._folder, copy, changed)
            records.mkdir(parents=True)
        except OSError as error:
            said = _("{folder} can't be copied to {copy}: {reason}")
            raise TargetError(said.format(folder=self._folder, copy=copy, reason=reason(error))) from error
        begins(name)
        began = time.monotonic()
        status = self._run(copy, records)
        seconds = time.monotonic() - began
        unread = folder_copy.unread(copy, changed)  # before the sources are read for the verdict
        try:
            (run, *_others) = runs_named([os.fspath(records)])
        except LogError as error:
            said = _("{command}: left no record of a run (it exited with {status}): does it start a Python?")
            raise TargetError(said.format(command=" ".join(self._words), status=status)) from error
        return Attempt(investigate_run(run, top=0), status, seconds), unread

    def _run(self, copy: Path, records: Path) -> int:
        words = [folder_copy.in_copy(word, self._folder, copy) for word in self._words]
        options = ["--config", os.fspath(self._config)] if self._config else []
        environment = {**os.environ, "MEMMON_LOG_DIR": os.fspath(records), "PWD": os.fspath(copy)}
        with limited(self._limit_mb) as limit:
            self._kind = limit.kind
            done = subprocess.run(
                [*limit.before, sys.executable, "-m", "memmon", "run", "--quiet", *options, "--", *words],
                cwd=copy,
                env=environment,
                stdin=subprocess.DEVNULL,
                check=False,
            )
        return done.returncode if done.returncode >= 0 else _SIGNALLED - done.returncode
