"""Reads a run log into events: streaming, in bounded memory, past garbage and a torn last line."""

from __future__ import annotations

import json
import math
import re
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from memmon.errors import LogError, Place
from memmon.verdict.model import (
    CLOSERS,
    OPENERS,
    Counted,
    Ended,
    Event,
    Frame,
    Header,
    Raised,
    Record,
    SiteSeen,
    Stack,
    Totalled,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_BLOCK = 1 << 18
_LONGEST = 1 << 20
"""Bytes of a line beyond which it can't be ours, and is passed over."""
_PROBE = 1 << 16
"""Bytes within which a run log must have shown itself as one."""

_RECORD = re.compile(
    r"(?:\[([0-9][^\]]*)\] )?\[(INFO|WARNING|CRITICAL)\] \[(.+?)\] RSS=(\d+(?:\.\d+)?)MB"
    r"(?: \(Δ([+-]\d+(?:\.\d+)?)MB(?:, ([+-]\d+(?:\.\d+)?)MB)?\))?(.*)"
)
_TOKEN = re.compile(r'([a-z_]+)=("(?:[^"\\]|\\.)*"|\S+)')
_MEGABYTES = re.compile(r"([+-]?\d+(?:\.\d+)?)MB")
_FACT = re.compile(r"# ([a-z_]+): (.*)")


def _lines(stream: BinaryIO) -> Iterator[tuple[str, bool]]:
    """Each line without its end, and whether it had one."""
    rest = b""
    skipping = False
    while block := stream.read(_BLOCK):
        whole = (rest + block).split(b"\n")
        rest = whole.pop()
        if skipping and whole:
            del whole[0]
            skipping = False
        for line in whole:
            yield line.decode("utf-8", "replace"), True
        if not skipping and len(rest) > _LONGEST:
            yield rest.decode("utf-8", "replace"), False
            skipping = True
        if skipping:
            rest = b""
    if rest:
        yield rest.decode("utf-8", "replace"), False


def _mb(token: str | None) -> float | None:
    """``+338.22MB`` as a number; None for anything else, so for a figure cut short as well."""
    found = _MEGABYTES.fullmatch(token) if token else None
    return float(found[1]) if found else None


def _quoted(token: str | None) -> str | None:
    """A token's text: a JSON string where it is quoted, else itself."""
    if not token or not token.startswith('"'):
        return token
    try:
        return _text(json.loads(token))
    except ValueError:
        return None


@lru_cache(4096)
def _split(name: str) -> tuple[str, str]:
    """``加载config_BEFORE`` → ``加载config``, ``BEFORE``; a name without such an end has no kind."""
    base, _, kind = name.rpartition("_")
    return (base, kind) if base and (kind in OPENERS or kind in CLOSERS) else (name, "")


class _Tail(NamedTuple):
    """What follows the closing bracket."""

    growth: float | None
    peak: float | None
    line: int | None
    file: str | None
    fired: str | None
    last: str | None
    thread: str


_NO_TAIL = _Tail(None, None, None, None, None, None, "")


@lru_cache(4096)
def _tail(text: str, *, whole: bool) -> _Tail:
    """The tokens; of a torn line the last one is not believed. In a loop they are mostly the same."""
    tokens: dict[str, str] = dict(_TOKEN.findall(text))
    if not whole and tokens:
        tokens.popitem()
    line = tokens.get("line", "")
    return _Tail(
        growth=_mb(tokens.get("growth")),
        peak=_mb(tokens.get("peak")),
        line=int(line) if line.isascii() and line.isdigit() else None,
        file=_quoted(tokens.get("file")),
        fired=tokens.get("fired"),
        last=_quoted(tokens.get("last")),
        thread=tokens.get("tid", ""),
    )


def record(text: str, *, whole: bool = True) -> Record | None:
    """The card's line, or None where ``text`` is none."""
    found = _RECORD.match(text)
    if not found:
        return None
    when, level, name, rss, delta, step, rest = found.groups()
    base, kind = _split(name)
    tail = _tail(rest, whole=whole) if "=" in rest else _NO_TAIL
    by_step = float(step) if step else None
    growth = by_step if tail.growth is None else tail.growth
    sampled = whole and text[-1] == " "
    since_start = float(delta) if delta else None
    return Record(when or "", level, name, base, kind, float(rss), since_start, by_step, growth, *tail[1:], sampled)


def _number(value: Any) -> float | None:
    """A finite JSON number."""
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if good else None


def _whole(value: Any) -> int | None:
    """A JSON integer."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: Any) -> str | None:
    """A JSON string."""
    return value if isinstance(value, str) else None


def _object(value: Any) -> dict[str, Any]:
    """A JSON object; anything else reads as an empty one."""
    return value if isinstance(value, dict) else {}


def _time(value: Any) -> tuple[float | None, float | None]:
    """An ISO time as seconds since the epoch, and how far its clock is ahead of UTC."""
    try:
        moment = datetime.fromisoformat(value)
        ahead = moment.utcoffset()
        return moment.timestamp(), None if ahead is None else ahead.total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None, None


def _header(facts: dict[str, Any]) -> Header:
    """The machine lines at the top, as far as they make sense."""
    parent, limit, levels = (_object(facts.get(key)) for key in ("parent", "limit", "levels"))
    kills = _object(facts.get("oom_kill"))
    cgroup = _object(kills.get("cgroup"))
    argv = facts.get("argv")
    started, offset = _time(facts.get("started"))
    return Header(
        version=_text(facts.get("memmon")),
        target=_text(facts.get("target")),
        argv=tuple(map(str, argv)) if isinstance(argv, list) else (),
        pid=_whole(facts.get("pid")),
        parent_pid=_whole(parent.get("pid")),
        parent_log=_text(parent.get("log")),
        started=started,
        offset=offset,
        language="zh" if facts.get("language") == "zh" else "en",
        baseline_mb=_number(facts.get("baseline_mb")),
        limit_mb=_number(limit.get("mb")),
        limit_from=_text(limit.get("from")),
        warning_mb=_number(levels.get("warning_mb")),
        critical_mb=_number(levels.get("critical_mb")),
        cgroup_path=_text(cgroup.get("path")),
        cgroup_inode=_whole(cgroup.get("inode")),
        cgroup_kills=_whole(cgroup.get("count")),
        vmstat_kills=_whole(kills.get("vmstat")),
    )


def _frame(value: Any) -> Frame | None:
    """``["/abs/f.py", 123, "func"]``; the line may be null."""
    try:
        file, line, function = value
    except (TypeError, ValueError):
        return None
    return Frame(str(file), _whole(line), str(function))


def _counted(value: Any) -> Counted:
    """One site's totals; what is missing counts as nothing."""
    fields = _object(value)
    return Counted(
        opened=_whole(fields.get("opened")) or 0,
        closed=_whole(fields.get("closed")) or 0,
        left=_whole(fields.get("left")) or 0,
        growth_mb=_number(fields.get("growth_mb")) or 0.0,
        max_growth_mb=_number(fields.get("max_growth_mb")) or 0.0,
        peak_mb=_number(fields.get("peak_mb")),
    )


def _later(key: str, value: Any) -> Event | None:
    """A machine line below the header; None for a key of a later version."""
    fields = _object(value)
    if key == "site":
        return SiteSeen(
            name=_text(fields.get("name")) or "",
            file=_text(fields.get("file")),
            line=_whole(fields.get("line")),
            function=_text(fields.get("function")),
            kind=_text(fields.get("kind")) or "",
            normal_mb=_number(fields.get("normal_mb")),
            alarm_mb=_number(fields.get("alarm_mb")),
        )
    if key == "stack":
        frames = fields.get("frames")
        frames = frames if isinstance(frames, list) else []
        return Stack(
            _text(fields.get("thread")),
            _text(fields.get("tid")) or "",
            tuple(frame for frame in map(_frame, frames) if frame),
        )
    if key == "exception":
        return Raised(
            type=_text(fields.get("type")) or "Exception",
            message=_text(fields.get("message")) or "",
            file=_text(fields.get("file")),
            line=_whole(fields.get("line")),
            function=_text(fields.get("function")),
        )
    if key == "totals":
        return Totalled(tuple(map(_counted, value)) if isinstance(value, list) else ())
    if key == "end":
        return Ended(_text(fields.get("exit")) or "normal", _whole(fields.get("status")))
    return None


_BELOW = frozenset({"site", "stack", "exception", "totals", "end"})


def _fact(text: str) -> tuple[str, Any] | None:
    """``# key: JSON``; None for anything else, so for one cut short as well."""
    found = _FACT.fullmatch(text)
    if not found:
        return None
    try:
        return found[1], json.loads(found[2])
    except (ValueError, RecursionError):
        return None


def _event(text: str, *, whole: bool) -> Event | None:
    """A line below the header; None where it says nothing to us."""
    if text.startswith("# "):
        fact = _fact(text)
        return _later(*fact) if fact else None
    return record(text, whole=whole)


def _preface(lines: Iterator[tuple[str, bool]]) -> tuple[dict[str, Any], Event | None, int]:
    """The machine lines at the top, the first event below them, and how many characters came to nothing."""
    facts: dict[str, Any] = {}
    nothing = 0
    for text, whole in lines:
        fact = _fact(text)
        if fact and fact[0] not in _BELOW:
            facts[fact[0]] = fact[1]
            continue
        event = _event(text, whole=whole)
        if event:
            return facts, event, nothing
        nothing += len(text) + 1
        if not facts and nothing > _PROBE:
            break
    return facts, None, nothing


def _events(stream: BinaryIO, path: str, *, head: bool) -> Iterator[Event]:
    lines = _lines(stream)
    facts, event, nothing = _preface(lines)
    if event or "memmon" in facts:
        yield _header(facts)
    elif nothing or facts:
        raise LogError("this is no run log of memmon: it holds neither a header nor a checkpoint", Place(path))
    else:
        raise LogError("the log is empty: the program wrote nothing to it", Place(path))
    if head:
        return
    if event:
        yield event
    for text, whole in lines:
        if event := _event(text, whole=whole):
            yield event


def read(path: str, *, head: bool = False) -> Iterator[Event]:
    """The log's events in their order, the header first; ``head`` stops after that.

    A log without a header is read too, as the card's own monitor wrote them. Raises LogError where the
    file can't be read or shows within 64 KB nothing that a run log has.
    """
    try:
        with Path(path).open("rb") as stream:
            yield from _events(stream, path, head=head)
    except IsADirectoryError as error:
        raise LogError("this is a folder; name a log in it, or run `memmon report` there", Place(path)) from error
    except FileNotFoundError as error:
        raise LogError("there is no such log; `memmon report` alone reads the newest one here", Place(path)) from error
    except OSError as error:
        raise LogError(f"the log can't be read ({error.strerror})", Place(path)) from error
