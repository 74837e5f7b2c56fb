r"""The dead man's switch: the stack, written while a native call keeps the interpreter to itself.

A Python thread is blind just while the fatal call runs, since that call holds the GIL. `faulthandler` has a thread in C
that needs none: the watcher arms it at each tick, and it fires only once the watcher has been kept from its next ticks
for ``THRESHOLD`` seconds.

The dump goes to ``.memory_monitor_….stack.page`` beside the log ``memory_monitor_….log``: 64 KiB that are allocated
beforehand and NUL but for the newest dump, which begins at 0 and ends before the first NUL (a dump of very many
threads makes the file longer). It is there only while the watcher is locked out: at its next tick the watcher puts the
dump into the log as ``# stack`` lines with ``"held": true`` and fills the file with NUL again. So what is found in the
file after a kill is where the threads were in the last moment. It is `faulthandler`'s own text, ASCII::

    Timeout (0:00:00.150000)!
    Thread 0x00007f3a4c2b1740 (most recent call first):
      File "/srv/b\xf6t.py", line 123 in load
      File "/srv/b\xf6t.py", line 456 in <module>

Other characters come as ``\xNN``, ``\uNNNN``, ``\UNNNNNNNN``. The number is the thread's ``tid`` in hexadecimal. The
lines are those of the files as they run; the log's ``# lines: {"file": …, "added": […]}`` lines name the injected
ones: a line of the original is ``line - (how many of the added are ≤ line)``.

The dump walks frames without the GIL. That is safe while they stand still, as they do while one native call holds
the GIL, and it has crashed programs where they did not. So the switch is armed only where silence of the watcher means
just that: not with a long ``sys.setswitchinterval``, not for a while after the process was stopped or starved, later
where the processor is rationed, and never where the program uses that watchdog itself.
"""

# pathlib and its kin are an import that the user's program would have to pay for.
# ruff: noqa: PTH208

from __future__ import annotations

import sys
from _thread import _count, allocate_lock
from os import O_CLOEXEC, O_CREAT, O_EXCL, O_RDWR, close, ftruncate, listdir, lseek
from sys import getswitchinterval

from . import files
from .isolated import BUILTINS
from .mapping import Mapping
from .page import allocate

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

THRESHOLD = 0.15
_RATIONED_THRESHOLD = 0.5
"""Where a quota stops the whole process for parts of a second."""
_LONGEST_SWITCH = 0.05
_SIZE = 64 << 10


class DeadMan:
    """The switch of one process; used by the watcher alone, and by nobody while it runs."""

    def __init__(self, log_path: str, *, rationed: bool) -> None:
        """Make the file ready; OSError where that can't be, RuntimeError where the program uses the watchdog."""
        self._threshold = _RATIONED_THRESHOLD if rationed else THRESHOLD
        self._watchdog = _Watchdog()
        folder, _, name = log_path.rpartition("/")
        self.path = f"{folder}/.{name[:-4]}.stack.page"
        self._fd = files.open_high(self.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC)
        self._identity = files.identity(self._fd)
        try:
            allocate(self._fd, _SIZE)
            self._mapping = Mapping(self._fd, _SIZE)
            self._map = self._mapping.bytes
            self._map[:] = bytes(_SIZE)
        except BaseException:
            close(self._fd)
            files.remove(self.path)
            raise

    def arm(self) -> None:
        """Let the switch fire in ``THRESHOLD`` seconds, unless it is armed again or disarmed before."""
        if self._watchdog.taken or getswitchinterval() > _LONGEST_SWITCH:
            self.disarm()
        elif files.identity(self._fd) == self._identity:
            lseek(self._fd, 0, 0)
            self._watchdog.start(self._threshold, self._fd)

    @property
    def armed(self) -> bool:
        """Whether its C thread runs."""
        return self._watchdog.armed

    def disarm(self) -> None:
        """Let it not fire; the C thread is gone when this returns."""
        self._watchdog.stop()

    def take(self) -> str:
        """The dump that was written since the last call, or nothing; the file is empty again."""
        if not self._map[0]:
            return ""
        self.disarm()
        end = self._map.find(b"\0")
        text = self._map[: end if end >= 0 else _SIZE].decode("ascii", "replace")
        self._map[: len(text)] = bytes(len(text))
        if end < 0:
            ftruncate(self._fd, _SIZE)
        return text

    def close(self, *, keep: bool = False) -> None:
        """Disarm, give the descriptor back, and remove the file unless it is to be kept."""
        self.disarm()
        self.abandon()
        if not keep:
            files.remove(self.path)

    def abandon(self) -> None:
        """In a forked child: the file is the parent's."""
        self._mapping.close()
        if files.identity(self._fd) == self._identity:
            close(self._fd)


class _Watchdog:
    """`faulthandler`'s watchdog, of which there is one in a process: the program's own use of it comes first."""

    def __init__(self) -> None:
        """Note from now on when the program takes it; RuntimeError where it may have done so already."""
        early = "faulthandler" in sys.modules
        import faulthandler  # noqa: PLC0415 - not before it is needed

        self.taken = False
        self.armed = False
        self._lock = allocate_lock()
        self._later: Callable[..., None] = faulthandler.dump_traceback_later
        self._cancel: Callable[[], None] = faulthandler.cancel_dump_traceback_later
        if hasattr(self._later, "memmon"):
            self._later = self._later.memmon
        elif early and _used_elsewhere(self._later):
            raise RuntimeError("the program uses faulthandler's watchdog")
        original = self._later

        def dump_traceback_later(*args: Any, **kwargs: Any) -> None:
            """`faulthandler.dump_traceback_later`; memmon leaves the watchdog to the program from now on."""
            with self._lock:
                self.taken, self.armed = True, False
            original(*args, **kwargs)

        dump_traceback_later.memmon = original  # type: ignore[attr-defined]
        faulthandler.dump_traceback_later = dump_traceback_later

    def start(self, seconds: float, fd: int) -> None:
        with self._lock:
            if not self.taken:
                self.armed = True
                self._later(seconds, repeat=False, file=fd, exit=False)

    def stop(self) -> None:
        with self._lock:
            if self.armed:
                self.armed = False
                self._cancel()


def _used_elsewhere(function: object) -> bool:
    """Whether the watchdog may run already, or a module has the function by name and so can start it unseen."""
    try:
        if len(listdir("/proc/self/task")) > 1 + _count():
            return True
    except OSError:
        pass
    for name, module in list(sys.modules.items()):
        if name != "faulthandler":
            for value in list(getattr(module, "__dict__", {}).values()):
                if value is function:
                    return True
    return False
