"""Reads a run log into events: streaming, in bounded memory, past garbage and a torn last line."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from memmon.errors import LogError, Place
from memmon.verdict.model import CLOSERS, OPENERS, Event, Record
from memmon.verdict.read import machine_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_BLOCK = 1 << 18
_LONGEST = 1 << 20
"""A line of more bytes can't be one of memmon's, and is passed over."""
_PROBE = 1 << 16
"""Bytes within which a run log must have shown itself as one."""

_RECORD = re.compile(
    r"(?:\[([0-9][^\]]*)\] )?\[(INFO|WARNING|CRITICAL)\] \[(.+?)\] RSS=(\d+(?:\.\d+)?)MB"
    r"(?: \(Δ([+-]\d+(?:\.\d+)?)MB(?:, ([+-]\d+(?:\.\d+)?)MB)?\))?(.*)"
)
_TOKEN = re.compile(r'([a-z_]+)=("(?:[^"\\]|\\.)*"|\S+)')
_MEGABYTES = re.compile(r"([+-]?\d+(?:\.\d+)?)MB")


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
        return str(json.loads(token))
    except ValueError:
        return None


@lru_cache(4096)
def _split(name: str) -> tuple[str, str]:
    """``加载config_BEFORE`` → ``加载config``, ``BEFORE``; a name without such an end has no kind."""
    base, _, kind = name.rpartition("_")
    return (base, kind) if base and (kind in OPENERS or kind in CLOSERS) else (name, "")


class _Tail(NamedTuple):
    """What follows the closing parenthesis of a record's amounts."""

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
    """The tokens behind the amounts. In a torn line the last one is not believed.

    A loop writes mostly the same ones over and over, so what was read is remembered.
    """
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


def parse_record(text: str, *, whole: bool = True) -> Record | None:
    """The record that a line is; None where it is another line. ``whole``: it was written to its end."""
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


def _event(text: str, *, whole: bool) -> Event | None:
    """The event that a line below the header is; None where it says nothing to this version."""
    if text.startswith("# "):
        found = machine_lines.key_and_value(text)
        return machine_lines.event(*found) if found else None
    return parse_record(text, whole=whole)


def _preface(lines: Iterator[tuple[str, bool]]) -> tuple[dict[str, Any], Event | None, int]:
    """The machine lines at the top, the first event below them, and how many characters meant nothing."""
    facts: dict[str, Any] = {}
    nothing = 0
    for text, whole in lines:
        found = machine_lines.key_and_value(text)
        if found and found[0] not in machine_lines.EVENT_KEYS:
            facts[found[0]] = found[1]
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
        yield machine_lines.header(facts)
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


def read_log(path: str, *, head: bool = False) -> Iterator[Event]:
    """The log's events in their order, the header first; ``head`` stops after that.

    A log without a header is read too, as monitors other than memmon write them. Raises LogError where the file can't
    be read or shows within 64 KB nothing that a run log has.
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
