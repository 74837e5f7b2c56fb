"""A start tells of the death before it: who restarts a program that was killed mostly is nobody who asks why.

A process that was killed leaves its page, and nobody has been told while there is no mark beside it. What is said is
what a glance shows: the last line of its log, and whether the kernel has killed for want of memory since it began. The
verdict is the report's.
"""

# pathlib is an import that the user's program would have to pay for.
# ruff: noqa: PTH116

from __future__ import annotations

from os import SEEK_END, close, lseek, stat
from os import write as write_fd
from time import time

from memmon_runtime.record.crash_page import owner_of
from memmon_runtime.record.file_names import events_of, is_page, log_beside
from memmon_runtime.record.fitting import one_line, to_json
from memmon_runtime.record.log_lines import remark_line
from memmon_runtime.record.told_mark import is_told, mark_told
from memmon_runtime.session.processes import start_ticks
from memmon_runtime.system.descriptors import read_text
from memmon_runtime.system.foreign_files import number_in, open_regular
from memmon_runtime.system.gil_io import pread
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.namespace import namespace

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable

    from memmon_runtime.checkpoints.recorder import Recorder
    from memmon_runtime.session.session import Session

_MOST = 16
"""So many pages are looked at, the newest first."""
_TAIL = 4096
_SILENT = 5.0
"""Seconds after which the log of a process that is there would have been written to."""
_SHORT = ("WARNING", "CRITICAL")
"""The levels at which memory was short."""
_MOST_SHARE = 0.5
"""A process that held less of its limit was not what memory ran out for, unless a single step took all."""
_WORDS = {
    "en": "the run before ({when}, process {pid}) was killed, it seems for want of memory: {last}; memmon report {log}",
    "zh": "上一次运行（{when}，进程 {pid}）被杀死，看来是内存不足：{last}；memmon report {log}",
}


class _Death:
    """A process without an end in its record, as its record shows it."""

    def __init__(self, log: str, pid: int) -> None:
        """Read the first line of its events, and the last of its log."""
        self.log = log
        self.pid = pid
        self.header = read_text(events_of(log)).partition("\n")[0]
        self.when, self.level, self.rss_mb, self.last = _last_line(log)

    def number(self, key: str) -> int | None:
        """A whole number of its header."""
        return number_in(self.header.partition(f'"{key}": ')[2].partition(",")[0].rstrip("}"))

    def is_of(self, target: str) -> bool:
        """Whether the program is the same."""
        return f'"target": {to_json(target)},' in self.header

    def is_of_run(self, origin: object) -> bool:
        """Whether it belongs to the same run, as where `memmon run` has started a loop in a shell, and tells of it."""
        return f'"run": {to_json(origin)},' in self.header

    def is_gone(self) -> bool:
        """Whether it can't be there under another number, as in another container; it would write each second."""
        return f'"namespace": {namespace()},' in self.header or time() - stat(self.log).st_mtime > _SILENT

    def was_killed(self, now: dict[str, object], boot: object) -> bool:
        """Whether memory was why, as far as can be seen; ``now`` are the counts of kills, since this ``boot``."""
        limit = self.header.partition('"limit": {"mb": ')[2].partition(",")[0]
        held_most = bool(limit) and self.rss_mb >= _MOST_SHARE * float(limit)
        was_short = self.level in _SHORT or held_most
        if not boot or f'"boot": {to_json(boot)}' not in self.header:
            return self.level == "CRITICAL"
        cgroup = now["cgroup"]
        kills = self.header.partition('"oom_kill": ')[2]
        if isinstance(cgroup, dict) and f'{{"path": {to_json(cgroup["path"])}, "inode": {cgroup["inode"]},' in kills:
            is_worker = '"parent": null' not in self.header
            return (self.number("count") or 0) < cgroup["count"] and (held_most or not is_worker)
        before, vmstat = self.number("vmstat"), now["vmstat"]
        if before is None or not isinstance(vmstat, int):
            return self.level == "CRITICAL"
        return vmstat > before and was_short


def tell_death_before(session: Session, names: Iterable[str]) -> None:
    """Say in the log and on stderr that the program was killed when it ran last, once.

    ``names`` are the files that were in the session's folder before it began.
    """
    try:
        recorder = session.recorder
        deaths = _untold(session, names, recorder) if recorder is not None else []
        told = [death for death in deaths if mark_told(death.log)]
        if recorder is None or not told:
            return
        death = told[0]
        words = _WORDS[recorder.words.language]
        name = death.log.rpartition("/")[2]
        text = one_line(words.format(when=death.when, pid=death.pid, last=death.last, log=name))
        if recorder.acquire_lock():
            try:
                if recorder.record.log is not None:
                    recorder.record.log.append(remark_line(text))
            finally:
                recorder.lock.release()
        if not session.settings.quiet:
            write_fd(2, f"memmon: {text}\n".encode("utf-8", "backslashreplace"))
    except Exception:
        pass  # the new run matters more


def _untold(session: Session, names: Iterable[str], recorder: Recorder) -> list[_Death]:
    folder, found = session.settings.log_dir, []
    now, boot = recorder.limits.kills(), session.origin["boot"] if session.origin else ""
    for page in sorted(filter(is_page, names), reverse=True)[:_MOST]:
        log = f"{folder}/{log_beside(page)}"
        if is_told(log):
            continue
        pid, ticks = owner_of(f"{folder}/{page}")
        if not pid or (ticks and start_ticks(str(pid)) == ticks):
            continue  # it is still there
        try:
            death = _Death(log, pid)
            if death.is_of(session.target) and not death.is_of_run(session.origin) and death.is_gone():
                found += [death] * death.was_killed(now, boot)
        except (OSError, ValueError):
            pass  # no record of a run: the others may be
    return found


def _last_line(log: str) -> tuple[str, str, float, str]:
    """When the log's last record was written, its level, the RSS in MB, and what it says of both and the place."""
    fd = open_regular(log)
    try:
        at = max(lseek(fd, 0, SEEK_END) - _TAIL, 0)
        lines = pread(fd, _TAIL, at).decode("utf-8", "replace").split("\n")
    finally:
        close(fd)
    for line in reversed(lines):
        head, found, rest = line.partition("] RSS=")
        parts = head.split("] [")
        if found and line[:1] == "[" and len(parts) > 1:
            rss = rest.partition("MB")[0]
            place = rest.partition(" at=")[2].split(" ")[0]
            said = f"RSS={rss}MB" + (f" at={place}" if place and '"' not in place else "")
            return parts[0][1:].partition(".")[0], parts[1], float(rss), said
    return "", "", 0.0, ""
