"""For people who mark their code by hand: ``checkpoint``, ``span`` and ``monitor``.

The first of them to be used starts the log, with the settings of ``configure`` or the defaults.
"""

from __future__ import annotations

from sys import _getframe

from memmon_runtime.checkpoints import hand_marked, injected
from memmon_runtime.session import install
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import megabytes
from memmon_runtime.system.source import original_line

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any, Callable, TypeVar, Union

    Size = Union[float, str, None]
    Function = TypeVar("Function", bound=Callable[..., Any])

_CO_GENERATOR, _CO_COROUTINE, _CO_ASYNC_GENERATOR = 0x20, 0x80, 0x200
"""The flags of a function's code, as `inspect` has them."""


def configure(**settings: Any) -> None:
    """Choose the settings and start the log.

    Takes ``warning``, ``critical`` (shares of the limit such as ``"80%"``, or sizes such as ``"800MB"``, or 800 for
    as many MB), ``interval`` (seconds), ``log_dir``, ``language`` (``"zh"``, ``"en"``, ``"auto"``), ``peak`` and
    ``keep`` (``"20 runs, 500MB"``).
    Where a log has been started already its settings hold (`memmon run` takes what stands here as constants); that is
    said on stderr, as is a value that can't be read, and a ``warning`` above ``critical``. TypeError for a keyword that
    is none of these.
    """
    if not install.begin(_getframe(1), settings) and not install.are_given(settings):
        install.complain("configure() came after the log was started: its settings count for nothing")


def checkpoint(name: str) -> None:
    """Write one line: how much memory the process has here, and how much more than at the checkpoint before."""
    try:
        frame = _getframe(1)
        install.begin(frame, {})
        hand_marked.mark(frame, name)
    except RecursionError:
        raise
    except BaseException as error:
        injected.swallow(error)


def _in_mb(size: Size) -> float | None:
    """A size as the configuration takes it, or a number of MB; None for what can't be read, as where none is given."""
    return megabytes(size) if isinstance(size, str) else size


class span:  # noqa: N801 - used like a function
    """Bracket a ``with`` block: NAME_START at its beginning, NAME_END at its end, NAME_LEFT if an exception ends it."""

    __slots__ = ("_code", "_complaint", "_limits", "_line", "_name")

    def __init__(self, name: str, normal: Size = None, alarm: Size = None) -> None:
        """``normal`` and ``alarm``: the growth that is fine, and the one that is not, in MB or as ``"20MB"``.

        One that can't be read counts for nothing, and one line on stderr says so.
        """
        self._name = name
        self._limits = limits = (_in_mb(normal), _in_mb(alarm))
        unread = [size for size, mb in ((normal, limits[0]), (alarm, limits[1])) if size is not None and mb is None]
        self._complaint = f"{unread[0]!r} is no size and counts for nothing" if unread else ""
        self._code: CodeType | None = None
        self._line = 0

    def __enter__(self) -> None:
        """Open the bracket."""
        try:
            frame = _getframe(1)
            install.begin(frame, {})
            if self._complaint:
                install.complain(self._complaint)
            if self._code is None:
                self._line = original_line(frame.f_code.co_filename, frame.f_lineno) or 0
            hand_marked.open_span(frame, self._name, self._line, self._limits, self._code)
        except RecursionError:
            raise
        except BaseException as error:
            injected.swallow(error)

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        """Close it, or note that it was left."""
        try:
            left = kind is not None
            hand_marked.close_span(_getframe(1), self._name, self._line, self._limits, self._code, left=left)
        except RecursionError:
            raise
        except BaseException as failure:
            injected.swallow(failure)


class _Monitored(span):
    """The span of one call of a decorated function: its site is the function, not the wrapper."""

    __slots__ = ()

    def __init__(self, code: CodeType | None, name: str, normal: Size, alarm: Size) -> None:
        super().__init__(name, normal, alarm)
        self._code = code
        if code is not None:
            self._line = original_line(code.co_filename, code.co_firstlineno) or 0


def monitor(name: str | Function, normal: Size = None, alarm: Size = None) -> Any:
    """Decorate a function so that each of its runs is a bracket: ``@monitor("name")``, or ``@monitor`` for its own.

    Coroutine functions, generator functions and asynchronous generator functions stay what they are; their brackets
    open when they begin to run and close when they end. ``normal`` and ``alarm`` are as in ``span``: numbers of MB, or
    texts such as ``"20MB"``.
    """
    if callable(name):
        return monitor(getattr(name, "__name__", "monitored"))(name)
    shown: str = name

    def decorate(function: Function) -> Function:
        code = getattr(function, "__code__", None)
        flags = getattr(code, "co_flags", 0)
        wrap: Callable[..., Any] = _plain
        if flags & _CO_ASYNC_GENERATOR:
            wrap = _async_generator
        elif flags & _CO_COROUTINE:
            wrap = _coroutine
        elif flags & _CO_GENERATOR:
            wrap = _generator
        wrapped = wrap(function, lambda: _Monitored(code, shown, normal, alarm))
        for attribute in _COPIED:
            if hasattr(function, attribute):
                setattr(wrapped, attribute, getattr(function, attribute))
        wrapped.__dict__.update(getattr(function, "__dict__", {}))
        wrapped.__wrapped__ = function
        return wrapped  # type: ignore[no-any-return]

    return decorate


_COPIED = ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__", "__type_params__")
"""The attributes that a wrapper takes over from the function that it wraps."""


def _plain(function: Callable[..., Any], bracket: Callable[[], span]) -> Any:
    def monitored(*args: Any, **kwargs: Any) -> Any:
        with bracket():
            return function(*args, **kwargs)

    return monitored


def _coroutine(function: Callable[..., Any], bracket: Callable[[], span]) -> Any:
    async def monitored(*args: Any, **kwargs: Any) -> Any:
        with bracket():
            return await function(*args, **kwargs)

    return monitored


def _generator(function: Callable[..., Any], bracket: Callable[[], span]) -> Any:
    def monitored(*args: Any, **kwargs: Any) -> Any:
        with bracket():
            return (yield from function(*args, **kwargs))

    return monitored


def _async_generator(function: Callable[..., Any], bracket: Callable[[], span]) -> Any:
    async def monitored(*args: Any, **kwargs: Any) -> Any:
        with bracket():
            inner = function(*args, **kwargs)
            try:
                value = await inner.__anext__()
                while True:
                    try:
                        sent = yield value
                    except GeneratorExit:  # noqa: PERF203 - each step may end it
                        await inner.aclose()
                        raise
                    except BaseException as error:
                        value = await inner.athrow(error)
                    else:
                        value = await inner.asend(sent)
            except StopAsyncIteration:
                return

    return monitored
