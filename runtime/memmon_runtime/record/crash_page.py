r"""The mapped page: what the process knows, kept in a file without writing to it.

The file stands beside the run log, ``.memory_monitor_….page`` for ``memory_monitor_….log``. It is allocated, mapped
and touched beforehand, so that a store needs no memory at the fatal moment and no disk full can turn it into a
SIGBUS; what was stored survives SIGKILL. It is removed when the program ends, after everything in it has gone into
the events; a page that is found beside a log belongs to a process that is running or was killed.

Layout, little-endian, no padding::

    header, 512 bytes at 0
          0  8s   magic, b"MEMMON1\n"
          8  I    size of the header: the rows begin here (512)
         12  I    size of a row (1024)
         16  I    rows in use, counted from 0 by the events of the sites
         20  I    rows allocated
         24  Q    pid
         32  Q    when the process started, in clock ticks since boot (field 22 of /proc/PID/stat; 0: unknown)
         40  Q    bytes in a unit: all amounts of memory below are in units
         48  q    when the log was started, nanoseconds since the epoch
         56  q    RSS at the start (the baseline)
         64  2 x 64 bytes: the watcher's newest sample, twice
              Q  stamp   q  time, ns since the epoch   q  RSS   q  level (0, 1, 2)   q  ticks so far
              q  RSS from which the level may rise   q  largest RSS seen   Q  stamp
        192  NUL-terminated UTF-8: the log's file name

    row, 1024 bytes, one a site
          0  2 x 144 bytes: the record, twice
              Q  stamp
              q  number of the newest checkpoint passed at this site; they rise across all sites, with gaps; 0: none
              q  its time, ns since the epoch
              q  its phase: 0 BEFORE or START, 1 AFTER or END, 2 a lone checkpoint
              Q  its thread (what `threading.get_ident` says)
              q  its RSS
              q  its growth since the checkpoint before it in the process
              q  its growth since its own BEFORE or START (phase 1 only)
              q  times opened     q  times closed     q  times left by an exception or an abandoned generator
              q  growth, total over all closed brackets (of a lone checkpoint: since the checkpoint before)
              q  growth, largest
              q  peak above the opening, largest; -1: not known
              q  number of the newest checkpoint that opened it     q  RSS at that moment
              q  RSS at the largest growth
              Q  stamp
        288  NUL-terminated UTF-8, five lines: name, kind, line, function, file; the file may be cut off
        984  5 x q, zeros until the site stands down; its passes are only counted since, but for every so-many-th
              q  passes that were only counted, which `times opened` does not hold
              q  how many of these the watcher had seen when it last saw more than before
              q  number of the newest checkpoint then
              q  times opened when it stood down
              q  every so-many-th pass is measured

A record or sample is whole where its two stamps are equal and not 0; of the two, the one with the larger stamp counts.
Stamps are given out across all rows in rising order, so the newest checkpoint is the whole record with the
largest number (its second word), and a kill amid a store leaves the record before it. ``opened - closed - left`` of a
row are the brackets that are open.
"""

# pathlib and its kin are an import that the user's program would have to pay for.
# The page's fields are its arguments.
# ruff: noqa: PLR0913, PLR0917

from __future__ import annotations

import sys
from os import close

from memmon_runtime.record.file_names import page_of
from memmon_runtime.record.pass_counter import WORDS
from memmon_runtime.record.sites import AT, NEXT_AT, TIMES_LEFT
from memmon_runtime.system import descriptors, written_files
from memmon_runtime.system.descriptors import Mapping
from memmon_runtime.system.foreign_files import open_regular
from memmon_runtime.system.gil_io import pread
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

try:
    # What struct wraps, which would be one module more to load.
    from _struct import Struct
    from _struct import error as StructError  # type: ignore[attr-defined]  # noqa: N812 - as others are named
except ImportError:  # another Python than CPython
    from struct import Struct
    from struct import error as StructError  # noqa: N812 - likewise
TYPE_CHECKING = False
if TYPE_CHECKING:
    from memmon_runtime.record.sites import Site


HEADER_SIZE = 512
ROW_SIZE = 1024
RECORD_SIZE = 144
TEXT_AT = 288
COUNTER_AT = ROW_SIZE - 8 * WORDS
_NAME_AT = 192
_SAMPLE_AT = 64
_SAMPLE_SIZE = 64
_FIRST_ROWS = 63
_FEW_ROWS = 3
"""Of such a page header and rows are one block of the disk."""
_MAGIC = b"MEMMON1\n"
_HEADER = Struct("<8sIIIIQQQqq")
_SAMPLE = Struct("<QqqqqqqQ")
_ROWS = Struct("<II")
_RECORD = Struct("<QqqqQqqqqqqqqqqqqQ")
_LEFT = 10
"""Where in a record the brackets left are counted."""
pack_record = _RECORD.pack_into


def owner_of(path: str) -> tuple[int, int]:
    """The process that made a page: its id, and when it started in clock ticks since boot; zeros where it is none."""
    try:
        fd = open_regular(path)
    except OSError:
        return 0, 0
    try:
        magic, *_, pid, ticks, _, _, _ = _HEADER.unpack_from(pread(fd, HEADER_SIZE, 0))
    except (OSError, StructError):
        return 0, 0
    finally:
        close(fd)
    return (pid, ticks) if magic == _MAGIC else (0, 0)


