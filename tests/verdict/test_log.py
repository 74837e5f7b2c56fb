"""Reading a run log: checkpoints, those of other monitors, and whatever else may stand in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from memmon.errors import LogError
from memmon.verdict.model import Frame, Header, Record
from memmon.verdict.read.log import read_log
from memmon.verdict.read.records import parse_record

if TYPE_CHECKING:
    from pathlib import Path

CARD = """\
[INFO] [Phase4_END] RSS=510MB (Δ+450MB, +15MB)
[INFO] [参数变化检测_BEFORE] RSS=512MB (Δ+452MB, +2MB)
[WARNING] [加载config_AFTER] RSS=850MB (Δ+790MB, +338MB) ← 异常增长！
[CRITICAL] ⚠️ 内存接近危险阈值！当前RSS=850MB
[CRITICAL] [后台监控] RSS=980MB (Δ+920MB)
Killed ← OOM发生在"加载config_AFTER"之后
"""
"""The reference card's own example of a run that is killed, as it stands there."""


def test_the_cards_own_lines() -> None:
    """The reference card's example lines are read as they stand: name, level, RSS, both growths."""
    records = [found for found in map(parse_record, CARD.splitlines()) if found]
    assert [(one.level, one.name, one.rss, one.delta, one.step) for one in records] == [
        ("INFO", "Phase4_END", 510, 450, 15),
        ("INFO", "参数变化检测_BEFORE", 512, 452, 2),
        ("WARNING", "加载config_AFTER", 850, 790, 338),
        ("CRITICAL", "后台监控", 980, 920, None),
    ]
    assert [(one.base, one.kind) for one in records][1:3] == [("参数变化检测", "BEFORE"), ("加载config", "AFTER")]


def test_what_follows_the_bracket() -> None:
    """Peak, growth, line, file, rule and thread are read from behind the closing bracket."""
    found = parse_record(
        "[2026-11-22 10:30:48.123] [WARNING] [x_AFTER] RSS=850.23MB (Δ+790.12MB, -1.50MB) peak=+402.10MB shared "
        'growth=+338.22MB line=10810 file="/srv/a \\"b\\" 目录.py" fired=cgroup:81% tid=7f3a'
    )
    assert found
    assert (found.when, found.step, found.growth, found.peak) == ("2026-11-22 10:30:48.123", -1.5, 338.22, 402.1)
    assert (found.line, found.file, found.fired, found.thread) == (10810, '/srv/a "b" 目录.py', "cgroup:81%", "7f3a")


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ("RSS=120.02MB (Δ120.02MB, 3.50MB)", (120.02, 120.02, 3.5)),
        ("RSS=512KB (Δ+256KB, -128KB)", (0.5, 0.25, -0.125)),
        ("RSS=1.5GB (Δ+1.25GB, +0.5GB)", (1536, 1280, 512)),
        ("RSS=1048576B (Δ0B)", (1, 0, None)),
        ("RSS=1.5 GiB (Δ+0 B, +512 KiB)", (1536, 0, 0.5)),
        ("RSS=7MB", (7, None, None)),
    ],
)
def test_amounts_of_other_monitors(amounts: str, expected: tuple[float | None, ...]) -> None:
    """Units from B to GB, a growth without a sign, one growth or none."""
    found = parse_record(f"[2025-10-23 10:30:48] [INFO] [加载config_AFTER] {amounts} ← 正常")
    assert found
    assert (found.rss, found.delta, found.step) == expected


@pytest.mark.parametrize(
    ("tail", "place"),
    [
        (" at=bot.py:81 consume_events", Frame("bot.py", 81, "consume_events")),
        (' at=目录 1/bot.py:81 last="x_BEFORE"', Frame("目录 1/bot.py", 81, "")),
        (' at=…智能版.py:4 Bot.run fired=cgroup:81% last="x y"', Frame("…智能版.py", 4, "Bot.run")),
        (' last="at=x.py:1"', None),
        ("", None),
    ],
)
def test_where_the_watcher_saw_the_program(tail: str, place: Frame | None) -> None:
    """The line that was at work is read from a background line, however much of it had room there."""
    found = parse_record(f"[2026-11-22 10:30:48.123] [INFO] [background] RSS=371MB (Δ+356MB){tail}")
    assert found
    assert (found.rss, found.at) == (371, place)


def test_growth_is_the_step_where_nothing_else_is_said() -> None:
    """An AFTER that says no growth of its own grew by its second figure."""
    found = parse_record("[INFO] [x_AFTER] RSS=20.00MB (Δ+10.00MB, +3.25MB) line=7")
    assert found
    assert found.growth == 3.25


