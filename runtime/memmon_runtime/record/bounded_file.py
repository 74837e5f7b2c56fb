"""A file of lines that never grows beyond a size: what the run log and the events are written to.

Nothing is buffered: what ``put`` was given survives SIGKILL. A line that can't be written costs the line, not the run,
and the next one tries again. A file that is full is made shorter in place: its beginning and its newest half stay, and
of the lines between them those that matter, as far as a quarter of the room goes. One of many may be given more room.
"""

from __future__ import annotations

from os import SEEK_END, close, fstat, ftruncate, lseek

from memmon_runtime.system import descriptors, written_files
from memmon_runtime.system.file_size import fits, largest_file
from memmon_runtime.system.gil_io import pread, pwrite
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    Write = Callable[[int, bytes, int], int]

_KEPT_HEAD = 64 << 10
_KEEP_EVERY = 16
"""Of the lines that do not matter one in so many is kept."""


class BoundedFile:
    """One file; not for several threads at once: the recorder's lock is held around every call.

    ``fd`` is its descriptor and ``end`` its size, which the log's padded last line is written by.
    """

    def __init__(self, path: str, fd: int, most: int, matters: Callable[[bytes], bool], first: int = 0) -> None:
        """Take over the new file ``path``, open as ``fd``, that may have ``most`` bytes; ``first`` until it has more.

        ``matters`` says of a line whether it is to be kept when the file is made shorter.
        """
        self.path = path
        self.fd = fd
        self.end = 0
        self._head = b""
        self._most, self._given = most, first or most
        self._matters = matters
        self._room = min(self._given, largest_file())
        self.wants_room = False
        """It has been full, and may be given more room."""
        self._identity = descriptors.identity(fd)

    def begin(self, head: bytes) -> bool:
        """Write the file's first lines; where they do not fit on the disk they come before the first ones that do."""
        self._head = head
        self.give(max(2 * len(head) - self._given, 0))  # a long command line leaves room for what follows it
        return self.put(b"")

    def give(self, size: int) -> None:
        """Let it have so many bytes more."""
        self._given = min(self._given + size, self._most)
        self._room = min(self._given, largest_file())
        self.wants_room = False

    def put(self, data: bytes, write: Write = pwrite) -> bool:
        """Write whole lines at the end; False, and nothing of them stays, where they do not fit on the disk.

        The room is taken before the lines are written: those of a signal handler that comes meanwhile go after them.
        """
        try:
            if not lseek(self.fd, 0, SEEK_END):
                # Where somebody emptied it, as `logrotate` does with copytruncate, no gap of NULs shall come about.
                self.end = 0
                data = self._head + data
            size = len(data)
            if self.end + size > self._room or not fits(self.end + size):
                self._room = min(self._room, largest_file())
                self.wants_room = self._given < self._most
                if size <= self._room:
                    self._shorten()
                if self.end + size > self._room:
                    return False
        except OSError:
            return False
        # Nothing is called and nothing branches from the one to the other, so that no handler comes in between.
        at = self.end
        self.end = end = at + size
        try:
            written = write(self.fd, data, at)
            if written == size:
                return True
            if self.end == end:
                ftruncate(self.fd, at)
        except OSError:
            pass
        if self.end == end:
            self.end = at
        return False

    def _shorten(self) -> None:
        """Let most of the older half go.

        The end of the file keeps its last line all the while, so a kill in the midst of it loses nothing newer.
        """
        newest, room = self.end - self._room // 2, self._room // 4
        read = kept = at = min(_KEPT_HEAD, self._room // 8, self.end)
        rest, count = b"", 0
        while read < self.end:
            block = pread(self.fd, 1 << 16, read)
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
                    if room < 0 or not (count % _KEEP_EVERY == 1 or self._matters(line)):
                        continue
                    room -= len(line) + 1
                chosen.append(line)
            if chosen:
                whole = b"\n".join(chosen) + b"\n"
                if kept + len(whole) > self._room:
                    break
                kept += pwrite(self.fd, whole, kept)
        ftruncate(self.fd, kept)
        self.end = kept

    def mend(self) -> bool:
        """Find out whether the descriptor is still ours, and open the file again where it is not; True if it was so."""
        self._room = min(self._given, largest_file())
        if descriptors.identity(self.fd) == self._identity:
            return False
        self.fd = -1  # the number may be another file's by now
        try:
            self.fd = descriptors.high(written_files.reopen(self.path, self._identity))
            self.end = fstat(self.fd).st_size
        except OSError:
            pass  # it is gone: nothing is made anew where it was
        return True

    def close(self) -> None:
        """Give the descriptor back, unless it is no longer ours. A second call does nothing."""
        if self._identity is not None and descriptors.identity(self.fd) == self._identity:
            close(self.fd)
        # What a handler's fork is amid of shall not be written into a file that has the number by now.
        self.fd, self._identity = -1, None
