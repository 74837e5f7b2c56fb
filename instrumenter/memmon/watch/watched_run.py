"""Looks at a run that goes on, again and again: at its processes, at what they write, at who has died."""

from __future__ import annotations

import os
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from memmon.errors import LogError
from memmon.language import of_reader
from memmon.processes import short_command
from memmon.record.told_mark import mark_told
from memmon.show.escaping import escaped
from memmon.show.runs import child, how_it_died, line_of
from memmon.translation import _
from memmon.verdict.evidence.liveness import is_alive
from memmon.verdict.find_runs import run_with
from memmon.verdict.investigate import investigate_run
from memmon.verdict.read.process import read_process
from memmon.verdict.read.records import parse_record
from memmon.verdict.survey import survey
from memmon.verdict.wording.language import Say, place
from memmon.watch.processes import Processes, Rate, used_below_limit
from memmon.watch.view import Grown, Row, View

if TYPE_CHECKING:
    from memmon.verdict.model import ProcessHistory, Record, Verdict
    from memmon.verdict.read.runs import Run
    from memmon.verdict.survey import Survey
    from memmon.watch.processes import Seen

_MOST_LOOKS = 600
"""So many amounts are kept for the course of memory."""
_MOST_GROWN, _MOST_CHECKPOINTS = 10, 10
"""So many places and checkpoints are shown at the most."""
_LEAST_GROWTH_MB = 1.0
"""Less is not worth a line."""
_END = 1 << 16
"""Bytes at the end of a log in which the last checkpoints are looked for."""
_PATIENCE = 20
"""Reading what is written takes at most one part in so many of the time."""


class _Log:
    """A process's record, read anew when it has been written to; seldom where that takes long."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.history: ProcessHistory | None = None
        self.is_living = True
        self._read_at: tuple[int, int] | None = None
        self._not_before = 0.0

    def look(self) -> None:
        """Read it, where there is anything new."""
        try:
            status = os.stat(self.path)  # noqa: PTH116  # paths are text here
        except OSError:
            self.is_living = False
            return
        written = status.st_size, status.st_mtime_ns
        begun = time.monotonic()
        if written != self._read_at and begun >= self._not_before:
            with suppress(LogError):  # it has just begun
                self.history = read_process(self.path)
            self._read_at = written
            self._not_before = begun + _PATIENCE * (time.monotonic() - begun)
        if self.history is not None:
            ended = self.history.ended is not None or self.history.supervised is not None
            self.is_living = not ended and is_alive(self.history.header, self.history.start_ticks)

    def newest(self) -> list[Record]:
        """Its last checkpoints."""
        try:
            with open(self.path, "rb") as log:  # noqa: PTH123  # paths are text here
                log.seek(max(os.fstat(log.fileno()).st_size - _END, 0))
                lines = log.read(_END).decode("utf-8", "replace").split("\n")[-_MOST_CHECKPOINTS * 4 : -1]
        except OSError:
            return []
        return [record for record in map(parse_record, lines) if record and record.kind]


class WatchedRun:
    """One run, looked at again and again."""

    def __init__(self, log: str) -> None:
        """Watch the run that has this log."""
        self._log = log
        self._logs: dict[str, _Log] = {}
        self._processes = Processes()
        self._rate = Rate()
        self._course: deque[float] = deque(maxlen=_MOST_LOOKS)
        self._deaths: tuple[str, ...] = ()
        self._gone: set[str] = set()
        self.is_over = False
        """Whether no process of the run is left."""

    def view(self) -> View:
        """What there is at this moment. Raises LogError where the log is gone, or is none."""
        run = run_with(self._log)
        for path in map(str, run.logs):
            self._logs.setdefault(path, _Log(path)).look()
        histories = [log.history for log in self._logs.values() if log.history is not None]
        if not histories:
            raise LogError(_("{log}: nothing stands in it yet; try again in a moment").format(log=self._log))
        living = {log.history.header.pid: log.history for log in self._logs.values() if log.history and log.is_living}
        now = time.monotonic()
        seen = self._processes.look([pid for pid in living if pid is not None], now)
        self.is_over = not living
        self._find_deaths(run, Say(of_reader(histories[0].header.language)))
        header = histories[0].header
        used = used_below_limit(header, seen)
        self._rate.note(now, used)
        self._course.append(used)
        return escaped(
            View(
                program=header.named or self._log,
                pid=header.pid,
                language=of_reader(header.language),
                seconds=max(time.time() - header.started, 0.0) if header.started is not None else 0.0,
                used_mb=used,
                limit_mb=header.limit_mb,
                limit_from=header.limit_from,
                warning_mb=header.warning_mb,
                critical_mb=header.critical_mb,
                mb_per_second=self._rate.mb_per_second,
                rows=tuple(_row(one, living.get(one.pid)) for one in seen),
                grown=_grown(histories),
                checkpoints=self._newest(),
                deaths=self._deaths,
                course=tuple(self._course),
            )
        )

    def survey(self) -> Survey:
        """What is to be said of the run now; it is told thereby, as it is by a report."""
        found = survey([run_with(self._log)])
        for log in found.verdict.told:
            mark_told(log)
        return found

    def _newest(self) -> tuple[Record, ...]:
        found = [record for log in self._logs.values() if log.is_living for record in log.newest()]
        return tuple(sorted(found, key=lambda record: record.when)[-_MOST_CHECKPOINTS:])

    def _find_deaths(self, run: Run, say: Say) -> None:
        """Have a sentence on each death, once more whenever a process has gone."""
        gone = {log.path for log in self._logs.values() if log.history is not None and not log.is_living}
        if gone != self._gone:
            self._gone = gone
            with suppress(LogError):
                self._deaths = tuple(_death(one, say) for one in investigate_run(run).incidents)


def _death(one: Verdict, say: Say) -> str:
    at = line_of(one)
    what = how_it_died(one, say) + child(one, say)
    return f"{one.when[11:19]}  {what}" + (say(f": {at}", f"：{at}") if at else "")


def _row(seen: Seen, history: ProcessHistory | None) -> Row:
    if history is None:
        return Row(seen.pid, short_command(seen.command), seen.rss_mb, seen.mb_per_second)
    program = place(history.header.named, None)
    return Row(seen.pid, program, seen.rss_mb, seen.mb_per_second, *_place(history))


def _place(history: ProcessHistory) -> tuple[str | None, int | None, str]:
    """Where a process is, as it told last: its busiest line, else its last checkpoint."""
    for record in (history.background, history.background_before):  # the newest may be from its page, with no line
        if record and record.at:
            return record.at.file, record.at.line, record.at.function
    last = history.checkpoint
    if last is None or last.line is None:
        return None, None, ""
    return last.file or history.header.target, last.line, f"[{last.name}]"


def _grown(histories: list[ProcessHistory]) -> tuple[Grown, ...]:
    """Where memory grew most, as checkpoints and, outside of them, background lines tell."""
    found: dict[tuple[str | None, int | None, str], float] = {}
    for history in histories:
        for total in history.sites:
            site = total.site
            key = site.file or history.header.target, site.line, site.name
            found[key] = found.get(key, 0.0) + total.figures.growth_mb
        if not history.sites:
            for frame, mb in history.rises:
                key = frame.file, frame.line, frame.function
                found[key] = found.get(key, 0.0) + mb
    rows = [Grown(mb, name, file, line) for (file, line, name), mb in found.items() if mb >= _LEAST_GROWTH_MB]
    return tuple(sorted(rows, key=lambda row: -row.mb)[:_MOST_GROWN])
