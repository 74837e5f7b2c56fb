"""`report` on the record of a killed program: what it says, and what it has made of the record."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from faults.tracing import TRACED, HungError, Point, can_fail, is_of_the_gate, killed_by, points
from hostile import records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from faults.command_server import Commands

_KILLED = 1
_REFUSED = 2
_INTERRUPTED = 130
_FEW = 5
_LOST_WITH_THE_KILL = ("limit_reached", "exception", "totals", "end", "supervisor", "death", "proof")
"""What a record does not have whose program the kernel has killed, and nobody has reported on yet."""


class Reports:
    """One form of the report."""

    def __init__(self, commands: Commands, place: Path, *, as_data: bool) -> None:
        """Work in the folder ``place``."""
        self.name = "report --json" if as_data else "report"
        self._commands = commands
        self._command = ("report", records.LOG, *(("--json",) if as_data else ()))
        self._folder, self._prepared = place / "bot", place / "prepared"
        self._stdout, self._stderr = place / "stdout", place / "stderr"
        self._said = ""
        """What the report says where nothing fails."""
        self._data: dict[str, Any] = {}
        """The same as JSON."""
        self._before: dict[str, bytes] = {}
        self._after: dict[str, bytes] = {}
        """What the log and the events hold before a report, and after it."""

    def points(self) -> list[Point]:
        """The calls of the command."""
        self._lay_down()
        self._before = self._record(self._prepared)
        shutil.copytree(self._prepared, self._folder)
        trace = self._folder.with_name("trace")
        code = self._commands.run(self._folder, self._command, *TRACED, "-o", str(trace))
        self._said, self._after = self._stdout.read_text(encoding="utf-8"), self._record(self._folder)
        self._data = self._as_data()
        shutil.rmtree(self._folder)
        # Otherwise there would be nothing to lose.
        assert (code, self._data["verdict"]["cause"]) == (_KILLED, "oom-kill"), self._said
        assert all(self._after[name] != self._before[name] for name in self._before)
        return _without_repeats(points(trace))

    suits = staticmethod(can_fail)

    def wrong_at(self, point: Point, fault: str) -> list[str]:
        """What is wrong with the report, the record and a second report."""
        shutil.copytree(self._prepared, self._folder)
        try:
            code = self._commands.run(self._folder, self._command, *point.inject(fault))
            return [*self._wrong_report(code, fault), *self._wrong_record()]
        except HungError:
            return ["it hung"]
        finally:
            shutil.rmtree(self._folder)

    def _lay_down(self) -> None:
        """A record whose log lacks the last checkpoint, and of a kill that the cgroup's counter proves."""
        shutil.rmtree(self._prepared, ignore_errors=True)
        self._prepared.mkdir()
        records.lay_down(self._prepared)
        for name in (records.PARENT, records.CONFIG, records.STACK):
            (self._prepared / name).unlink()
        group = self._folder / "cgroup"
        (self._prepared / "cgroup").mkdir()
        (self._prepared / "cgroup" / "memory.events").write_text("oom_kill 1\n", encoding="ascii")
        events = self._prepared / records.EVENTS
        lines = [json.loads(line) for line in events.read_text(encoding="utf-8").splitlines()]
        lines = [line for line in lines if not line.keys() & set(_LOST_WITH_THE_KILL)]
        header = lines[0]["header"]
        header["parent"] = None
        header["oom_kill"] = {"cgroup": {"path": str(group), "inode": None, "count": 0}, "vmstat": None}
        events.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")

    def _record(self, folder: Path) -> dict[str, bytes]:
        return {name: (folder / name).read_bytes() for name in (records.LOG, records.EVENTS)}

    def _as_data(self) -> dict[str, Any]:
        """What a report says that nothing disturbs."""
        self._commands.run(self._folder, (*self._command[:2], "--json"))
        data: dict[str, Any] = json.loads(self._stdout.read_text(encoding="utf-8"))
        return data

    def _wrong_report(self, code: int, fault: str) -> list[str]:
        said, stderr = (path.read_text(encoding="utf-8", errors="replace") for path in (self._stdout, self._stderr))
        messages = [line for line in stderr.splitlines() if line]
        ended = killed_by(fault)
        if code == ended or (ended is not None and code == _INTERRUPTED and messages == ["memmon: interrupted"]):
            return []
        if code == _REFUSED:
            is_one = len(messages) == 1 and messages[0].startswith("memmon: error: ")
            return [] if is_one else [f"it refused with {stderr!r}"]
        if code != _KILLED or messages:
            return [f"it ended with {code} and {stderr[-300:]!r}"]
        if said == self._said:
            return []
        return [] if ended is None and self._is_less_sure(said) else [f"it said {said[:300]!r}"]

    def _is_less_sure(self, said: str) -> bool:
        """Whether a report that could not read everything says nothing that is wrong."""
        if "--json" not in self._command:
            return True  # the same is said as JSON
        verdict, right = json.loads(said)["verdict"], self._data["verdict"]
        cause = verdict["cause"] == right["cause"] or verdict["cause_confidence"] != "certain"
        culprit = verdict["culprit"]
        same = culprit is not None and culprit["line"] == right["culprit"]["line"]
        return cause and (same or culprit is None or culprit["confidence"] != "certain")

    def _wrong_record(self) -> list[str]:
        """What is wrong with the log and the events, now and after another report."""
        found = []
        now = self._record(self._folder)
        for name, before in self._before.items():
            added = now[name].removeprefix(before)
            if len(added) + len(before) != len(now[name]) or added not in (b"", self._after[name].removeprefix(before)):
                found.append(f"{name} was made {now[name][-200:]!r}")
        again = self._as_data()
        if again["verdict"] != self._data["verdict"]:
            found.append(f"a second report says {json.dumps(again['verdict'])[:300]}")
        if self._record(self._folder)[records.LOG] != self._after[records.LOG]:
            found.append("a second report leaves another log")
        return found


def _without_repeats(found: Iterable[Point]) -> list[Point]:
    """The kernel log is read line by line, by thousands of calls: of these the first and the last few."""
    others, lines = [], []
    for point in (one for one in found if not is_of_the_gate(one)):
        (lines if "/dev/kmsg" in point.line and point.call == "read" else others).append(point)
    return sorted([*others, *lines[:_FEW], *lines[_FEW:][-_FEW:]], key=lambda point: point.place)


def reports(commands: Commands, place: Path) -> Iterator[Reports]:
    """Both forms."""
    for as_data in (False, True):
        yield Reports(commands, place, as_data=as_data)
