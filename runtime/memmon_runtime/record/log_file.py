"""The run log's file: its lines as they come, and thinned where there are too many.

Lines are written as they come while the allowance lasts (a burst of ``_BURST`` lines, ``_PER_SECOND`` more each
second). Beyond it the lines are thinned: the newest is kept as a padded line at the end of the file and rewritten in
place, and each second one of them stays where it is and a new one is begun, so that ``tail -f`` goes on.
"""

from __future__ import annotations

from time import gmtime, localtime, monotonic_ns, strftime

from memmon_runtime.record.bounded_file import BoundedFile
from memmon_runtime.record.fitting import LONGEST
from memmon_runtime.system import descriptors, written_files
from memmon_runtime.system.file_size import fits
from memmon_runtime.system.gil_io import pwrite
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from memmon_runtime.record.bounded_file import Write

WIDTH = len("[2026-11-22 10:30:48.123")
"""Characters of a time."""
_BURST = 10_000
_PER_SECOND = 20
_FULL = 16 << 20
_OF_CHILD, _FIRST, _FIRST_OF_MANY = 1 << 20, 64 << 10, 4 << 10
"""What the log of a child may take, and what it begins with; see ``record/shared_room.py``."""
_NS = 1_000_000_000
_MS = 1_000_000
_NO_SLOT = (-1, 0)
_NOT_READY = (0, 0, b"", -1, -1, 0)
_WIDTH = 160
"""A padded line's least width in bytes: wide enough for nearly every line, so that the width seldom changes.

Its largest are as many bytes as the longest line has characters: a line in ASCII is padded to it.
"""
_CUT = "…".encode()


