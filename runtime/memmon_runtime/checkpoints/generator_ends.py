"""When generators and coroutines end, before Python 3.10: their frames may not be touched there.

A frame that has an ``f_trace`` shows the line of its last trace event, in tracebacks too, and not the line where it is.
So the generator is watched in its frame's stead, by a weak reference. The frame knows it, in a field that only C code
sees; where the field is, is found out by a generator made for that.
"""

from __future__ import annotations

from _weakref import ref
from sys import getsizeof

from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.native_calls import CObject, CPointer

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, List, Tuple

    # As in `brackets`, which imports this.
    Bracket = Tuple[Any, ...]
    Gone = List[Tuple[Any, bool]]

_FRAME_ATTRIBUTES = {"generator": "gi_frame", "coroutine": "cr_frame", "async_generator": "ag_frame"}
"""By a generator's type: what is None once it has ended."""
_POINTER = 8
"""Bytes of an address."""
_MOST_LOOKS = 100
"""Of the generators so many are looked at by each sweep."""


class _Watch(ref):  # type: ignore[type-arg]  # no type has arguments at run time, before Python 3.9
    """A generator, and the brackets that are open in its frame."""

    __slots__ = ("brackets", "ident")

    brackets: list[Bracket]
    ident: int


class GeneratorEnds:
    """The generators and coroutines that have brackets open. The recorder's lock is held around every call."""

    def __init__(self, gone: Gone) -> None:
        """Note in ``gone`` what is open when one ends. RuntimeError where a frame's generator can't be found."""
        self._gone = gone
        self._watches: dict[int, _Watch] = {}
        self._place = _place_of_generator()

    def brackets_of(self, frame: FrameType) -> list[Bracket] | None:
        """The brackets that are open in ``frame``, to be added to; None where its end can't be found out."""
        ident = id(frame)
        try:
            generator = CObject.from_address(ident + self._place).value
        except ValueError:  # none: the code was run by itself
            return None
        watch = self._watches.get(ident)
        if watch is not None and watch() is not generator:
            self._end(watch)  # of a frame that was at the same place
            watch = None
        if watch is None:
            watch = self._watches[ident] = _Watch(generator, self._end)
            watch.brackets, watch.ident = [], ident
        return watch.brackets

    def take_out(self, frame: FrameType, bracket: Bracket) -> None:
        """``bracket`` of ``frame`` has been closed."""
        watch = self._watches.get(id(frame))
        if watch is not None and bracket in watch.brackets:
            watch.brackets.remove(bracket)
            if not watch.brackets:
                del self._watches[watch.ident]

    def sweep(self) -> None:
        """Find those that have ended and that somebody holds all the same, as a finished task does."""
        watches = self._watches
        for ident in list(watches)[:_MOST_LOOKS]:
            watch = watches.pop(ident, None)
            if watch is None:
                continue
            generator: Any = watch()
            if generator is None or getattr(generator, _FRAME_ATTRIBUTES[type(generator).__name__]) is None:
                self._end(watch)
            else:
                watches[ident] = watch  # behind those that have not been looked at

    def _end(self, watch: _Watch) -> None:
        """That generator has ended; it may be told in the midst of anything."""
        if self._watches.get(watch.ident) is watch:
            self._watches.pop(watch.ident, None)
        self._gone.extend((bracket, True) for bracket in watch.brackets)


def _place_of_generator() -> int:
    """Where in a frame, in bytes from its beginning, the address of its generator is."""

    def nothing() -> Any:
        yield

    generator = nothing()
    words = (CPointer * (getsizeof(generator.gi_frame) // _POINTER)).from_address(id(generator.gi_frame))
    found = [place for place, word in enumerate(words) if word == id(generator)]
    if len(found) != 1:
        raise RuntimeError("an unknown sort of frame")
    return found[0] * _POINTER
