r"""The lockout switch: the stack, dumped while a native call holds the GIL and so locks the watcher out.

A Python thread is blind just while the fatal call runs, since that call holds the GIL. So each thread has a timer that
runs with the thread's own processor time, and the watcher sets them all anew at each tick. One that runs down, after
``THRESHOLD`` seconds of its thread's work, was not set for that long: then the watcher was locked out. Its signal
goes to the thread itself, and `faulthandler`'s handler, which is C and needs no GIL, writes the stack that it
interrupts. Engineers know such a thing as a dead man's switch.

`faulthandler.dump_traceback_later` does the like with a thread and a clock of its own, and crashes its host where the
frames that it walks move: after a stop (SIGSTOP, a frozen container), or where a quota or a busy machine starves the
watcher. A thread's clock stands still while the thread does. Even so a dump amid running Python code crashes 3.11 once
in some ten thousand times, so the switch heeds how long the watcher has waited for a processor lately. The
program's own use of that watchdog is not touched. The signal is SIGURG, where nobody has taken it: a program that sets
all signals back to their defaults makes it one that does nothing, while most others would end it. Where the program
gives it another handler later, the switch is given up.

The dump goes to ``.memory_monitor_….stack.page`` beside the log ``memory_monitor_….log``: 16 KiB, of which the first 4
are allocated beforehand, mapped, and NUL but for the newest dump, which begins at 0 and ends before the first NUL. It
is there only while the watcher is locked out: at its next tick the watcher puts the dump among the events, as ``stack``
facts with ``"held": true``, and empties the file again. So what is found in the file after a kill is where the thread
was in the last moment. An empty file has the first line only. After that it is `faulthandler`'s own text, ASCII::

    Thread 0x00007f3a4c2b1740 (most recent call first):
    Stack (most recent call first):
      File "/srv/b\xf6t.py", line 123 in load
      File "/srv/b\xf6t.py", line 456 in <module>

Other characters come as ``\xNN``, ``\uNNNN``, ``\UNNNNNNNN``. The number is the thread's ``tid`` in hexadecimal, or 0
where the program has several threads and it is not known which of them it was. The lines are those of the files as
they run; the events' ``lines`` facts, ``{"file": …, "added": […]}``, name the injected ones: a line of the original is
``line - (how many of the added are ≤ line)``.
"""

from __future__ import annotations

from _thread import _count
from os import close, ftruncate, lseek

from memmon_runtime.record.file_names import stack_of
from memmon_runtime.system import descriptors, written_files
from memmon_runtime.system.descriptors import Mapping, allocate
from memmon_runtime.system.file_size import fits
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.watcher.thread_timers import ThreadTimers

__builtins__ = BUILTINS

THRESHOLD = 0.1
"""Seconds of a thread's own time: twice a tick. A step that takes 300 MB can be over in one and a half times that."""
DELAY_FACTOR = 2
"""The switch fires later by this many times what the watcher has lately waited for a processor."""
_DELAY_FADES = 0.995
"""A delay is multiplied by this at each tick: it is halved in 140 of them, seven seconds."""
SIZE = 16 << 10
"""Bytes of the file: as many as the hundred frames of a dump have, mostly. What goes beyond is cut off."""
BLOCK = 4 << 10
"""So much of it is allocated beforehand: what the first line is stored in, and all of most dumps. `faulthandler` writes
the rest, which may fail where the disk is full."""
HEADER = b"Thread 0x%016x (most recent call first):\n"
DUMP_AT = len(HEADER % 0)
"""Where in the file the dump begins, after the first line."""


class ThreadSwitch:
    """What a switch is whose timers interrupt threads, whatever file they write to."""

    def __init__(self, timers: ThreadTimers, delay: float) -> None:
        """``delay`` is what is known of it so far."""
        self.timers = timers
        self.delay = delay
        """Seconds that the watcher has waited for a processor at a time, lately."""
        self._is_ours = True
        """Whether the file was ours when the timers were last set."""

    def arm_if(self, is_ours: bool, waited: float) -> None:  # noqa: FBT001 - it is what is asked
        """Set the timers, where the file is ours; else let none fire."""
        self.delay = max(waited, self.delay * _DELAY_FADES)
        self._is_ours = is_ours
        if is_ours:
            self.rearm()
        else:
            self.timers.stop()

    def rearm(self) -> None:
        """Set the timers once more, without another look at the file and the waits."""
        if self._is_ours:
            self.timers.start(THRESHOLD + DELAY_FACTOR * self.delay)

    def disarm(self) -> None:
        """Let it not fire."""
        self.timers.stop()


