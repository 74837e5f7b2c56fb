"""The hooks around a fork of the program: the runtime rests meanwhile, and no signal handler runs amid the hooks.

An exception that is raised within a hook is printed and lost, and the runtime's hooks take milliseconds: an interrupt
by Ctrl-C, or by SIGTERM where a handler ends the program, would often fall into them. So the signals of the forking
thread wait until the hooks are through. They are let in again by a hook that is no Python code, so that the handler
runs when `os.fork` returns, as it would anyway. A signal that comes in the microseconds before they wait is still lost.
"""

# There is one fork under way at a time in a process.
# ruff: noqa: PLW0603

from __future__ import annotations

import sys
from _functools import partial  # type: ignore[import-not-found]  # functools itself brings in six modules more

from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.own_lock import OwnLock
from memmon_runtime.system.threads import blockable_signals, count_tasks

__builtins__ = BUILTINS

try:
    from os import register_at_fork
except ImportError:  # Windows
    register_at_fork = None  # type: ignore[assignment]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, List, Tuple

_SET_SIZE = 128
"""Bytes of Linux's sigset_t."""
_WARNS_AFTER = (3, 13)
"""From this Python on, the interpreter counts threads for its warning after the hooks, when the watcher is back."""

_lock = OwnLock()
_depth = 0
_hidden: Tuple[List[Any], Any] | None = None


def around_forks(pause: Callable[[], None], resume: Callable[[], None], in_child: Callable[[], None]) -> None:
    """Call these before each fork, and after it in the parent and in the child; what they raise is dropped.

    A handler that runs amid it all the same may fork itself; then ``resume`` is called for the inner one first.
    """
    if register_at_fork is None:
        return
    try:
        mask: _Mask | None = _Mask()
    except Exception:
        mask = None  # no `_ctypes`, or another system

    def before() -> None:
        global _depth
        _depth += 1
        if mask is not None and _depth == 1:
            mask.note()
        try:
            pause()
        except Exception:
            pass

    # Hooks of before a fork are called in the reverse order.
    register_at_fork(
        before=before,
        after_in_parent=lambda: _after(resume if _depth else None, mask),
        after_in_child=lambda: _after(in_child, mask),
    )
    if mask is not None:
        register_at_fork(before=mask.block, after_in_parent=mask.let_in, after_in_child=mask.let_in)
    register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


def _after(action: Callable[[], None] | None, mask: _Mask | None) -> None:
    """Call ``action`` in the parent or the child; None where the hook before the fork came to nothing.

    That happens where a signal handler was due just then: it runs as the hook begins, and what it raises ends the hook.
    """
    global _depth
    begun = _depth > 0
    try:
        if action is not None:
            action()
    except RecursionError:
        raise
    except Exception:
        pass
    finally:
        if begun:
            _depth -= 1
            if mask is not None:
                mask.recall()


class _Mask:
    """The forking thread's signals; ``block`` and ``let_in`` are no Python code, amid which a handler would run."""

    def __init__(self) -> None:
        """Nothing is blocked yet. Any error means that it can't be done here."""
        if sys.platform != "linux":
            raise OSError("masks of another form")
        from _signal import SIG_BLOCK, SIG_SETMASK  # type: ignore[import-not-found]  # noqa: PLC0415 - not for Windows

        from memmon_runtime.system.native_calls import CInt, CPointer, Library, buffer  # noqa: PLC0415 - nor this

        change = Library().function("pthread_sigmask", CInt, (CInt, CPointer, CPointer))
        bits = sum(1 << number - 1 for number in blockable_signals())
        everything = buffer(bits.to_bytes(_SET_SIZE, "little"))
        self._found = buffer(_SET_SIZE)
        self._noted = b""
        self.block: Callable[[], object] = partial(change, SIG_BLOCK, everything, self._found)
        self.let_in: Callable[[], object] = partial(change, SIG_SETMASK, self._found, None)

    def note(self) -> None:
        """Remember how it was before the outermost of the forks under way."""
        self._noted = self._found.raw

    def recall(self) -> None:
        """Have ``let_in`` set that again."""
        self._found.raw = self._noted


def hide_fork_warning() -> None:
    """Keep Python 3.13 from warning of a fork among threads where there is none but the watcher's.

    That thread ended before the fork and was started again after it, which is when the interpreter counts. The warning
    is hidden until ``show_fork_warning`` is called.
    """
    global _hidden
    if sys.version_info < _WARNS_AFTER:
        return
    show_fork_warning()
    if count_tasks() != 1:
        return
    import _warnings  # noqa: PLC0415 - for newer Pythons

    filters = getattr(sys.modules.get("warnings", _warnings), "filters", None)
    if type(filters) is list:
        import re  # noqa: PLC0415 - its match is no Python code, amid which a handler would run

        text = re.compile(r"This process \(pid=\d+\) is multi-threaded, use of fork")
        entry = ("ignore", text, DeprecationWarning, None, 0)
        _hidden = filters, entry
        filters.insert(0, entry)


def show_fork_warning() -> None:
    """Undo ``hide_fork_warning``."""
    global _hidden
    if _hidden is not None:
        (filters, entry), _hidden = _hidden, None
        if entry in filters:
            filters.remove(entry)
