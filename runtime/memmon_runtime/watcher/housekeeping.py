"""What is done for the folder that the record is in, so that what is left there stays bounded: little by little.

The watcher does it, a few files at each of its looks and whenever it begins anew after a fork, since a program that
forks all the time leaves it no time for a look. What may go is said in ``old_runs`` and in ``ended_children``.
"""

from __future__ import annotations

from time import monotonic, thread_time

from memmon_runtime.system.folder import Folder
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.own_modules import OwnModules

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterator

    from memmon_runtime.checkpoints.recorder import Recorder
    from memmon_runtime.watcher.ended_children import EndedChildren

MODULES = (
    "memmon_runtime.watcher.left_records",
    "memmon_runtime.watcher.old_runs",
    "memmon_runtime.watcher.ended_children",
)
"""What is loaded for this alone, each after those that it imports: their code is read at once, since the watcher must
not open files for that."""
_FEW = 4
"""Steps of one look, at least: a program that forks all the time has as many to be done for each of its children."""
_SHARE, _PATIENCE = 0.004, 0.02
"""Seconds of a processor and of the clock for further steps of one look."""
_AT_END = 0.1
"""Seconds that a program's end may take longer for it."""
_FOR_SIBLINGS = 10 * _AT_END
"""The same for one that does it in its parent's place, once in a hundred of its kind: of the clock, as often as it may
wait for a processor meanwhile."""
_EVERY = 2.0
"""Seconds from one look at the children's records to the next, at least."""
_NEVER = float("inf")
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
        self._children: EndedChildren | None = None
        self._siblings = False
        self._children_at = _NEVER
        """When the children's records are looked at next."""
        self._folder = Folder(folder or "/")
        if not OwnModules().read_ahead(MODULES):
            OwnModules().make(MODULES)

    def remove_old_runs(self) -> None:
        """Have older runs' records removed, from a second after the start on."""
        self._works.append(self._old_runs())

    def _old_runs(self) -> Iterator[None]:
        OwnModules().make(MODULES)
        from memmon_runtime.watcher.old_runs import remove_old_runs  # noqa: PLC0415 - it has been loaded

        recorder = self._recorder
        yield from remove_old_runs(self._folder, self._log, recorder.target, self._keep, recorder.limits)

    def fold_children(self, *, siblings: bool = False) -> None:
        """There are children: have the records of those removed that have ended with nothing to tell.

        ``siblings``: of those, too, that the same process has started.
        """
        self._siblings = siblings or self._siblings
        self._children_at = min(self._children_at, self._due_at)

    def _ended_children(self) -> Iterator[None]:
        if self._children is None:
            OwnModules().make(MODULES)
            from memmon_runtime.watcher.ended_children import EndedChildren  # noqa: PLC0415 - it has been loaded

            self._children = EndedChildren(self._folder, self._log, self._recorder, siblings=self._siblings)
        begun = monotonic()
        try:
            yield from self._children.look()
        finally:
            self._children_at = monotonic() + max(_EVERY, monotonic() - begun)

    def is_due(self) -> bool:
        """Whether there is anything to do."""
        now = monotonic()
        if now >= self._children_at:
            self._children_at = _NEVER
            self._works.append(self._ended_children())
        return bool(self._works) and now >= self._due_at

    def look(self, is_wanted: Callable[[], bool]) -> None:
        """Do a part of the work: a few steps, and more as long as the watcher ``is_wanted`` nowhere else."""
        until, used = monotonic() + _PATIENCE, thread_time() + _SHARE
        steps = 0
        while self._works and (steps < _FEW or not (is_wanted() or thread_time() > used or monotonic() > until)):
            steps += 1
            self._step()

    def _step(self) -> None:
        try:
            next(self._works[0])
        except Exception:
            # It is done, or what it needs is not to be had.
            self._works.pop(0)

    def finish(self) -> None:
        """Do what is left to do, as far as that is soon done, at the program's end; then give the descriptor back."""
        until, used = monotonic() + (_FOR_SIBLINGS if self._siblings else _AT_END), thread_time() + _AT_END
        if self._children_at < _NEVER:
            self._works.append(self._ended_children())
        while self._works and monotonic() < until and thread_time() < used:
            self._step()
        self.abandon()

    def abandon(self) -> None:
        """In a forked child: all this is the parent's."""
        self._works.clear()
        self._children_at = _NEVER
        self._folder.close()
