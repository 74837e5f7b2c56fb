"""Reads facts, as the events and the header hold them: what makes no sense reads as nothing, never as an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memmon.verdict.model import (
    AddedLines,
    Allocation,
    Ended,
    Event,
    Figures,
    FinalTotals,
    FoldedChildren,
    GrowthWindow,
    Header,
    Highest,
    KernelLine,
    KillsSeen,
    LimitReached,
    Proof,
    Raised,
    Site,
    Stack,
    StoodDown,
)
from memmon.verdict.read.census_facts import census, collector
from memmon.verdict.read.json_values import array, few, fields_of, frames, line_number, moment, number, text, whole
from memmon.verdict.read.supervisor_facts import counter, seen_death, supervised
from memmon.verdict.read.surroundings_facts import cgroup_use, surroundings

if TYPE_CHECKING:
    from collections.abc import Callable


def header(facts: dict[str, Any]) -> Header:
    """What the record says of the program and the machine, as far as it makes sense."""
    parent, limit, levels = (fields_of(facts.get(key)) for key in ("parent", "limit", "levels"))
    kills, run = fields_of(facts.get("oom_kill")), fields_of(facts.get("run"))
    cgroup = fields_of(kills.get("cgroup"))
    started, offset = moment(facts.get("started"))
    return Header(
        version=text(facts.get("memmon")),
        target=text(facts.get("target")),
        command=text(facts.get("command")),
        argv=tuple(one for one in map(text, array(facts.get("argv"))) if one is not None),
        pid=whole(facts.get("pid")),
        parent_pid=whole(parent.get("pid")),
        parent_log=text(parent.get("log")),
        started=started,
        offset=offset,
        python=text(facts.get("python")),
        language="zh" if facts.get("language") == "zh" else "en",
        baseline_mb=number(facts.get("baseline_mb")),
        limit_mb=number(limit.get("mb")),
        limit_from=text(limit.get("from")),
        warning_mb=number(levels.get("warning_mb")),
        critical_mb=number(levels.get("critical_mb")),
        cgroup_path=text(cgroup.get("path")),
        cgroup_inode=whole(cgroup.get("inode")),
        cgroup_use=cgroup_use(facts.get("cgroup")),
        cgroup_kills=whole(cgroup.get("count")),
        vmstat_kills=whole(kills.get("vmstat")),
        own=tuple(one for one in map(text, array(facts.get("own"))) if one),
        start_ticks=whole(facts.get("start_ticks")) or 0,
        boot=text(run.get("boot")) or "",
        namespace=whole(facts.get("namespace")) or 0,
        origin_pid=whole(run.get("pid")),
        origin_ticks=whole(run.get("start_ticks")) or 0,
        is_supervised=run.get("supervised") is True,
    )


def _figures(value: Any) -> Figures:
    """One site's figures; what is missing counts as nothing."""
    fields = fields_of(value)
    return Figures(
        hits=whole(fields.get("opened")) or 0,
        growth_mb=number(fields.get("growth_mb")) or 0.0,
        max_growth_mb=number(fields.get("max_growth_mb")) or 0.0,
        peak_mb=number(fields.get("peak_mb")),
        stood_down=_stood_down(fields_of(fields.get("stood_down"))),
    )


def _stood_down(fields: dict[str, Any]) -> StoodDown | None:
    after, every = whole(fields.get("after")), whole(fields.get("every"))
    return None if after is None or every is None else StoodDown(after, every)


def _totalled_site(value: Any) -> Site | None:
    """The site that figures are of; None where they do not name it."""
    fields = fields_of(value)
    return _site(fields) if text(fields.get("name")) else None


def _site(fields: dict[str, Any]) -> Site:
    return Site(
        name=text(fields.get("name")) or "",
        file=text(fields.get("file")),
        line=line_number(fields.get("line")),
        function=text(fields.get("function")),
        kind=text(fields.get("kind")) or "",
        normal_mb=number(fields.get("normal_mb")),
        alarm_mb=number(fields.get("alarm_mb")),
        printed=text(fields.get("printed")),
        printed_file=text(fields.get("printed_file")),
        row=whole(fields.get("row")),
    )


def _stack(fields: dict[str, Any]) -> Stack:
    tid = text(fields.get("tid")) or ""
    return Stack(text(fields.get("thread")), tid, frames(fields.get("frames")), fields.get("held") is True)


