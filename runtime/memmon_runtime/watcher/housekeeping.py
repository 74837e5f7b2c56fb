"""What is done for the folder that the record is in, so that what is left there stays bounded: little by little.

The watcher does it, a few files at each of its looks and whenever it begins anew after a fork, since a program that
forks all the time leaves it no time for a look. What a record needs no more is written in ``old_runs``.
"""

from __future__ import annotations

from time import monotonic

from memmon_runtime.system.folder import Folder
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.own_modules import OwnModules

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterator

    from memmon_runtime.checkpoints.recorder import Recorder

MODULES = (
    "memmon_runtime.watcher.left_records",
    "memmon_runtime.watcher.old_runs",
)
"""What is loaded for this alone: their code is read at once, since the watcher must not open files for that."""
_SHARE = 0.002
"""Seconds of one look that are for this."""
_AT_END = 0.1
"""Seconds that a program's end may take longer for it."""
_AFTER = 1.0
"""Seconds after the start: what is no longer needed can wait, and the start can't."""


class Housekeeping:
    """The work of one process. OSError, ImportError or AttributeError where the folder can't be looked into."""

    def __init__(self, recorder: Recorder, keep: tuple[int | None, float | None]) -> None:
        """Open the folder of the recorder's log, which there is; in the thread that begins the record, or forks."""
        log = recorder.record.log
        folder, _, self._log = log.path.rpartition("/") if log is not None else ("", "", "")
        self._recorder = recorder
        self._keep = keep
        self._due_at = monotonic() + _AFTER
        self._works: list[Iterator[None]] = []
        self._folder = Folder(folder or "/")
        if not OwnModules().read_ahead(MODULES):
            self._load()

    @staticmethod
    def _load() -> Callable[..., Iterator[None]]:
        with OwnModules():
            from memmon_runtime.watcher.old_runs import remove_old_runs  # noqa: PLC0415 - see above

        return remove_old_runs

    def remove_old_runs(self) -> None:
        """Have older runs' records removed, from a second after the start on."""
        self._works.append(self._old_runs())

    def _old_runs(self) -> Iterator[None]:
        recorder = self._recorder
        yield from self._load()(self._folder, self._log, recorder.target, self._keep, recorder.limits)

    def is_due(self) -> bool:
        """Whether there is anything to do."""
        return bool(self._works) and monotonic() >= self._due_at

    def look(self, is_wanted: Callable[[], bool]) -> None:
        """Do a part of the work, as long as the watcher ``is_wanted`` nowhere else."""
        until = monotonic() + _SHARE
        while self._works and not is_wanted() and monotonic() < until:
            self._step()

    def _step(self) -> None:
        try:
            next(self._works[0])
        except Exception:
            # It is done, or what it needs is not to be had.
            self._works.pop(0)

    def finish(self) -> None:
        """Do what is left to do, as far as that is soon done, at the program's end; then give the descriptor back."""
        until = monotonic() + _AT_END
        while self._works and monotonic() < until:
            self._step()
        self.abandon()

    def abandon(self) -> None:
        """In a forked child: all this is the parent's."""
        self._works.clear()
        self._folder.close()
