"""Which brackets are open: told apart by thread, calling frame and site, without keeping a frame alive.

A frame is known by its ``id``, which is given out again once the frame is gone. So every way of finding out that a
bracket's frame is gone is used:

* An ordinary function's frames come and go as a stack. Each thread has a lane, the stack of its open brackets; when a
  frame opens or closes one, what lies above it, or belongs to no frame among its callers, was left. The watcher looks
  through the lanes too.
* A generator or coroutine may be suspended, resumed by another thread, or thrown away. Its brackets are loose, and from
  Python 3.10 on its frame gets a token as its ``f_trace`` (which does nothing while nobody traces), whose end is the
  frame's end. A frame that somebody holds, as a traceback does, is open until they drop it; from Python 3.13 on a
  generator that was closed holds its own. Before Python 3.10 ``generator_ends`` finds it out.
* A thread's end takes its lane with it.

A token or a lane may end in the midst of anything, so its end only leaves a note in ``gone``.
"""

from __future__ import annotations

from _thread import _local
from sys import gettrace, version_info

from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.threads import frames_of_others, ids_of_stack, is_caller

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import List, Tuple

    from memmon_runtime.checkpoints.generator_ends import GeneratorEnds
    from memmon_runtime.record.sites import Site

    # The frame's id, the site, the RSS and the peak's epoch at the opening, and how much processor time other
    # threads had used by then (0: there were none). A tuple, since it is the cheapest to make.
    Bracket = Tuple[int, Site, int, int, int]
    # What ended, and whether it was loose.
    Gone = List[Tuple[Bracket, bool]]

LOOSE = 0x20 | 0x80 | 0x200  # CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR
_BEARS_TOKENS = (3, 10)
"""Before this Python a frame with an ``f_trace`` shows a wrong line, in tracebacks too."""


class Token:
    """Lives as long as the frame that carries it as its ``f_trace``."""

    __slots__ = ("brackets", "gone")

    def __init__(self, gone: Gone) -> None:
        """Note in ``gone`` what is open when the frame ends."""
        self.brackets: list[Bracket] = []
        self.gone = gone

    def __call__(self, *_: object) -> None:
        """Trace nothing, should somebody start to trace while the frame runs."""

    def __del__(self) -> None:
        """The frame is gone, unless a debugger put its own function in the token's place."""
        if self.brackets and gettrace() is None:
            self.gone.extend((bracket, True) for bracket in self.brackets)


class FrameEnds:
    """The ends of the frames of generators and coroutines, by tokens."""

    def __init__(self, gone: Gone) -> None:
        """Note in ``gone`` what is open when one ends."""
        self._gone = gone

    def brackets_of(self, frame: FrameType) -> list[Bracket] | None:
        """The brackets that are open in ``frame``, to be added to; None where its end can't be found out."""
        token = frame.f_trace
        if (token is None or (type(token) is Token and token.gone is not self._gone)) and version_info >= _BEARS_TOKENS:
            token = frame.f_trace = Token(self._gone)
        return token.brackets if type(token) is Token else None

    @staticmethod
    def take_out(frame: FrameType, bracket: Bracket) -> None:
        """``bracket`` of ``frame`` has been closed."""
        token = frame.f_trace
        if type(token) is Token and bracket in token.brackets:
            token.brackets.remove(bracket)
            if not token.brackets:
                frame.f_trace = None

    def sweep(self) -> None:
        """Nothing has to be looked for."""


def _frame_ends(gone: Gone) -> FrameEnds | GeneratorEnds:
    if version_info < _BEARS_TOKENS:
        try:
            from memmon_runtime.checkpoints.generator_ends import GeneratorEnds  # noqa: PLC0415 - not for newer ones

            return GeneratorEnds(gone)
        except (ImportError, RuntimeError):
            pass  # an interpreter of another sort: what is thrown away stays open
    return FrameEnds(gone)


class Lane:
    """The open brackets of one thread's ordinary functions, the innermost last."""

    __slots__ = ("gone", "stack")

    def __init__(self, gone: Gone) -> None:
        """Note in ``gone`` what is open when the thread ends."""
        self.stack: list[Bracket] = []
        self.gone = gone

    def __del__(self) -> None:
        """The thread is gone."""
        if self.stack:
            self.gone.extend((bracket, False) for bracket in self.stack)