def _added_lines(fields: dict[str, Any]) -> AddedLines:
    added = [line for line in map(line_number, array(fields.get("added"))) if line]
    return AddedLines(text(fields.get("file")) or "", tuple(sorted(added)))


def _growth_window(fields: dict[str, Any]) -> GrowthWindow:
    by = text(fields.get("by")) or ""
    return GrowthWindow(
        by=by,
        rss_mb=number(fields.get("rss_mb")) or 0.0,
        growth_mb=number(fields.get("grown_mb")) or 0.0,
        allocations=tuple(
            Allocation(
                mb=number(one.get("mb")) or 0.0,
                frames=frames(one.get("frames")),
                running=whole(one.get("running")) or 0,
                # Observed otherwise, the number is of looks, not of blocks.
                blocks=(whole(one.get("blocks")) or 0) if by == "tracemalloc" else 0,
            )
            for one in map(fields_of, few(fields.get("lines")))
        ),
    )


def _raised(fields: dict[str, Any]) -> Raised:
    return Raised(
        type=text(fields.get("type")) or "Exception",
        message=text(fields.get("message")) or "",
        file=text(fields.get("file")),
        line=line_number(fields.get("line")),
        function=text(fields.get("function")),
        frames=frames(fields.get("frames")),
    )


def _highest(fields: dict[str, Any]) -> Highest:
    return Highest(number(fields.get("mb")) or 0.0)


def _ended(fields: dict[str, Any]) -> Ended:
    return Ended(text(fields.get("exit")) or "normal", whole(fields.get("status")))


def _kills_seen(fields: dict[str, Any]) -> KillsSeen:
    cgroup = fields_of(fields.get("cgroup"))
    return KillsSeen(
        cgroup_path=text(cgroup.get("path")),
        cgroup_inode=whole(cgroup.get("inode")),
        cgroup_kills=whole(cgroup.get("count")),
        largest_child_mb=number(fields.get("largest_child_mb")) or 0.0,
    )


def _limit_reached(fields: dict[str, Any]) -> LimitReached:
    return LimitReached(number(fields.get("mb")), number(fields.get("rss_mb")), fields.get("killed") is True)


def _kernel_line(value: Any) -> KernelLine | None:
    fields = fields_of(value)
    sort, pid, at = fields.get("sort"), whole(fields.get("pid")), number(fields.get("at"))
    if sort not in ("oom-kill", "crash") or pid is None or at is None:
        return None
    held, along_with = number(fields.get("rss_mb")), whole(fields.get("along_with"))
    return KernelLine(sort, pid, at, text(fields.get("text")) or "", held, along_with)


def _proof(fields: dict[str, Any]) -> Proof:
    return Proof(
        cgroup=counter(fields.get("cgroup"), ""),
        vmstat=counter(fields.get("vmstat"), "/proc/vmstat"),
        kernel=tuple(line for line in map(_kernel_line, few(fields.get("kernel"))) if line),
    )


def _folded(fields: dict[str, Any]) -> FoldedChildren:
    count = whole(fields.get("count")) or 0
    return FoldedChildren(
        count=count,
        unsaid=min(whole(fields.get("unsaid")) or 0, count),
        first=moment(fields.get("first"))[0],
        last=moment(fields.get("last"))[0],
        highest_mb=number(fields.get("highest_mb")) or 0.0,
        mb=number(fields.get("mb")) or 0.0,
    )


_READERS: dict[str, Callable[[dict[str, Any]], Event]] = {
    "site": _site,
    "stack": _stack,
    "lines": _added_lines,
    "census": census,
    "gc": collector,
    "surroundings": surroundings,
    "zoom": _growth_window,
    "exception": _raised,
    "highest": _highest,
    "end": _ended,
    "supervisor": supervised,
    "death": seen_death,
    "kills": _kills_seen,
    "limit_reached": _limit_reached,
    "proof": _proof,
    "children": _folded,
}


def event(name: str, value: Any) -> Event | None:
    """The event that a fact tells of; None for one of a later version."""
    if name == "totals":
        return FinalTotals(tuple((_totalled_site(one), _figures(one)) for one in array(value)))
    return _READERS[name](fields_of(value)) if name in _READERS else None
