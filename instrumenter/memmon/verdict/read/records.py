"""Reads one line of a run log: how much memory there was, and where.

Besides memmon's own lines it takes those that monitors written by hand leave: amounts in B, KB or GB, a growth without
its sign, no time or one without brackets, the levels of Python's ``logging``, Chinese punctuation, remarks behind the
line.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import NamedTuple

from memmon.verdict.model import CLOSERS, OPENERS, Frame, Record
from memmon.verdict.read.json_values import clean

PROGRAM_START = frozenset({"程序启动", "program start"})
PROGRAM_END = frozenset({"程序结束", "program end"})
BACKGROUND = frozenset({"后台监控", "background"})
EXCEPTION = frozenset({"程序异常", "exception"})
NOT_CHECKPOINTS = PROGRAM_START | PROGRAM_END | BACKGROUND | EXCEPTION
"""The names of records that are no checkpoints of a site."""

_LEVELS = {"DEBUG": "INFO", "WARN": "WARNING", "ERROR": "CRITICAL", "FATAL": "CRITICAL"}
"""What other monitors call the levels."""
_AMOUNT = r"[+-]?\d{1,15}(?:\.\d{1,15})?\s?(?:[KMGT]i?)?B"
_RECORD = re.compile(
    rf"(?:\[([0-9][^\]]*)\] |([0-9][^\]\[]*) )?\[(INFO|WARNING|CRITICAL|{'|'.join(_LEVELS)})\] \[(.+?)\] "
    rf"RSS=({_AMOUNT})(?: ?[(（]Δ({_AMOUNT})(?:[,，] ?({_AMOUNT}))?[)）])?(.*)"
)
_PARTS = re.compile(r"([+-]?\d+(?:\.\d+)?)\s?([KMGT]?)i?B")
_MB_IN = {"": 1 / (1 << 20), "K": 1 / (1 << 10), "M": 1.0, "G": float(1 << 10), "T": float(1 << 20)}
_MOST_DIGITS = 9
"""A line's number has no more of them."""
# No pattern begins anew at each character of a run, or at each of many marks: a line of one letter would take for ever.
_TOKEN = re.compile(r'(?<![a-z_])([a-z_]+)=("(?:[^"\\]|\\.)*"|\S+)')
_PLACE = re.compile(r"(.+?):(\d{1,9})(?: (\S+))?(?= |$)")
_AT = " at="


@lru_cache(4096)
def _mb(amount: str | None) -> float | None:
    """``+338.22MB`` or ``1.2 GB`` in megabytes; None for anything else, so for a figure cut short as well."""
    found = _PARTS.fullmatch(amount) if amount else None
    return float(found[1]) * _MB_IN[found[2]] if found else None


def _matched_mb(amount: str | None) -> float | None:
    """The same of an amount that a record's pattern has matched, at once where it is in MB, as memmon's own are."""
    return float(amount[:-2]) if amount and amount.endswith("MB") else _mb(amount)


def _quoted(token: str | None) -> str | None:
    """A token's text: a JSON string where it is quoted, else itself."""
    if not token or not token.startswith('"'):
        return token
    try:
        return clean(str(json.loads(token)))
    except (ValueError, RecursionError):
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
    at: Frame | None
    thread: str


_CHECKPOINTS_OWN = (" peak=", " growth=", " line=")
"""What follows the amounts of a checkpoint only, where memmon wrote it."""
_NO_TAIL = _Tail(None, None, None, None, None, None, None, "")


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
        line=int(line) if line.isascii() and line.isdigit() and len(line) <= _MOST_DIGITS else None,
        file=_quoted(tokens.get("file")),
        fired=tokens.get("fired"),
        last=_quoted(tokens.get("last")),
        at=_place(text) if "at" in tokens else None,
        thread=tokens.get("tid", ""),
    )


def _place(text: str) -> Frame | None:
    """``at=bot.py:81 consume_events``; a token behind it is no function's name."""
    found = _PLACE.match(text.partition(_AT)[2])
    if found is None:
        return None
    function = found[3] or ""
    return Frame(found[1], int(found[2]), "" if "=" in function else function)


def parse_record(text: str, *, whole: bool = True) -> Record | None:
    """The record that a line is; None where it is another line. ``whole``: it was written to its end."""
    found = _RECORD.match(text)
    if not found:
        return None
    when, bare_when, level, name, rss, delta, step, rest = found.groups()
    base, kind = _split(name)
    remark = rest.strip() if name in EXCEPTION and not rest.startswith(_CHECKPOINTS_OWN) else ""
    tail = _tail(rest, whole=whole) if "=" in rest and not remark else _NO_TAIL
    at = _place(rest) if remark else tail.at  # an exception's message may look like anything
    by_step = _matched_mb(step)
    growth = by_step if tail.growth is None else tail.growth
    sampled = whole and text[-1] == " "
    _, peak, line, file, fired, last, _, thread = tail
    return Record(
        when or bare_when or "", _LEVELS.get(level, level), name, base, kind,
        _matched_mb(rss) or 0.0, _matched_mb(delta), by_step, growth, peak,
        line, file, fired, last, at, thread, sampled, remark,
    )  # fmt: skip
