"""The program's threads: where they are; and how one is started that is not the program's own.

Where they are is what `sys._current_frames` tells, without two hazards that it has. The caller's own frame is among
those it gives. Where that frame, or one that it was called from, holds the dictionary, the two are a reference cycle,
which keeps all frames of all threads with all that is in them until the garbage collector comes by: a program that has
let go of 200 MB still has them. So the caller's own frame is taken out before anybody gets to see it.

It goes through the threads of all interpreters, too. A thread that runs code in a subinterpreter is then found there
and not where our brackets are; and from Python 3.12 on a subinterpreter may have an allocator of its own, so that a
frame made here is freed there by the wrong one, which ends the program. To ask how many interpreters there are ends
programs of 3.12 as well, while another thread makes one. So nobody is asked where the program has imported the module
by which interpreters are made.
"""

from __future__ import annotations

import _thread
import sys
from _thread import get_ident
from os import listdir
from sys import _current_frames

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Callable

_INTERPRETER_MODULES = ("_xxsubinterpreters", "_interpreters")
"""The module by which interpreters are made, before Python 3.13 and from then on."""
_PUBLIC_MODULE = "concurrent.interpreters"
"""The one that people use for that from Python 3.14 on."""
_HOPS = 32
"""So many callers are looked at where there is no time for more."""
_MOST_FRAMES = 10_000
_ARENA_MAX = -8
"""glibc's M_ARENA_MAX."""
_is_main: bool | None = None


def frames_of_others() -> dict[int, FrameType]:
    """The innermost frame of each thread but the calling one, by the thread's ident; nothing where that has dangers."""
    if _may_have_subinterpreters():
        return {}
    frames = _current_frames()
    frames.pop(get_ident(), None)
    return frames


def native_id() -> int:
    """The system's number of the calling thread; 0 where it gives none."""
    return getattr(_thread, "get_native_id", int)()


def is_alone() -> bool:
    """Whether the calling thread is the only one that runs Python code; False where that is not known."""
    return not _may_have_subinterpreters() and len(_current_frames()) == 1


def _may_have_subinterpreters() -> bool:
    if _PUBLIC_MODULE in sys.modules:
        return True
    # From Python 3.14 on, concurrent.futures loads the other module for a class of its own, and asyncio loads that.
    return any(name in sys.modules for name in _INTERPRETER_MODULES) and (
        "concurrent.futures" not in sys.modules or sys.version_info < (3, 14)
    )


def is_caller(wanted: int, frame: FrameType) -> bool:
    """Whether the frame known as ``wanted`` is ``frame`` or among its callers; yes in doubt, beyond ``_HOPS``."""
    caller: FrameType | None = frame
    for _ in range(_HOPS):
        if caller is None:
            return False
        if id(caller) == wanted:
            return True
        caller = caller.f_back
    return True


def ids_of_stack(frame: FrameType | None) -> set[int]:
    """The ids of ``frame`` and all its callers; nothing where there are too many."""
    found: set[int] = set()
    while frame is not None:
        found.add(id(frame))
        if len(found) > _MOST_FRAMES:
            return set()
        frame = frame.f_back
    return found


def in_main_interpreter() -> bool:
    """Whether this is no subinterpreter."""
    global _is_main  # noqa: PLW0603 - each interpreter has this module for itself
    if _is_main is None:
        try:
            from _thread import _is_main_interpreter  # type: ignore[attr-defined] # noqa: PLC0415 - from Python 3.12 on

            _is_main = bool(_is_main_interpreter())
        except ImportError:
            _is_main = _is_main_by_its_state()
    return _is_main


def _is_main_by_its_state() -> bool:
    """The answer before Python 3.12, asked of the interpreter itself: no module of the standard library is as quick."""
    try:
        from memmon_runtime.system.native_calls import CPointer, Library  # noqa: PLC0415 - not for newer Pythons

        everything = Library()
        main = everything.function("PyInterpreterState_Main", CPointer, ())
        get = "PyInterpreterState_Get" if sys.version_info >= (3, 9) else "_PyInterpreterState_Get"
        return bool(main() == everything.function(get, CPointer, ())())
    except (ImportError, AttributeError):
        return True


def can_end_safely() -> bool:
    """Whether a thread of ours can end without ending the program.

    At a thread's end the C library may have to load ``libgcc_s``, and aborts the program where there is no room for
    that. So it is loaded now. Before Python 3.10 every thread ends so, later only one that is still running when the
    interpreter has ended.
    """
    if sys.platform != "linux":
        return True
    try:
        from memmon_runtime.system.native_calls import Library  # noqa: PLC0415 - not where it is not needed

        Library("libgcc_s.so.1")
    except (ImportError, OSError):
        return sys.version_info >= (3, 10)
    return True


def share_heap() -> None:
    """Let a thread allocate where all others do, and not set 64 MB of address space aside for itself.

    For where the address space is limited: what is set aside for our thread would be the program's.
    """
    if sys.platform == "linux":
        try:
            from memmon_runtime.system.native_calls import Library  # noqa: PLC0415 - not where it is not needed

            Library().function("mallopt")(_ARENA_MAX, 1)
        except (AttributeError, ImportError, OSError):
            pass  # another C library than glibc


def blockable_signals() -> set[int]:
    """All signals but those that a thread's own fault raises, which must not wait."""
    import _signal  # type: ignore[import-not-found]  # noqa: PLC0415 - not while Python starts

    faults = {_signal.SIGBUS, _signal.SIGFPE, _signal.SIGILL, _signal.SIGSEGV}
    return set(_signal.valid_signals()) - faults


def count_tasks() -> int:
    """How many threads the system counts; 0 where that can't be told."""
    try:
        return len(listdir("/proc/self/task"))  # noqa: PTH208 - no pathlib in the user's program
    except OSError:
        return 0


def with_signals_blocked(start: Callable[[], None]) -> None:
    """Call ``start`` with every signal blocked, which the threads that it starts inherit.

    What is sent to the process is left to its own threads: they may have blocked it, to wait for it. What a thread's
    own fault raises is never blocked.
    """
    import _signal  # noqa: PLC0415 - not while Python starts

    if not hasattr(_signal, "pthread_sigmask"):  # Windows
        start()
        return
    before = _signal.pthread_sigmask(_signal.SIG_BLOCK, blockable_signals())
    try:
        start()
    finally:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, before)
