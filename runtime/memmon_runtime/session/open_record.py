"""The beginning of a record: log, page and events are created, and the first lines written."""

from __future__ import annotations

import sys
from os import getpid
from time import localtime, strftime, time_ns

from memmon_runtime.record.crash_page import Page
from memmon_runtime.record.event_file import EventFile
from memmon_runtime.record.file_names import log_names
from memmon_runtime.record.log_file import RunLog
from memmon_runtime.record.log_header import header
from memmon_runtime.record.log_lines import card_line
from memmon_runtime.session.processes import start_ticks
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.namespace import namespace
from memmon_runtime.system.own_modules import OwnModules
from memmon_runtime.system.ownership import own_files
from memmon_runtime.system.sizes import MB
from memmon_runtime.system.source import all_added
from memmon_runtime.system.written_files import make_folder

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from memmon_runtime.checkpoints.recorder import Recorder
    from memmon_runtime.record.shared_room import SharedRoom
    from memmon_runtime.session.origin import Origin
    from memmon_runtime.session.settings import Settings

__version__ = "0.2.0"
"""Written into every record, and memmon's own."""
_NS, _MS = 1_000_000_000, 1_000_000
_SHARING = ("memmon_runtime.system.native_calls", "memmon_runtime.system.folder", "memmon_runtime.record.shared_room")
"""What is loaded for children alone, each after what it imports."""
_FEW, _MOST_LIVING = 8, 320
"""Where more children than that live, each begins with less; beyond the latter one keeps no record."""
_MOST_ROWS = 12
"""So many sites of one of many children have a row in its page."""


def open_record(
    recorder: Recorder, settings: Settings, parent: dict[str, object] | None, origin: Origin | None
) -> bool:
    """Create the files of ``recorder`` and write what they begin with; OSError where there can be no log.

    False where the disk has no room for it: it is written once there is. One child of too many has none, and nothing is
    said of that.
    ``parent``: the process that this one comes from, by its ``pid`` and its ``log``; ``origin``: the one that all began
    with.
    """
    pid, now = getpid(), time_ns()
    make_folder(settings.log_dir)
    names = log_names(now // _NS, pid, child=parent is not None)
    is_child = parent is not None
    record = recorder.record
    many = False
    if is_child:
        record.room, living = _shared_room(settings.log_dir)
        if living >= _MOST_LIVING:
            record.close()
            return True
        many = living > _FEW
    log = RunLog([f"{settings.log_dir}/{name}" for name in names], small=is_child, is_one_of_many=many)
    ticks = start_ticks("self")
    try:
        unit, most_rows = recorder.reader.unit, _MOST_ROWS if many else 0
        record.page = Page(log.path, pid, ticks, unit, now, recorder.baseline, small=is_child, most_rows=most_rows)
    except (OSError, ValueError):
        record.page = None
    try:
        record.events = EventFile(log.path, small=is_child, is_one_of_many=many)
    except OSError:
        record.events = None
    record.kills = recorder.limits.kills()
    facts = {
        "memmon": __version__,
        "pid": pid,
        "start_ticks": ticks,
        "target": recorder.target,
        "command": settings.command or None,
        "own": list(own_files()),
        "argv": list(getattr(sys, "argv", ())),
        "parent": parent,
        "python": ".".join(map(str, sys.version_info[:3])),
        "started": _started(now),
        "run": origin,
        "namespace": namespace(),
        **_measured(recorder, settings),
    }
    stamp = log.stamp(now)
    mb = (recorder.baseline * recorder.to_mb, 0.0, 0.0)
    start = card_line(stamp, recorder.levels.level, recorder.words.start, mb, recorder.levels.fired)
    added = all_added()
    begun = log.begin(header(facts, stamp[1:], len(dict(added).get(recorder.target, ()))) + start)
    record.log = log
    if record.events is not None:
        lines = [added_fact(file, numbers) for file, numbers in added if numbers]
        record.events.begin([("header", facts), *lines], stamp[1:])
    for site in recorder.sites.values():
        record.introduce(site, 0)
    recorder.refresh_hot_path()
    return begun


def added_fact(file: str, added: tuple[int, ...]) -> tuple[str, object]:
    """Which lines of the instrumented ``file`` are not the original's."""
    return "lines", {"file": file, "added": list(added)}


def _started(now: int) -> str:
    """``2026-11-22T10:30:48.123+08:00`` for ``now`` in nanoseconds since the epoch, in the local zone."""
    second, rest = divmod(now, _NS)
    zone = strftime("%z", localtime(second))
    return strftime("%Y-%m-%dT%H:%M:%S", localtime(second)) + ".%03d%s:%s" % (rest // _MS, zone[:3], zone[3:5])


def _measured(recorder: Recorder, settings: Settings) -> dict[str, object]:
    """What the header says of memory."""
    limits = recorder.limits
    limit = {"mb": round(limits.tightest / MB, 2), "from": limits.origin, "path": limits.path}
    cgroup = limits.cgroup
    return {
        "language": recorder.words.language,
        "reading": recorder.reader.name,
        "baseline_mb": round(recorder.baseline * recorder.to_mb, 2),
        "limit": limit if limits.origin else None,
        "levels": {
            "warning": settings.warning.text,
            "warning_mb": limits.threshold_mb(settings.warning),
            "critical": settings.critical.text,
            "critical_mb": limits.threshold_mb(settings.critical),
        },
        "oom_kill": recorder.record.kills,
        "cgroup": cgroup.figures() if cgroup is not None and cgroup.limited else None,
        "peak": recorder.peak.name if recorder.peak is not None else "off",
    }


def _shared_room(log_dir: str) -> tuple[SharedRoom | None, int]:
    """What a child's record shares with others in the folder, and how many of these live; None where nobody can see."""
    try:
        OwnModules().make(_SHARING)
        from memmon_runtime.record.shared_room import SharedRoom  # noqa: PLC0415 - for children alone

        room = SharedRoom(log_dir)
        return room, len(room.living())
    except (AttributeError, ImportError, OSError):
        return None, 0
