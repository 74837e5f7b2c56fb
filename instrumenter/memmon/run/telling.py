"""Tells of deaths while a program goes on: each by its short verdict, and of many in little time by a line a minute.

A verdict takes more memory than the supervisor may take beside its program, and who reads what is said may be slow. So
a process of its own works it out and says it, with a low priority, where there is room for it; it is the first that the
kernel would choose, should memory run out again. Where there is no room, a line tells what is known without a verdict.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # what signal wraps, without the weight of enum
import marshal
import os
import select
import time

from memmon.kernel.free_memory import free_mb
from memmon.processes import is_notable, short_command, unfollowed_by
from memmon.translation import N_, _, ngettext

TYPE_CHECKING = False
if TYPE_CHECKING:
    from memmon.run.handover import Untold
    from memmon.run.incidents import Death

_ROOM_MB = 64
"""What must be free for a verdict, which takes a third of it, mostly."""
_ROOM_WITHIN = 5.0
"""Seconds for room to come about."""
_PATIENCE = 30.0
"""Seconds that a verdict may take."""
_LAST_PATIENCE = 2.0
"""The same at the program's end, when a report is to follow."""
_SUM_PATIENCE = 10.0
"""The same, where the sum is all that follows."""
_POLL = 0.02
_MOST_BYTES = 4096
_MOST_VERDICTS = 5
_WITHIN = 3600.0
"""So many deaths within so many seconds are told each by its verdict."""
_LINE_EVERY = 60.0
"""Seconds between two lines that count further ones."""

_ENDS = {
    "oom-kill": N_("was killed for want of memory"),
    "crash": N_("crashed"),
    "limit": N_("was killed at the --limit"),
}
"""How a process ended, by the sort of its death."""


