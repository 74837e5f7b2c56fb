"""What is kept of one process: the log, which people read, and beside it the page and the events."""

from __future__ import annotations

from time import time_ns

from memmon_runtime.record.sites import site_fact
from memmon_runtime.system.gil_io import pwrite
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from memmon_runtime.record.bounded_file import Write
    from memmon_runtime.record.crash_page import Page
    from memmon_runtime.record.event_file import EventFile, Facts
    from memmon_runtime.record.log_file import RunLog
    from memmon_runtime.record.shared_room import SharedRoom
    from memmon_runtime.record.sites import Site

_AT_END = 1 << 16
"""Bytes."""


class RunRecord:
    """The three files; each may be missing (None), for want of room on the disk say, and the others go on."""

    def __init__(self) -> None:
        """There is none of them yet."""
        self.log: RunLog | None = None
        self.page: Page | None = None
        self.events: EventFile | None = None
        self.room: SharedRoom | None = None
        """Of a child's: what it shares with the run's others."""
        self.remarked = False
        self.kills: dict[str, object] | None = None
        """How often the kernel had killed when the record began."""
        self._untold: Facts = []
        """The sites whose line could not be written: it is tried again, since the totals stand in the sites' order."""

    def introduce(self, site: Site, passed: int) -> None:
        """Give the site its row in the page and its line among the events, which do not know it yet.

        Where there is no log yet, that is done as the record begins.
        """
        if self.log is None:
            return
        row = self.page.add_row(site) if self.page is not None else None
        self._untold.append(("site", site_fact(site, row)))
        self.tell([], passed)

    def tell(self, facts: Facts, passed: int, write: Write = pwrite) -> bool:
        """Write ``facts`` among the events, ``passed`` checkpoints after the beginning; True if it went well."""
        if self.events is None or self.log is None:
            return False
        # Taken out meanwhile: a finaliser that runs amid this may tell something of its own.
        untold, self._untold = self._untold, []
        told = self.events.tell(untold + facts, self.log.stamp(time_ns())[1:], passed, write)
        if not told:
            self._untold[:0] = untold
        return told

    @property
    def wants_room(self) -> bool:
        """Whether the log or the events have been full, and may be given more room."""
        files = (self.log, self.events)
        return self.room is not None and any(file is not None and file.wants_room for file in files)

    def give(self, size: int) -> None:
        """Let the one that has been full have so many bytes more, or each its part; the lock is held."""
        wanting = [file for file in (self.log, self.events) if file is not None and file.wants_room]
        for file in wanting:
            file.give(size // len(wanting))

    def give_all(self) -> None:
        """At the process's end: what is said then is little, and has to be said whole."""
        for file in (self.log, self.events):
            if file is not None:
                file.give(_AT_END)

    def mend(self) -> None:
        """Open anew what the program closed behind our back."""
        if self.log is not None:
            self.log.mend()
        if self.events is not None:
            self.events.mend()

    def close(self) -> None:
        """Give back every descriptor; the page has an end of its own."""
        if self.log is not None:
            self.log.close()
        if self.events is not None:
            self.events.close()
        if self.room is not None:
            self.room.close()
        self.room = None
        self.log = self.page = self.events = None