class TimeStamps:
    """Remembers the second that was printed last, since a date costs more than all else.

    All times are in the zone that was the process's at first: a program may set another one while it runs.
    """

    __slots__ = ("_millisecond", "_offset", "_prefix", "_second", "_stamp")

    def __init__(self) -> None:
        """Nothing has been printed yet."""
        self._second = self._millisecond = -1
        self._prefix = self._stamp = b""
        self._offset = localtime().tm_gmtoff

    def text(self, now: int) -> str:
        """``[2026-11-22 10:30:48.123`` for ``now`` in nanoseconds since the epoch, without the closing bracket."""
        second, rest = divmod(now, _NS)
        if second != self._second:
            self._begin_second(second)
        return "%s%03d" % (self._prefix.decode(), rest // _MS)

    def of(self, millisecond: int) -> bytes:
        """The same as bytes, for a time in milliseconds."""
        if millisecond != self._millisecond:
            second, rest = divmod(millisecond, 1000)
            if second != self._second:
                self._begin_second(second)
            self._stamp = b"%b%03d" % (self._prefix, rest)
            self._millisecond = millisecond
        return self._stamp

    def _begin_second(self, second: int) -> None:
        # The second comes last: a handler may pass a checkpoint in between.
        self._prefix = strftime("[%Y-%m-%d %H:%M:%S.", gmtime(second + self._offset)).encode()
        self._second = second


def _matters(line: bytes) -> bool:
    """Whether a line is kept when the log is made shorter: all but the checkpoints that are in order."""
    return b"] [INFO] [" not in line[: WIDTH + 10]


class RunLog:
    """One process's log. Not for several threads at once: the recorder's lock is held around every call."""

    def __init__(self, names: list[str], *, small: bool = False, is_one_of_many: bool = False) -> None:
        """Create the file under the first of these paths that nobody else has; OSError where that can't be.

        A ``small`` one is a child's: it is full the sooner, and begins with little, the more so as one of many.
        """
        path, fd = _create(names)
        self.path = path
        most, first = (_OF_CHILD, _FIRST_OF_MANY if is_one_of_many else _FIRST) if small else (_FULL, _FULL)
        self._file = BoundedFile(path, fd, most, _matters, first)
        self._stamps = TimeStamps()
        self.stamp = self._stamps.text
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

    def begin(self, text: str) -> bool:
        """Write the header, or keep it for when the disk has room; True if it went well."""
        return self._file.begin(text.encode("utf-8", "backslashreplace"))

    @property
    def wants_room(self) -> bool:
        """Whether it has been full, and may be given more room."""
        return self._file.wants_room

    def give(self, size: int) -> None:
        """Let it have so many bytes more."""
        self._file.give(size)

    def append(self, text: str, write: Write = pwrite) -> bool:
        """Write whole lines at the end of the file, whatever the allowance: for what is rare. True if it went well."""
        self._let_go()
        return self._file.put(text.encode("utf-8", "backslashreplace"), write)

    def append_if_allowed(self, text: str) -> None:
        """Write whole lines that may be dropped where there are too many."""
        if self._allowance > 0:
            self._allowance -= 1
            self.append(text)

    def shape(self, body: str) -> bytes:
        """The line of a checkpoint but for its time, as ``checkpoint`` takes it: padded while lines are thinned."""
        data = body.encode("utf-8", "backslashreplace")
        if not self.thin:
            return data + b"\n"
        if len(data) > LONGEST - WIDTH:
            data = data[: LONGEST - WIDTH - len(_CUT)].decode("utf-8", "ignore").encode() + _CUT
        return data.ljust(self._width - WIDTH) + b"\n"

    def checkpoint(self, now: int, shaped: bytes) -> None:
        """Write a checkpoint's line, or rewrite the padded last line with it where there are too many."""
        millisecond = now // _MS
        stamp = self._stamps.of(millisecond)
        if self.thin:
            self._refill()
        data = stamp + shaped
        if not self.thin:
            self._allowance -= 1
            self.thin = self._allowance <= 0
            self._file.put(data)
            return
        place = slot, size = self._slot
        if len(data) != size:
            data = self._fitted(data)
            place = slot, size = self._slot
            if len(data) != size:
                return  # it could not be written, or a handler has written after it
        fd = self._file.fd
        try:
            if fits(slot + size) and pwrite(fd, data, slot) == size:
                ready = (millisecond * _MS, (millisecond + 1) * _MS, stamp, fd, slot, size)
                if self._slot is place:  # and no handler has written amid that, nor amid the multiplication
                    self.ready = ready
                return
        except OSError:
            pass
        self._let_go()

    def _fitted(self, data: bytes) -> bytes:
        """Pad a line to the width of the slot, or widen the slot to the line; begin a slot where there is none."""
        self._width = max(self._width, len(data) - 1)
        data = data[:-1].ljust(self._width) + b"\n"
        size, file = len(data), self._file
        # Between the look at the slot or the end and their change nothing is called: no handler comes amid that.
        at, _ = self._slot
        if at >= 0:
            self._slot, file.end = (at, size), at + size
        else:
            at = file.end
            if file.put(data) and file.end == at + size:
                self._slot = at, size
        return data

    def _refill(self) -> None:
        """Once a second let a few lines be written as they come; then a new padded line begins."""
        now = monotonic_ns()
        if now >= self._slot_until:
            self._allowance = min((now - self._refilled) * _PER_SECOND // _NS, _BURST)
            self.thin = self._allowance <= 0
            self._slot_until, self._refilled = now + _NS, now
            self._let_go()

    def _let_go(self) -> None:
        """The padded last line, if there is one, is not rewritten any more."""
        self._slot, self.ready = _NO_SLOT, _NOT_READY

    def mend(self) -> None:
        """Open the log again where the program closed its descriptor."""
        if self._file.mend():
            self._let_go()

    def close(self) -> None:
        """Give the descriptor back."""
        self._file.close()
        self._let_go()


def _create(names: list[str]) -> tuple[str, int]:
    for name in names[:-1]:
        try:
            return name, descriptors.high(written_files.create(name))
        except FileExistsError:  # noqa: PERF203 - each in turn
            continue
    return names[-1], descriptors.high(written_files.create(names[-1]))