@pytest.mark.parametrize("name", ["a] b", "x_BEFORE_AFTER", "空 格", "a=b", "[x]"])
def test_any_name(name: str) -> None:
    """A name may hold brackets, blanks and what looks like an end."""
    found = parse_record(f"[INFO] [{name}_END] RSS=1.00MB (Δ+0.00MB, +0.00MB)")
    assert found
    assert (found.base, found.kind) == (name, "END")


@pytest.mark.parametrize(
    "text",
    [
        "[2026-11-22 10:30:48.123] [INFO] [x_AFTER] RSS=20.00MB (Δ+10.00MB, +3.25MB) peak=+4.00MB line=10810",
        '[2026-11-22 10:30:48.123] [INFO] [后台监控] RSS=20.00MB (Δ+10.00MB, +0.00MB) last="x_AFTER"',
    ],
)
def test_a_torn_line_never_tells_what_it_did_not_say(text: str) -> None:
    """Cut anywhere, a line is either no record or one whose every figure is that of the whole line."""
    full = parse_record(text)
    assert full
    for length in range(len(text)):
        torn = parse_record(text[:length], whole=False)
        if torn:
            for had, whole in zip(torn, full, strict=True):
                assert had in (whole, None, ""), text[:length]


def write(folder: Path, content: bytes) -> str:
    """A log of these bytes."""
    path = folder / "memory_monitor_20261122_103048.log"
    path.write_bytes(content)
    return str(path)


def test_garbage_between_the_lines(tmp_path: Path) -> None:
    """Text, bytes that are no UTF-8 and a line of 3 MB cost nothing but themselves."""
    good = "[INFO] [x_BEFORE] RSS=1.00MB (Δ+0.00MB, +0.00MB)\n".encode()
    path = write(
        tmp_path,
        b"# memmon 0.1.0: memory\n" + good + b"\xff\xfe\x00 nonsense\n# a remark\n" + good
        + b"y" * (3 << 20) + b"\n" + good + b"[INFO] [x_BEF",
    )  # fmt: skip
    assert sum(isinstance(event, Record) for event in read_log(path)) == 3


def test_windows_line_ends(tmp_path: Path) -> None:
    """A log that went through an editor of another system is read the same."""
    path = write(
        tmp_path, "# memmon 0.1.0: memory\r\n[INFO] [x_AFTER] RSS=1.00MB (Δ+0.00MB, +0.00MB) line=12\r\n".encode()
    )
    (found,) = (event for event in read_log(path) if isinstance(event, Record))
    assert (found.line, found.sampled) == (12, False)


def test_windows_line_ends_in_the_header(tmp_path: Path) -> None:
    """The words of such a log's header are taken without their line ends: the program's path is one that exists."""
    head = "# memmon 0.1.0: memory\r\n# program: /srv/bot.py\r\n"
    path = write(tmp_path, (head + "[INFO] [x] RSS=1.00MB (Δ+0.00MB, +0.00MB)\r\n").encode())
    header = next(iter(read_log(path)))
    assert isinstance(header, Header)
    assert header.target == "/srv/bot.py"


def test_an_exceptions_message_may_look_like_anything() -> None:
    """What stands in it is no line, no level's rule and no checkpoint; its place is read."""
    found = parse_record(
        "[2026-11-22 10:30:48.123] [INFO] [exception] RSS=2.00MB (Δ+1.00MB, +1.00MB)"
        " KeyError at=bot.py:81 load: bad line=5 last=x_BEFORE peak=+9.00MB"
    )
    assert found
    assert (found.line, found.last, found.peak, found.at) == (None, None, None, Frame("bot.py", 81, "load:"))


@pytest.mark.parametrize("head", [b"", b"# a remark of its own\n"])
def test_a_log_of_the_cards_own_monitor(tmp_path: Path, head: bytes) -> None:
    """A log without our header is read for what it holds."""
    events = list(read_log(write(tmp_path, head + CARD.encode())))
    assert isinstance(events[0], Header)
    assert sum(isinstance(event, Record) for event in events) == 4


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"hello\n", "no run log"),
        (b"\x00" * 5_000_000, "no run log"),
        (b"# a comment\n" * 10, "no run log"),
        (b"x = 1\n" * 100_000, "no run log"),
    ],
)
def test_what_is_no_log(tmp_path: Path, content: bytes, words: str) -> None:
    """A file that is none of ours is refused in words, whatever its size."""
    with pytest.raises(LogError, match=words):
        list(read_log(write(tmp_path, content)))