class Telling:
    """Says on stderr who died."""

    def __init__(self, command: list[str], path: list[str]) -> None:
        """Nobody has died; *command* starts the process that says verdicts, with *path* for its ``sys.path``."""
        self._command = command
        self._path = path
        self._waiting: list[Death] = []
        self._waits_since = 0.0
        self._teller = 0
        self._at_hand: list[Death] = []
        """Those whose verdicts are being said."""
        self._told = -1
        """A pipe with the numbers of those whose verdicts have been said."""
        self._said_all = True
        self._told_by = 0.0
        self._verdicts_at: list[float] = []
        self._uncounted = 0
        self._line_at = 0.0
        self._newest: Death | None = None
        self.said: set[int] = set()
        """The processes whose verdicts have been said."""
        self.killed = 0
        """How often the kernel has killed the process that says verdicts, which is no death of the program's."""

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing left to say, and nobody saying it."""
        return not (self._waiting or self._teller or self._uncounted)

    def take(self, deaths: list[Death], now: float) -> None:
        """Have *deaths* told of, as soon as it can be."""
        for death in deaths:
            self._verdicts_at = [at for at in self._verdicts_at if at > now - _WITHIN]
            if len(self._verdicts_at) < _MOST_VERDICTS:
                self._verdicts_at.append(now)
                self._waits_since = self._waits_since if self._waiting else now
                self._waiting.append(death)
            else:
                self._line_at = self._line_at if self._uncounted else max(self._line_at, now)
                self._uncounted += 1
                self._newest = death

    def go_on(self, now: float) -> None:
        """Say what is due."""
        self._take_note_of_end(now)
        if self._waiting and not self._teller:
            log = next((death.log_of_run for death in self._waiting if death.log_of_run), "")
            if not log:
                self._say_plainly(self._waiting)
                self._waiting = []
            elif (free_mb() or _ROOM_MB) >= _ROOM_MB:
                self._start(log, now)
            elif now > self._waits_since + _ROOM_WITHIN:
                self._say_plainly(self._waiting)
                self._waiting = []
        if self._uncounted and now >= self._line_at:
            self._say_count(now)

    def end(self, within: float = _LAST_PATIENCE) -> None:
        """Wait a moment for what is being said."""
        self._told_by = min(self._told_by, time.monotonic() + within)
        while self._teller:
            time.sleep(_POLL)
            self._take_note_of_end(time.monotonic())

    def sum_up(self, log: str, count: int) -> None:
        """Say at the end how many deaths there were, by their lines where a verdict can be had on *log*.

        *count*: so many are known without one.
        """
        if log and (free_mb() or _ROOM_MB) >= _ROOM_MB:
            self._start(log, time.monotonic(), sums_up=True)
            self.end(_SUM_PATIENCE)
            if self._said_all:
                return
        if count:
            text = ngettext(
                "{count} process of this run died; `memmon report` tells more",
                "{count} processes of this run died; `memmon report` tells more",
                count,
            )
            _say(text.format(count=count))

    def _start(self, log: str, now: float, *, sums_up: bool = False) -> None:
        """Have the verdicts said on all that wait, or on all together."""
        request: Untold = {
            "path": self._path,
            "log": log,
            "deaths": [(death.pid, _plainly(death) if death.sort else "", death.held) for death in self._waiting],
            "sums_up": sums_up,
        }
        self._at_hand, self._waiting = self._waiting, []
        words = [*self._command, marshal.dumps({**request}).hex()]
        self._told, told = os.pipe()
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, told, 1),
        ]
        try:
            # A key that is pressed for the program is nothing to it.
            mask = _signal.valid_signals()
            self._teller = os.posix_spawn(words[0], words, os.environ, file_actions=actions, setsigmask=mask)
        except OSError:
            self._teller = 0
        os.close(told)
        self._told_by = now + _PATIENCE
        if not self._teller:
            self._finish(said_all=False)

    def _take_note_of_end(self, now: float) -> None:
        """See whether the process that says verdicts has ended; end it where nobody reads what it says."""
        if not self._teller:
            return
        ended, status = os.waitpid(self._teller, os.WNOHANG)
        if not ended and now > self._told_by:
            os.kill(self._teller, _signal.SIGKILL)
            os.waitpid(self._teller, 0)
            self._finish(said_all=False)
        elif ended:
            self.killed += os.WIFSIGNALED(status) and os.WTERMSIG(status) == _signal.SIGKILL
            self._finish(said_all=not status)

    def _finish(self, *, said_all: bool) -> None:
        """Say plainly what the process has not said that was to."""
        self._said_all = said_all
        said = os.read(self._told, _MOST_BYTES).split()
        os.close(self._told)
        self._teller = 0
        done = {one.pid for one in self._at_hand if said_all or b"%d" % one.pid in said}
        self.said |= done
        self._say_plainly([one for one in self._at_hand if one.pid not in done])

    def _say_plainly(self, deaths: list[Death]) -> None:
        for death in deaths:
            if death.sort:
                _say(_plainly(death))

    def _say_count(self, now: float) -> None:
        newest = _process(self._newest.pid, self._newest.command) if self._newest else ""
        text = ngettext(
            "{count} more process of this run died, the newest was {newest}; `memmon report` tells the lines",
            "{count} more processes of this run died, the newest was {newest}; `memmon report` tells the lines",
            self._uncounted,
        )
        _say(text.format(count=self._uncounted, newest=newest))
        self._uncounted = 0
        self._line_at = now + _LINE_EVERY


def _process(pid: int, command: str) -> str:
    words = short_command(command)
    text = _("process {pid} ({words})") if words else _("process {pid}")
    return text.format(pid=pid, words=words)


def _plainly(death: Death) -> str:
    """What is known of a death without a verdict."""
    held = _(" (it held {amount:.0f} MB)").format(amount=death.rss_mb) if death.rss_mb else ""
    pid, mb, command = death.held[0]
    more = ""
    if is_notable(mb, death.rss_mb):
        text = _("; more was held by {process}: {amount:.0f} MB")
        more = text.format(process=_process(pid, command), amount=mb)
    option = unfollowed_by(death.command)
    if death.log:
        then = _("`memmon report` tells the line")
    elif option:
        then = _("it was started with {option}, by which it keeps no record").format(option=option)
    else:
        then = _("it kept no record")
    return _("{process} {ended}{held}{more}; {then}").format(
        process=_process(death.pid, death.command), ended=_(_ENDS[death.sort]), held=held, more=more, then=then
    )


def _say(text: str) -> None:
    """Write a line to stderr, unless who reads it would keep the supervisor from its work."""
    try:
        ready = select.poll()
        ready.register(2, select.POLLOUT)
        if any(event & select.POLLOUT for _number, event in ready.poll(0)):
            os.write(2, f"memmon: {text}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        pass  # nobody listens any more
