"""The process's one session: how it is started, carried over a fork, and ended."""

# There is one session in a process, and a fork changes which.
# ruff: noqa: PLW0603

from __future__ import annotations

import builtins
from atexit import register
from gc import get_referrers
from sys import _getframe, getallocatedblocks

from memmon_runtime.attribution import late_census, late_windows
from memmon_runtime.checkpoints import injected
from memmon_runtime.record.file_names import is_log, is_page, log_beside
from memmon_runtime.session.origin import find_origin
from memmon_runtime.session.processes import end_with_worker, find_parent, find_previous, find_target, names_in
from memmon_runtime.session.session import Session
from memmon_runtime.session.settings import Settings
from memmon_runtime.system.descriptors import can_spare
from memmon_runtime.system.fork_hooks import around_forks
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.own_modules import OwnModules
from memmon_runtime.system.ownership import settle
from memmon_runtime.system.source import absolute, remember_added, remember_exact
from memmon_runtime.system.threads import in_main_interpreter
from memmon_runtime.system.written_files import admit_readers_of

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

_MOST_BLOCKS = 1_000_000
"""A process with more allocated blocks than that is not searched for a dictionary."""

_session: Session | None = None
_decided = False
_given: dict[str, Any] = {}
"""The settings that decided."""
LATE = (
    *late_census.MODULES,
    *late_windows.MODULES,
    "memmon_runtime.session.orphans",
    "memmon_runtime.session.death_before",
    "memmon_runtime.system.folder",
    "memmon_runtime.watcher.ended_children",
    "memmon_runtime.watcher.housekeeping",
    "memmon_runtime.watcher.left_records",
    "memmon_runtime.watcher.old_runs",
)
"""What many a start, or many a program, goes without."""
_PLAIN = (str, int, float, bool)


def current() -> Session | None:
    """The session that records here; None where nothing is recorded."""
    return _session


def install(alias: str, *, added: tuple[int, ...] = (), exact: tuple[int, ...] = (), **settings: Any) -> None:
    """What an instrumented file's preamble calls: bind ``alias`` in ``builtins`` and start the log.

    The first call in the process decides the settings; a later one adds its alias and its line numbers: those of the
    lines that were added to the file, and of those of its original whose sites are not to stand down.
    """
    frame = _getframe(1)
    remember_added(frame.f_code.co_filename, added)
    remember_exact(frame.f_code.co_filename, exact)
    injected.forget_files()
    setattr(builtins, alias, injected.marks)
    _outlive_builtins(alias)
    injected.remember_home(frame.f_globals.get("__name__"), alias)
    if _session is not None:
        _session.tell_added(frame.f_code.co_filename, added)
    begin(frame, settings)
    injected.bind_alias(at_once=_session is None)


def _outlive_builtins(alias: str) -> None:
    """Let the alias be found by finalizers that run when the interpreter has taken its own built-in names back.

    The interpreter does so from a copy that it made when it started. That copy is looked for among all objects, where
    they are few. In a subinterpreter of Python 3.8 the main interpreter's objects would be among them.
    """
    if getallocatedblocks() > _MOST_BLOCKS or not in_main_interpreter():
        return
    present = vars(builtins)
    for thing in get_referrers(present["__build_class__"]):
        if (
            type(thing) is dict
            and thing is not present
            and thing is not BUILTINS
            and thing.get("__name__") == "builtins"
        ):
            thing[alias] = injected.marks


def begin(frame: FrameType, settings: dict[str, Any]) -> bool:
    """Start the log for the program that ``frame`` belongs to; False where that has been decided already."""
    global _decided, _given, _session
    if _decided:
        return False
    chosen = Settings(**settings)
    _decided, _given = True, settings
    if chosen.disabled or not in_main_interpreter():
        return True  # a subinterpreter's end would meet our thread still running
    target = find_target(frame.f_globals, frame.f_code.co_filename)
    settle(target)
    admit_readers_of((target, absolute(frame.f_code.co_filename)))
    _session = Session(chosen, target, find_origin(chosen.origin))
    if not can_spare():
        _session.complain("nothing is recorded: the program may open too few files to spare any (`ulimit -n`)")
        _session = None
        return True
    if chosen.complaint:
        _session.complain(chosen.complaint)
    try:
        meant = chosen.log_dir
        names = names_in(meant)
        if any(map(log_beside, names)):
            from memmon_runtime.session.orphans import remove_orphans  # noqa: PLC0415 - after a kill, seldom else

            remove_orphans(chosen.log_dir, names)  # first: the new record may get the name of one of them
        parent = find_previous(meant, names) or find_parent()
        _session.start(parent)
        end_with_worker(_session, _finish)
        if parent is None and chosen.log_dir == meant and any(map(is_page, names)):
            from memmon_runtime.session.death_before import tell_death_before  # noqa: PLC0415 - after a kill

            tell_death_before(_session, names)  # before room is made: what nobody was told of stays
        others = names if chosen.log_dir == meant else names_in(chosen.log_dir)
        _session.make_room(sum(map(is_log, others)))
    except Exception as error:
        injected.swallow(error)
        injected.disconnect()
        _session.complain(f"can't record: {type(error).__name__}: {error}; the program runs on without it")
        _session = None
        return True
    register(_finish)
    around_forks(_before_fork, _after_fork, _in_child)
    return True


def are_given(settings: dict[str, Any]) -> bool:
    """Whether the log was started with these very ``settings``, as far as they are plain values."""
    return all(type(value) in _PLAIN and _given.get(name) == value for name, value in settings.items())


def complain(text: str) -> None:
    """Say on stderr what counts for nothing, where a log has been started and nothing has been said yet."""
    if _session is not None:
        _session.complain(text)


def _finish() -> None:
    try:
        if _session is not None:
            _session.finish()
            if _session.parent is None:  # else each of many workers might
                OwnModules().leave_start(LATE)
    except RecursionError:
        raise
    except Exception:
        pass  # the program's end is its own


def _before_fork() -> None:
    if _session is not None:
        _session.pause()


def _after_fork() -> None:
    if _session is not None:
        _session.resume()


def _in_child() -> None:
    global _session
    session, _session = _session, None
    if session is None:
        return
    injected.disconnect()
    try:
        session.abandon()
        if _is_exec(_getframe(1)):
            return  # subprocess: another program is about to take this process over
        _session = session.fork()
        end_with_worker(_session, _finish)
    except BaseException:
        injected.disconnect()
        raise


def _is_exec(frame: FrameType | None) -> bool:
    """Whether `subprocess` forks, seen from the hook that ``frame`` calls."""
    while frame is not None and frame.f_globals.get("__builtins__") is BUILTINS:
        frame = frame.f_back
    return frame is not None and frame.f_code.co_name == "_execute_child"
