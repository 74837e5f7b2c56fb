r"""The lockout switch of a forked child that has no record yet, and the file that such children dump into.

What a child does first may be the native call that ends it, before the watcher has looked once. A file of its own for
that would be one for each of the thousands of children that live for a moment. So a parent that forks has one file for
all of them, ``.memory_monitor_….forks.page`` beside its log ``memory_monitor_….log``. It has ``_PLACES`` places of
``SPACING`` bytes, of which only what was written takes room on the disk. A child takes one as it is forked, and gives
it back when its record begins or it ends well. A place::

    # 4711 20480 1763809848123456789              who has it: pid, RSS at the fork in KB, when that was in
                                                  nanoseconds since the epoch; 64 bytes
    Thread 0x00007f3a4c2b1740 (most recent call first):                        as in the parent's own ``.stack.page``:
    Stack (most recent call first):                                            see ``lockout``
      File "/srv/bot.py", line 123 in load

What is found there of a process that has no log is where it was when it was killed; one that was killed within a tenth
of a second has left its number. A place with a dump is not given to anybody else, nor is that of a process that is
still there. The parent removes the file at its end, unless such a dump is in it or the kernel has killed meanwhile.
"""

from __future__ import annotations

from os import close, kill, lseek

from memmon_runtime.record.file_names import forks_of
from memmon_runtime.system import descriptors, written_files
from memmon_runtime.system.file_size import fits, largest_file
from memmon_runtime.system.gil_io import pread, pwrite
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.watcher.lockout import DUMP_AT, HEADER, NoLockoutSwitch, ThreadSwitch

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Tuple, Union

    from memmon_runtime.measure.limits import Limits
    from memmon_runtime.watcher.lockout import LockoutSwitch
    from memmon_runtime.watcher.thread_timers import ThreadTimers

    # A process by its number, its RSS in KB at the fork, and when that was in nanoseconds since the epoch.
    Child = Tuple[int, int, int]
    Switch = Union[LockoutSwitch, "EarlySwitch", NoLockoutSwitch]

SPACING = 64 << 10
"""Bytes of a place: more than a dump ever has."""
_PLACES = 16
_OWNER = 64
"""Bytes of a place's first line."""


class ForkedFile:
    """A parent's file for its children."""

    def __init__(self, log_path: str, limits: Limits) -> None:
        """Create it; OSError where that can't be."""
        if largest_file() < _PLACES * SPACING:
            raise OSError("a file may not be so large")
        self.path = forks_of(log_path)
        self._fd = descriptors.high(written_files.create(self.path))
        self.identity = descriptors.identity(self._fd)
        self._limits = limits
        self._kills = _nearest(limits)

    def close(self) -> None:
        """Remove it, unless somebody may want to read it: where a dump is in it, or the kernel has killed meanwhile."""
        if descriptors.identity(self._fd) != self.identity:
            return
        try:
            is_wanted = any(_has_dump(self._fd, number * SPACING) for number in range(_PLACES))
        finally:
            close(self._fd)
        if not is_wanted and _nearest(self._limits) == self._kills:
            written_files.remove(self.path)


class EarlySwitch(ThreadSwitch):
    """The switch of one child, for the watcher as a `LockoutSwitch` is."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a place and a switch are of
        self, file: ForkedFile, number: int, child: Child, ident: int, timers: ThreadTimers, delay: float
    ) -> None:
        """Take the place for the fork of this number; OSError where it is taken, or the file is another one by now.

        ``ident`` is the thread's that forked; ``timers`` and ``delay`` the parent's, which its child has for itself.
        """
        super().__init__(timers, delay)
        self._ident = ident
        self._at = number % _PLACES * SPACING
        self._fd = descriptors.high(written_files.reopen(file.path, file.identity))
        self._identity = file.identity
        try:
            self._take(child)
            self._rewind()
            timers.register(self._fd)
        except BaseException:
            close(self._fd)
            raise

    def _take(self, child: Child) -> None:
        if descriptors.identity(self._fd) != self._identity or largest_file() < _PLACES * SPACING:
            raise OSError("not the parent's file")
        if _has_dump(self._fd, self._at) or _is_there(self._fd, self._at):
            raise OSError("the place is taken")
        owner = b"# %d %d %d" % child
        pwrite(self._fd, owner.ljust(_OWNER - 1) + b"\n" + HEADER % self._ident, self._at)

    def _rewind(self) -> None:
        lseek(self._fd, self._at + _OWNER + DUMP_AT, 0)

    def arm(self, waited: float) -> None:
        """Set the timers, as `LockoutSwitch.arm`."""
        self.arm_if(descriptors.identity(self._fd) == self._identity and fits(self._at + SPACING), waited)

    def take_dump(self) -> str:
        """The dump that was written since the last call, or nothing; then the switch is disarmed."""
        if descriptors.identity(self._fd) != self._identity or not _has_dump(self._fd, self._at):
            return ""
        self.disarm()
        text = pread(self._fd, SPACING - _OWNER, self._at + _OWNER).partition(b"\0")[0]
        pwrite(self._fd, bytes(len(text) - DUMP_AT), self._at + _OWNER + DUMP_AT)
        self._rewind()
        return text.decode("ascii", "replace")

    def close(self, *, keep_signal: bool = False) -> None:
        """Give the place back, and let go of the signal unless it leads elsewhere by now."""
        if not keep_signal:
            self.timers.close()
        if descriptors.identity(self._fd) == self._identity:
            pwrite(self._fd, bytes(_OWNER + DUMP_AT), self._at)
            self.abandon()
            self._fd = -1  # the watcher may be about to look

    def abandon(self) -> None:
        """In a forked child: the place is the parent's."""
        if descriptors.identity(self._fd) == self._identity:
            close(self._fd)


def _nearest(limits: Limits) -> object:
    """The count of kills that this process's children are the likeliest to be in."""
    kills = limits.kills()
    return kills["cgroup"] or kills["vmstat"]


def holds_dump(read: Callable[[int, int], bytes]) -> bool:
    """Whether anything was dumped into a file for children, of which ``read`` gives so many bytes from so far on."""
    return any(read(1, number * SPACING + _OWNER + DUMP_AT) not in (b"", b"\0") for number in range(_PLACES))


def _has_dump(fd: int, at: int) -> bool:
    """Whether anything was dumped into the place at ``at``."""
    return pread(fd, 1, at + _OWNER + DUMP_AT) not in (b"", b"\0")


def _is_there(fd: int, at: int) -> bool:
    """Whether the process that has the place is still there."""
    pid = pread(fd, _OWNER, at).partition(b"# ")[2].partition(b" ")[0]
    if not pid.isdigit():
        return False
    try:
        kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass  # another user's, or no process's number
    return True


def early_switch(  # noqa: PLR0913, PLR0917 - likewise
    file: ForkedFile, number: int, child: Child, starter: tuple[int, int], timers: ThreadTimers, delay: float
) -> EarlySwitch | NoLockoutSwitch:
    """The switch of a child that was forked just now, where it can be had; for `EarlySwitch`.

    ``starter`` is its thread, by its ident and the system's number.
    """
    try:
        ident, native = starter
        timers.inherit(native)
        return EarlySwitch(file, number, child, ident, timers, delay)
    except (AttributeError, ImportError, OSError, ValueError):
        return NoLockoutSwitch()
