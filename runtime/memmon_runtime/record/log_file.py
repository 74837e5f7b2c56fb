"""The run log: its file, its lines, and the bounds on its size.

Nothing is buffered: what ``write`` was given survives SIGKILL. A log that can't be written costs the log, not the
run: the line is dropped and the next one tries again.

Lines are written as they come while the allowance lasts (a burst of ``_BURST`` lines, ``_PER_SECOND`` more each
second). Beyond it the lines are thinned: the newest is kept as a padded line at the end of the file and rewritten in
place, and each second one of them stays where it is and a new one is begun, so that ``tail -f`` goes on. A log that
has grown to ``_FULL`` bytes, or to what a file of this process may have, is made shorter in place: its beginning and
its newest half stay, and between them machine lines and some of the others.
"""

from __future__ import annotations

from os import O_CREAT, O_EXCL, O_RDWR, close, fstat, ftruncate
from time import localtime, monotonic_ns, strftime, time_ns

from memmon_runtime.record.file_names import log_names
from memmon_runtime.system import descriptors
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.portable_io import O_CLOEXEC, pread, pwrite

__builtins__ = BUILTINS


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    Write = Callable[[int, bytes, int], int]

_BURST = 10_000
_PER_SECOND = 20
_FULL = 16 << 20
_KEPT_HEAD = 64 << 10
_KEEP_EVERY = 16
_NS = 1_000_000_000
_MS = 1_000_000
_STAMP = len("[2026-11-22 10:30:48.123")
_NO_SLOT = (-1, 0)
_NOT_READY = (0, 0, b"", -1, -1, 0)
_WIDTH = 160
"""A padded line's least width in bytes: wide enough for nearly every line, so that the width seldom changes."""