class Brackets:
    """All open brackets of the process. The recorder's lock is held around every call."""

    def __init__(self) -> None:
        """Nothing is open."""
        self.local = _local()
        self.stacks: dict[int, list[Bracket]] = {}
        self.loose: dict[tuple[int, Site], Bracket] = {}
        self.count = 0
        self.gone: Gone = []
        self._ends = _frame_ends(self.gone)
        self.left: list[Bracket] = []
        """Found to be left, not yet told."""

    def lane(self, ident: int) -> tuple[list[Bracket], int]:
        """The calling thread's stack and its ident, kept as ``local.lane`` from its first bracket on."""
        self.local.owner = owner = Lane(self.gone)
        self.stacks[ident] = owner.stack
        self.local.lane = lane = owner.stack, ident
        return lane

    def enter(self, stack: list[Bracket], frame: FrameType, bracket: Bracket) -> None:
        """Enter ``bracket``, opened by ``frame`` in the thread of ``stack``; ``count`` has it already."""
        if frame.f_code.co_flags & LOOSE:
            self._enter_loose(frame, bracket)
            while stack and not is_caller(stack[-1][0], frame):
                self.leave(stack.pop())
            return
        here, site = bracket[:2]
        while stack:
            top, top_site = stack[-1][:2]
            if top == here:
                if top_site is not site and _encloses(top_site, site):
                    break
            elif is_caller(top, frame):
                break
            self.leave(stack.pop())
        stack.append(bracket)

    def _enter_loose(self, frame: FrameType, bracket: Bracket) -> None:
        key = bracket[:2]
        carried = self._ends.brackets_of(frame)
        old = self.loose.get(key)
        if old is not None:
            if carried and old in carried:
                carried.remove(old)
            self.leave(old)
        if carried is not None:
            carried.append(bracket)
        self.loose[key] = bracket

    def remove(self, stack: list[Bracket], frame: FrameType, site: Site) -> Bracket | None:
        """Take out the bracket of ``site`` that ``frame`` opened; None where none is known."""
        here = id(frame)
        for at in range(len(stack) - 1, -1, -1):
            if stack[at][1] is site and stack[at][0] == here:
                while len(stack) > at + 1:
                    self.leave(stack.pop())
                self.count -= 1
                return stack.pop()
        bracket = self.loose.pop((here, site), None)
        if bracket is not None:
            self._ends.take_out(frame, bracket)
            self.count -= 1
        return bracket

    def leave(self, bracket: Bracket) -> None:
        """Count ``bracket`` as left; it is out of its lane already."""
        self.count -= 1
        self.left.append(bracket)

    def holds(self, stack: list[Bracket], frame: FrameType, site: Site) -> bool:
        """Whether ``frame`` has a bracket of ``site`` open."""
        here = id(frame)
        return (here, site) in self.loose or any(one[1] is site and one[0] == here for one in stack)

    def leave_own(self, stack: list[Bracket], frame: FrameType, site: Site) -> None:
        """What ``frame``, or one that was at its place, has open of ``site`` was left."""
        bracket = self.remove(stack, frame, site)
        if bracket is not None:
            self.count += 1
            self.leave(bracket)

    def leave_lane(self) -> None:
        """Whatever the calling thread has open was left: the program ends."""
        stack, _ = getattr(self.local, "lane", ([], 0))
        while stack:
            self.leave(stack.pop())

    def leave_ended(self) -> None:
        """Take out what ended with its frame or thread."""
        while self.gone:
            bracket, loose = self.gone.pop()
            # A loose one may have been found out already, by another frame at the same address.
            if not loose or self.loose.get(bracket[:2]) is bracket:
                self.loose.pop(bracket[:2], None)
                self.leave(bracket)

    def sweep(self) -> None:
        """Find the brackets whose frames are on no thread's stack any more; the watcher does it at each tick."""
        self._ends.sweep()
        running: dict[int, FrameType] = {}
        for ident, stack in list(self.stacks.items()):
            if not stack:
                continue
            running = running or frames_of_others()
            innermost = running.get(ident)
            if innermost is None:
                continue
            alive = ids_of_stack(innermost)
            # The thread goes on meanwhile: what was seen counts only if it stands where it stood.
            if alive and frames_of_others().get(ident) is innermost:
                while stack and stack[-1][0] not in alive:
                    self.leave(stack.pop())

    def forget(self) -> None:
        """In a forked child: what the parent has open is the parent's."""
        self.loose.clear()
        for stack in self.stacks.values():
            stack.clear()


def _encloses(outer: Site, inner: Site) -> bool:
    """Whether a bracket of ``inner`` can stand within one of ``outer`` in the same run of the same function.

    Where it can't, the outer one was left: by an exception in the same frame, or with a frame that is gone.
    """
    return outer.function == inner.function and outer.file == inner.file and outer.line <= inner.line