class LockoutSwitch(ThreadSwitch):
    """The switch of one process; used by the watcher alone, and by nobody while it runs."""

    def __init__(self, log_path: str, ident: int, timers: ThreadTimers, delay: float) -> None:
        """Make file and signal ready; OSError where that can't be.

        ``ident`` is that of the thread that the process began with, ``delay`` what is known of it so far.
        """
        super().__init__(timers, delay)
        self._ident = ident
        if not fits(SIZE):
            raise OSError("a file may not be so large")
        self.path = stack_of(log_path)
        self._fd = descriptors.high(written_files.create(self.path))
        self._identity = descriptors.identity(self._fd)
        try:
            allocate(self._fd, BLOCK)
            ftruncate(self._fd, SIZE)
            self._mapping = Mapping(self._fd, SIZE)
            self._map = self._mapping.bytes
            self._write_header()
            lseek(self._fd, DUMP_AT, 0)
            self.timers.register(self._fd)
        except BaseException:
            close(self._fd)
            written_files.remove(self.path)
            raise

    def _write_header(self) -> None:
        """Write the first line, which the dump comes after; it names the thread where there is only one."""
        ident = 0 if _count() > 1 else self._ident
        header = HEADER % ident
        if self._map[:DUMP_AT] != header:
            self._map[:DUMP_AT] = header

    def arm(self, waited: float) -> None:
        """Set the timers: the switch fires after ``THRESHOLD`` seconds of a thread's work, unless armed again.

        ``waited`` is how long the watcher has waited for a processor since the last time. On a busy machine it does,
        and is no sign of a lockout: the switch fires the later, the longer that has lately been.
        """
        is_ours = descriptors.identity(self._fd) == self._identity and fits(SIZE)
        if is_ours:
            self._write_header()
        self.arm_if(is_ours, waited)

    def take_dump(self) -> str:
        """The dump that was written since the last call, or nothing; then the file is empty and the switch disarmed."""
        if not self._map[DUMP_AT]:
            return ""
        self.disarm()
        end = self._map.find(b"\0")
        text = self._map[: end if end >= 0 else SIZE].decode("ascii", "replace")
        self._map[DUMP_AT : min(len(text), BLOCK)] = bytes(min(len(text), BLOCK) - DUMP_AT)
        if len(text) > BLOCK and self._is_ours and fits(SIZE):
            # Not through the mapping, which may take no room on the disk that has not been allocated.
            ftruncate(self._fd, BLOCK)
            ftruncate(self._fd, SIZE)
        lseek(self._fd, DUMP_AT, 0)
        return text

    def close(self) -> None:
        """Let go of the signal and the descriptor, and remove the file."""
        self.timers.close()
        self.abandon()
        written_files.remove(self.path)

    def abandon(self) -> None:
        """In a forked child: the file is the parent's, and timers are not inherited."""
        self._mapping.close()
        if descriptors.identity(self._fd) == self._identity:
            close(self._fd)


class NoLockoutSwitch:
    """What stands in for the switch where the system has no such timers, or nobody wants it: nothing is dumped."""

    delay = 0.0

    def arm(self, _waited: float) -> None:
        """There are no timers."""

    def rearm(self) -> None:
        """There are no timers."""

    def disarm(self) -> None:
        """There are no timers."""

    def take_dump(self) -> str:
        """There is none."""
        return ""

    def close(self) -> None:
        """There is no file."""

    def abandon(self) -> None:
        """There is no file."""


def thread_timers(native: int) -> ThreadTimers | None:
    """The timers of a process that began with this thread, by the system's number; None where it has no such things."""
    try:
        return ThreadTimers(native)
    except (AttributeError, ImportError, OSError, ValueError):
        return None


def lockout_switch(
    log_path: str, ident: int, timers: ThreadTimers | None, delay: float
) -> LockoutSwitch | NoLockoutSwitch:
    """The switch that dumps beside this log, where it can be had; for `LockoutSwitch`."""
    try:
        return LockoutSwitch(log_path, ident, timers, delay) if timers is not None else NoLockoutSwitch()
    except (AttributeError, ImportError, OSError, ValueError):
        return NoLockoutSwitch()