class RunLog:
    """One process's log file. Not for several threads at once: the recorder's lock is held around every call."""

    def __init__(self, folder: str, pid: int, *, child: bool) -> None:
        """Create the file, under a name that nobody else has; OSError where that can't be."""
        self.path = ""
        self._fd = self._create(folder, pid, child=child)
        self._identity = descriptors.identity(self._fd)
        self._end = 0
        self._full = min(_FULL, descriptors.largest_file())
        self._slot = _NO_SLOT
        """Where the padded last line stands and how long it is; there is none while lines are not thinned."""
        self.ready = _NOT_READY
        """All that it takes to rewrite the padded last line: from when on and until when, in nanoseconds since the
        epoch, a line begins with these bytes; the descriptor; where the line stands, and how long it is."""
        self._width = _WIDTH
        self._slot_until = 0
        self._allowance = _BURST
        self.thin = False
        self._refilled = monotonic_ns()
        self._failing = False
        self._millisecond = -1
        self._stamp = b""
        self._second = -1
        self._prefix = b""

    def _create(self, folder: str, pid: int, *, child: bool) -> int:
        names = log_names(time_ns() // _NS, pid, child=child)
        for name in names[:-1]:
            self.path = f"{folder}/{name}"
            try:
                return descriptors.open_high(self.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC)
            except FileExistsError:
                continue
        self.path = f"{folder}/{names[-1]}"
        return descriptors.open_high(self.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC)

    def append(self, text: str, write: Write = pwrite) -> bool:
        """Write whole lines at the end of the file, whatever the allowance: for what is rare. True if it went well."""
        self._let_go()
        self._put(text.encode("utf-8", "backslashreplace"), write)
        return not self._failing

    def event(self, text: str) -> None:
        """Write whole lines that may be dropped where there are too many."""
        if self._allowance > 0:
            self._allowance -= 1
            self.append(text)

    def stamp(self, now: int) -> str:
        """``[2026-11-22 10:30:48.123`` for ``now`` in nanoseconds since the epoch, without the closing bracket."""
        second, rest = divmod(now, _NS)
        if second != self._second:
            self._begin_second(second)
        return "%s%03d" % (self._prefix.decode(), rest // _MS)

    def shape(self, body: str) -> bytes:
        """The line of a checkpoint but for its time, as ``checkpoint`` takes it: padded while lines are thinned."""
        data = body.encode("utf-8", "backslashreplace")
        return (data.ljust(self._width - _STAMP) if self.thin else data) + b"\n"

    def checkpoint(self, now: int, shaped: bytes) -> None:
        """Write a checkpoint's line, or rewrite the padded last line with it where there are too many."""
        millisecond = now // _MS
        if millisecond != self._millisecond:
            self._next(millisecond)
        stamp = self._stamp
        data = stamp + shaped
        if not self.thin:
            self._allowance -= 1
            self.thin = self._allowance <= 0
            self._put(data)
            return
        place = slot, size = self._slot
        if len(data) != size:
            data = self._fitted(data)
            place = slot, size = self._slot
        try:
            if pwrite(self._fd, data, slot) == size:
                if self._slot is place:  # and no handler has written amid that
                    self.ready = (millisecond * _MS, (millisecond + 1) * _MS, stamp, self._fd, slot, size)
                return
        except OSError:
            pass
        self._let_go()
        self._failing = True

    def _fitted(self, data: bytes) -> bytes:
        """Pad a line to the width of the slot, or widen the slot to the line; begin a slot where there is none."""
        self._width = max(self._width, len(data) - 1)
        data = data[:-1].ljust(self._width) + b"\n"
        at, _ = self._slot
        if at >= 0:
            self._end = at + len(data)
            self._slot = at, len(data)
        elif self._put(data):
            self._slot = self._end - len(data), len(data)
        return data

    def _next(self, millisecond: int) -> None:
        """Another millisecond than that of the line before."""
        second, rest = divmod(millisecond, 1000)
        if second != self._second:
            self._begin_second(second)
        self._stamp = b"%b%03d" % (self._prefix, rest)
        self._millisecond = millisecond
        if self.thin:
            monotonic = monotonic_ns()
            if monotonic >= self._slot_until:
                # A second is over: a few lines may be written as they come, then a new padded line begins.
                self._allowance = min((monotonic - self._refilled) * _PER_SECOND // _NS, _BURST)
                self.thin = self._allowance <= 0
                self._slot_until, self._refilled = monotonic + _NS, monotonic
                self._let_go()

    def _begin_second(self, second: int) -> None:
        # The second comes last: a handler may pass a checkpoint in between.
        self._prefix = strftime("[%Y-%m-%d %H:%M:%S.", localtime(second)).encode()
        self._second = second

    def _let_go(self) -> None:
        """The padded last line, if there is one, is not rewritten any more."""
        self._slot, self.ready = _NO_SLOT, _NOT_READY

    def _put(self, data: bytes, write: Write = pwrite) -> bool:
        """Write ``data`` at the end; a line that does not fit on the disk is taken back whole."""
        if self._end + len(data) > self._full:
            self._shorten()
        at = self._end
        if at + len(data) > self._full:
            self._failing = True
            return False
        try:
            written = write(self._fd, data, at)
        except OSError:
            self._failing = True
            return False
        if written < len(data):
            self._failing = True
            try:
                ftruncate(self._fd, at)
            except OSError:
                pass
            return False
        self._failing = False
        self._end = at + written
        return True

    def _shorten(self) -> None:
        """Let the older half of the log go, save its beginning, its machine lines and some of the others.

        The end of the file keeps its last line all the while, so a kill in the midst of it loses nothing newer.
        """
        newest, room = self._end - self._full // 2, self._full // 4
        read = kept = at = min(_KEPT_HEAD, self._full // 8)
        rest, count = b"", 0
        while read < self._end:
            block = pread(self._fd, 1 << 16, read)
            if not block:
                break
            read += len(block)
            lines = (rest + block).split(b"\n")
            rest = lines.pop()
            chosen = []
            for line in lines:
                count += 1
                at += len(line) + 1
                if at <= newest:
                    if room < 0 or not (line.startswith(b"#") or count % _KEEP_EVERY == 1):
                        continue
                    room -= len(line) + 1
                chosen.append(line)
            if chosen:
                kept += pwrite(self._fd, b"\n".join(chosen) + b"\n", kept)
        ftruncate(self._fd, kept)
        self._end = kept
        self._let_go()

    def mend(self) -> None:
        """Find out whether the descriptor is still ours, and open the log again where it is not."""
        self._full = min(_FULL, descriptors.largest_file())
        if descriptors.identity(self._fd) != self._identity:
            self._fd = descriptors.open_high(self.path, O_RDWR | O_CREAT | O_CLOEXEC)
            self._identity = descriptors.identity(self._fd)
            self._end = fstat(self._fd).st_size
            self._let_go()

    def close(self) -> None:
        """Give the descriptor back, unless it is no longer ours."""
        if descriptors.identity(self._fd) == self._identity:
            close(self._fd)
        # What a handler's fork is amid of shall not be written into a file that has the number by now.
        self._fd, self._identity = -1, None
        self._let_go()
