"""What the injected calls do once a site has stood down: count its passes, and measure every so-many-th.

Until the first site does, none of this is in anybody's way. A pass that is only counted takes no lock and looks at no
frame: its site is told by the line it is passed with, where that is enough (``StoodDownSites.counted``). It is not
while a bracket of the site is open, be it one from before it stood down or one that is being measured: then each pass
goes the longer way, which knows whose bracket it is.
"""

# Each function is for one end of a bracket, and what it needs is its closure's, as in the hot path.
# ruff: noqa: C901, PLR0913, PLR0917

from __future__ import annotations

from _thread import get_ident
from sys import _getframe

from memmon_runtime.checkpoints.stood_down import has_open
from memmon_runtime.record.pass_counter import COUNTED
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any, Callable, Dict, List, Tuple

    from memmon_runtime.checkpoints.brackets import Bracket
    from memmon_runtime.checkpoints.hot_path import Closing, Marked, Opening
    from memmon_runtime.checkpoints.recorder import Recorder
    from memmon_runtime.checkpoints.stood_down import Counted
    from memmon_runtime.system.own_lock import OwnLock

    # The call that closes a bracket, and what is counted by line alone of those that it closes.
    End = Tuple[Closing, Dict[int, Counted]]


def counting_opening_for(
    recorder: Recorder, labels: tuple[str, str], measure: Opening, swallow: Callable[[BaseException], None]
) -> Callable[..., Marked | None]:
    """The call that opens a bracket of whatever site, while some have stood down; ``measure`` is the ordinary one.

    It gives None for a pass that is only counted.
    """
    acquire, let_go, wait = recorder.lock.acquire, letting_go_of(recorder.lock), recorder.acquire_lock
    counted = recorder.stood_down.counted_with(labels)
    find = counted.get

    def opening(
        name: str, line: int, normal: float | None = None, alarm: float | None = None,
        frame: FrameType | None = None, code: CodeType | None = None,
    ) -> Marked | None:  # fmt: skip
        """Count the pass, where that is all there is to do."""
        found = find(line)
        if found is not None:
            known, is_only, file, steps, words = found
            if known == name and (
                (is_only and frame is None) or file == (code or (frame or _getframe(1)).f_code).co_filename
            ):
                number = next(steps, 0)
                if number:
                    words[0] = number  # at COUNTED, but a name costs
                    return None
        return open_whole(name, line, normal, alarm, frame or _getframe(1), code)

    def open_whole(
        name: str, line: int, normal: float | None, alarm: float | None, frame: FrameType, code: CodeType | None
    ) -> Marked | None:
        """Open the bracket, or count the pass of a site that the line alone does not tell."""
        try:
            if not acquire(False) and not wait():  # noqa: FBT003 - as in the hot path
                return name, line, normal, alarm
            try:
                site = recorder.sites.get((name, line, (code or frame.f_code).co_filename, labels))
                counter = None if site is None else site.counter
                if site is None or counter is None:
                    return measure(name, line, normal, alarm, frame, code)
                number = next(counter.steps, 0)
                if not number:
                    counter.renew()
                    counted.pop(line, None)
                    return measure(name, line, normal, alarm, frame, code)
                counter.words[COUNTED] = number
                if has_open(site):  # of a frame that was at the same place, it may be
                    recorder.brackets.leave_own(_stack_here(recorder), frame, site)
                    recorder.tell_left()
                return None
            finally:
                let_go()
        except RecursionError:
            raise
        except BaseException as error:
            swallow(error)
        return name, line, normal, alarm

    return opening


def counting_closing_for(
    recorder: Recorder, labels: tuple[str, str], measure: Closing, swallow: Callable[[BaseException], None]
) -> Closing:
    """The call that closes it."""
    acquire, let_go, wait = recorder.lock.acquire, letting_go_of(recorder.lock), recorder.acquire_lock
    counted = recorder.stood_down.counted_with(labels)

    def closing(
        name: str, line: int, normal: float | None = None, alarm: float | None = None,
        frame: FrameType | None = None, code: CodeType | None = None,
    ) -> None:  # fmt: skip
        """Do nothing where nothing is open."""
        if line not in counted:
            close_whole(name, line, normal, alarm, frame or _getframe(1), code)

    def close_whole(
        name: str, line: int, normal: float | None, alarm: float | None, frame: FrameType, code: CodeType | None
    ) -> None:
        """Close the bracket that was opened, where one was."""
        try:
            if not acquire(False) and not wait():  # noqa: FBT003 - as above
                return
            try:
                site = recorder.sites.get((name, line, (code or frame.f_code).co_filename, labels))
                if site is None or site.counter is None:
                    measure(name, line, normal, alarm, frame, code)
                elif has_open(site) and recorder.brackets.holds(_stack_here(recorder), frame, site):
                    measure(name, line, normal, alarm, frame, code)
                    recorder.stood_down.settle(site)
            finally:
                let_go()
        except RecursionError:
            raise
        except BaseException as error:
            swallow(error)

    return closing


def counting_through_for(
    statement: End, function: End, swallow: Callable[[BaseException], None]
) -> Callable[[Marked | None, Any, Closing], Any]:
    """The call that closes a bracket around a value; both kinds of ends are given with the lines that are counted."""
    after, counted_statements = statement
    end, counted_functions = function

    def through(bracket: Marked | None, value: Any, close: Closing) -> Any:
        """Hand ``value`` on, and close the bracket where there is something to close."""
        if bracket is None:
            return value
        if close is end:
            if bracket[1] in counted_functions:
                return value
        elif close is after and bracket[1] in counted_statements:
            return value
        try:
            close(*bracket, _getframe(1))
        except TypeError as error:
            swallow(error)
        return value

    return through


def letting_go_of(lock: OwnLock) -> Callable[[], None]:
    """Release ``lock``, unless that has been done.

    What a signal handler raises amid a pass that is measured goes through the ordinary call's ``swallow``, which lets
    go of all that is held.
    """
    release, is_owned = lock.release, lock.is_owned

    def let_go() -> None:
        if is_owned():
            release()

    return let_go


def _stack_here(recorder: Recorder) -> List[Bracket]:
    """The open brackets of the calling thread's ordinary functions."""
    brackets = recorder.brackets
    lane = getattr(brackets.local, "lane", None) or brackets.lane(get_ident())
    return lane[0]