def last_words(data: bytes) -> tuple[int, int, int, bool] | None:
    """What a page said last, of its whole file; None where it is none.

    When that was in nanoseconds since the epoch, the level, the largest RSS in bytes, and whether a bracket was open.
    """
    try:
        magic, _, _, rows, _, _, _, unit, started, baseline = _HEADER.unpack_from(data)
        samples = [_SAMPLE.unpack_from(data, _SAMPLE_AT + half * _SAMPLE_SIZE) for half in (0, 1)]
        sampled = max(sample for sample in samples if sample[0] == sample[-1])
        is_open = False
        for row in range(rows):
            halves = [_RECORD.unpack_from(data, HEADER_SIZE + row * ROW_SIZE + half * RECORD_SIZE) for half in (0, 1)]
            opened, closed, left = max(record for record in halves if record[0] == record[-1])[_LEFT - 2 : _LEFT + 1]
            is_open = is_open or opened > closed + left
    except (StructError, ValueError):
        return None
    if magic != _MAGIC:
        return None
    if not sampled[0]:  # it lived for less than a tick
        return started, 0, baseline * unit, is_open
    return sampled[1], sampled[3], sampled[6] * unit, is_open


class Page:
    """The writer's side; the recorder's lock is held around every call but ``sample``."""

    def __init__(
        self,
        log_path: str,
        pid: int,
        ticks: int,
        unit: int,
        started: int,
        baseline: int,
        *,
        small: bool = False,
        most_rows: int = 0,
    ) -> None:
        """Create, allocate, map and touch the page of ``log_path``; OSError or ValueError where that can't be.

        A ``small`` one begins with few rows, for one of several processes; one of very many has no more than
        ``most_rows``.
        """
        self.path = page_of(log_path)
        fd = written_files.create(self.path)
        self._identity = descriptors.identity(fd)
        try:
            rows = _FEW_ROWS if small else _FIRST_ROWS
            size = HEADER_SIZE + rows * ROW_SIZE
            descriptors.allocate(fd, size)
            self._mapping = Mapping(fd, size)
            self.map = self._mapping.bytes
        except BaseException:
            written_files.remove(self.path)
            raise
        finally:
            close(fd)
        self.map[:] = bytes(size)
        self._rows = 0
        self._room, self._most_rows = rows, most_rows
        self._samples = 0
        text = log_path.rpartition("/")[2].encode("utf-8", "backslashreplace")[: HEADER_SIZE - _NAME_AT - 1]
        self.map[_NAME_AT : _NAME_AT + len(text)] = text
        _HEADER.pack_into(
            self.map, 0, _MAGIC, HEADER_SIZE, ROW_SIZE, 0, self._room, pid, ticks, unit, started, baseline
        )

    def add_row(self, site: Site) -> int | None:
        """Begin the row of the next site; its number, or None (``AT`` is 0) where the disk has no room for it."""
        if self._rows == self._room and not self._grow():
            site.totals[AT] = 0
            return None
        at = HEADER_SIZE + self._rows * ROW_SIZE
        site.totals[AT], site.totals[NEXT_AT] = at, at + RECORD_SIZE
        lines = (site.name[:100], site.kind, str(site.line), site.function[:60], site.file)
        text = "\n".join(line.replace("\n", " ") for line in lines).encode("utf-8", "backslashreplace")
        text = text[: COUNTER_AT - TEXT_AT - 1]
        self.map[at + TEXT_AT : at + TEXT_AT + len(text)] = text
        self._rows += 1
        _ROWS.pack_into(self.map, 16, self._rows, self._room)
        return self._rows - 1

    def counter_of(self, site: Site) -> memoryview | None:
        """The words of the site's row in which its passes are counted; None where it has no row.

        A view keeps the page mapped, and Windows removes no file that is: there the count is in memory alone.
        """
        totals = site.totals
        if not totals[AT] or sys.platform == "win32":
            return None
        first = (min(totals[AT], totals[NEXT_AT]) + COUNTER_AT) // 8
        return memoryview(self.map).cast("q")[first : first + WORDS]

    def count_left(self, site: Site, stamp: int) -> None:
        """Store the site's newest record again with its count of brackets left; no checkpoint was passed."""
        at, newest_at = site.totals[AT], site.totals[NEXT_AT]
        record = list(_RECORD.unpack_from(self.map, newest_at))
        record[0] = record[-1] = stamp
        record[_LEFT] = site.totals[TIMES_LEFT]
        _RECORD.pack_into(self.map, at, *record)
        site.totals[AT], site.totals[NEXT_AT] = newest_at, at

    def _grow(self) -> bool:
        """Make room for twice as many rows; the old mapping is given up once the new one stands."""
        room = self._room * 2
        if self._most_rows and room > self._most_rows:
            return False
        size = HEADER_SIZE + room * ROW_SIZE
        try:
            fd = written_files.reopen(self.path, self._identity)
        except OSError:
            return False
        try:
            descriptors.allocate(fd, size)
            grown = Mapping(fd, size)
        except (OSError, ValueError):
            return False
        finally:
            close(fd)
        begin = HEADER_SIZE + self._room * ROW_SIZE
        grown.bytes[begin:] = bytes(size - begin)
        given_up, self._mapping, self.map, self._room = self._mapping, grown, grown.bytes, room
        given_up.close()
        return True

    def sample(self, now: int, rss: int, level: int, ticks: int, alert: int, highest: int) -> None:
        """Store the watcher's newest sample; called by the watcher alone."""
        self._samples = stamp = self._samples + 1
        at = _SAMPLE_AT + (stamp & 1) * _SAMPLE_SIZE
        _SAMPLE.pack_into(self.map, at, stamp, now, rss, level, ticks, alert, highest, stamp)

    def close(self, *, keep: bool = False) -> None:
        """Give the mapping up and, unless it is to be kept, remove the file."""
        try:
            self._mapping.close()
        finally:
            if not keep:
                written_files.remove(self.path)

    def abandon(self) -> None:
        """In a forked child: the file is the parent's."""
        self._mapping.close()
