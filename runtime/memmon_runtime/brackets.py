"""Which brackets are open: told apart by thread, calling frame and site, without keeping a frame alive.

A frame is known by its ``id``, which is given out again once the frame is gone. So every way of finding out that a
bracket's frame is gone is used:

* An ordinary function's frames come and go as a stack. Each thread has a lane, the stack of its open brackets; when a
  frame opens or closes one, what lies above it, or belongs to no frame among its callers, was left.
* A generator or coroutine may be suspended, resumed by another thread, or thrown away. Its brackets are loose, and its
  frame gets a token as its ``f_trace`` (which does nothing while nobody traces), whose end is the frame's end.
* A thread's end takes its lane with it.

A token or a lane may end in the midst of anything, so its end only leaves a note in ``gone``.
"""

from __future__ import annotations

from sys import gettrace

from _thread import _local

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

    from .sites import Site

_LOOSE = 0x20 | 0x80 | 0x200  # CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR
_HOPS = 32
"""So many callers are looked at in the hot path; the watcher looks at all of them soon after."""


class Bracket:
    """One that is open: where it was opened and how things stood."""

    __slots__ = ("cpu", "epoch", "frame", "loose", "others", "rss", "site", "token")

    def __init__(self, frame: int, site: Site, rss: int, epoch: int) -> None:
        """Keep the frame's id and the reading at the opening."""
        self.frame = frame
        self.site = site
        self.rss = rss
        self.epoch = epoch
        self.loose = False
        self.others = 0
        self.cpu = 0
        self.token: Token | None = None


class Token:
    """Lives as long as the frame that carries it as its ``f_trace``."""

    __slots__ = ("brackets", "gone")

    def __init__(self, gone: list[Bracket]) -> None:
        """Note in ``gone`` what is open when the frame ends."""
        self.brackets: list[Bracket] = []
        self.gone = gone

    def __call__(self, *_: object) -> None:
        """Trace nothing, should somebody start to trace while the frame runs."""

    def __del__(self) -> None:
        """The frame is gone, unless a debugger put its own function in the token's place."""
        if self.brackets and gettrace() is None:
            self.gone.extend(self.brackets)


class Lane:
    """The open brackets of one thread's ordinary functions, the innermost last."""

    __slots__ = ("gone", "ident", "stack")

    def __init__(self, ident: int, gone: list[Bracket]) -> None:
        """Note in ``gone`` what is open when the thread ends."""
        self.ident = ident
        self.stack: list[Bracket] = []
        self.gone = gone

    def __del__(self) -> None:
        """The thread is gone."""
        if self.stack:
            self.gone.extend(self.stack)


class Brackets:
    """All open brackets of the process. The recorder's lock is held around every call."""

    def __init__(self) -> None:
        """Nothing is open."""
        self.local = _local()
        self.gone: list[Bracket] = []
        self.loose: dict[tuple[int, Site], Bracket] = {}
        self.count = 0
        self.left: list[Bracket] = []
        """Found to be left, not yet told."""

    def lane(self, ident: int) -> Lane:
        """The calling thread's lane, made at its first bracket."""
        lane = self.local.lane = Lane(ident, self.gone)
        return lane

    def open(self, lane: Lane, frame: FrameType, bracket: Bracket) -> None:
        """Enter ``bracket``, opened by ``frame`` in the thread of ``lane``."""
        self.count += 1
        stack = lane.stack
        if frame.f_code.co_flags & _LOOSE:
            self._open_loose(frame, bracket)
            while stack and not _is_caller(stack[-1].frame, frame):
                self.leave(stack.pop())
            return
        while stack:
            top = stack[-1]
            if top.frame == bracket.frame:
                if top.site is bracket.site or not _encloses(top.site, bracket.site):
                    self.leave(stack.pop())
                    continue
            elif not _is_caller(top.frame, frame):
                self.leave(stack.pop())
                continue
            break
        stack.append(bracket)

    def _open_loose(self, frame: FrameType, bracket: Bracket) -> None:
        key = (bracket.frame, bracket.site)
        old = self.loose.get(key)
        if old is not None:
            self._drop_loose(old)
            self.leave(old)
        bracket.loose = True
        self.loose[key] = bracket
        token = frame.f_trace
        if token is None:
            token = frame.f_trace = Token(self.gone)
        if type(token) is Token:
            token.brackets.append(bracket)
            bracket.token = token

    def _drop_loose(self, bracket: Bracket) -> None:
        self.loose.pop((bracket.frame, bracket.site), None)
        if bracket.token is not None and bracket in bracket.token.brackets:
            bracket.token.brackets.remove(bracket)
        bracket.token = None

    def close(self, lane: Lane, frame: FrameType, site: Site) -> Bracket | None:
        """Take out the bracket of ``site`` that ``frame`` opened; None where none is known."""
        here = id(frame)
        stack = lane.stack
        for at in range(len(stack) - 1, -1, -1):
            if stack[at].site is site and stack[at].frame == here:
                for bracket in stack[at + 1 :]:
                    self.leave(bracket)
                bracket = stack[at]
                del stack[at:]
                self.count -= 1
                return bracket
        found = self.loose.get((here, site))
        if found is not None:
            token = found.token
            self._drop_loose(found)
            if token is not None and not token.brackets and frame.f_trace is token:
                frame.f_trace = None
            self.count -= 1
        return found

    def leave(self, bracket: Bracket) -> None:
        """Count ``bracket`` as left; it is out of its lane already."""
        self.count -= 1
        self.left.append(bracket)

    def bury(self) -> None:
        """Take out what ended with its frame or thread."""
        while self.gone:
            bracket = self.gone.pop()
            if not bracket.loose:
                self.leave(bracket)
            elif self.loose.get((bracket.frame, bracket.site)) is bracket:
                bracket.token = None
                del self.loose[bracket.frame, bracket.site]
                self.leave(bracket)

    def forget(self) -> None:
        """Begin anew, in a forked child: what the parent has open is the parent's."""
        for bracket in self.loose.values():
            if bracket.token is not None:
                bracket.token.brackets.clear()
        lane = getattr(self.local, "lane", None)
        if lane is not None:
            lane.stack.clear()
        self.__init__()  # type: ignore[misc]


def _encloses(outer: Site, inner: Site) -> bool:
    """Whether a bracket of ``inner`` can stand within one of ``outer`` in the same run of the same function.

    Where it can't, the outer one was left: by an exception in the same frame, or with a frame that is gone.
    """
    return outer.function == inner.function and outer.file == inner.file and outer.line <= inner.line


def _is_caller(wanted: int, frame: FrameType) -> bool:
    """Whether the frame known as ``wanted`` is among the callers; yes in doubt, beyond ``_HOPS``."""
    caller: FrameType | None = frame
    for _ in range(_HOPS):
        if caller is None:
            return False
        if id(caller) == wanted:
            return True
        caller = caller.f_back
    return True
