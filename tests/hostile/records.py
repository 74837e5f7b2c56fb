"""Hostile records: a log and what stands beside it, with one thing about them that no run of memmon leaves.

Each entry of ``RECORDS`` changes a good record in a folder. They are kinds, not cases: every place that a value or a
file has is gone through with every value that makes no sense there.
"""

from __future__ import annotations

import json
import os
import random
import socket
import struct
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Change = Callable[[Path], object]

LOG = "memory_monitor_20261122_103048.log"
EVENTS, PAGE, STACK = (f".memory_monitor_20261122_103048.{end}" for end in ("events", "page", "stack.page"))
PARENT = "memory_monitor_20261122_103047.log"
CONFIG = "memmon.toml"
FILES = (LOG, EVENTS, PAGE, STACK, PARENT, CONFIG)
NOBODY = 2**22 + 1
"""A process id beyond what Linux gives out (PID_MAX_LIMIT)."""
_NOW = 1_763_807_448_000_000_000
_STAMP = "2026-11-22 10:30:48.%03d"


# -- the good record, which the others are made of


def _facts(folder: Path) -> list[tuple[str, Any]]:
    target = str(folder / "bot.py")
    frames = [[target, 3, "load"], [target, 7, "<module>"]]
    site = {"name": "load", "file": target, "line": 3, "function": "load", "kind": "BEFORE", "row": 0}
    header = {
        "memmon": "0.2.0",
        "pid": NOBODY,
        "start_ticks": 1234,
        "target": target,
        "command": None,
        "own": [str(folder)],
        "argv": ["bot.py"],
        "parent": {"pid": NOBODY - 1, "log": str(folder / PARENT)},
        "python": "3.11.7",
        "started": "2026-11-22T10:30:48.123+00:00",
        "run": {"pid": NOBODY - 1, "start_ticks": 1200, "boot": "c08bfb63"},
        "language": "en",
        "reading": "procfs",
        "baseline_mb": 60.0,
        "limit": {"mb": 1000.0, "from": "cgroup", "path": "/sys/fs/cgroup/memory/x/memory.limit_in_bytes"},
        "levels": {"warning": "80%", "warning_mb": 800.0, "critical": "95%", "critical_mb": 950.0},
        "oom_kill": {"cgroup": {"path": "/sys/fs/cgroup/memory/x", "inode": 3, "count": 0}, "vmstat": 0},
        "cgroup": {"used_mb": 60.0, "anonymous_mb": 50.0, "tmpfs_mb": 1.0, "files_mb": 9.0},
        "peak": "clear_refs",
    }
    census = {
        "rss_mb": 900.0,
        "grown_mb": 800.0,
        "whole": True,
        "grown": [
            {
                "path": "load.cache", "type": "list", "before": 1, "items": 90_000, "item_bytes": 9000, "mb": 790.0,
                "root": {"kind": "local", "name": "cache", "file": target, "function": "load", "line": 3},
                "steps": [["attribute", "cache", "list"]], "item_type": "str", "owner": {"type": "Bot", "file": target},
            }
        ],
    }  # fmt: skip
    proof = {
        "cgroup": {"path": "/sys/fs/cgroup/memory/x", "before": 0, "after": 1},
        "vmstat": {"before": 0, "after": 1},
        "kernel": [{"sort": "oom-kill", "pid": NOBODY, "at": _NOW / 1e9, "text": "Killed process", "rss_mb": 990.0}],
    }
    death = {"pid": NOBODY, "held": [{"pid": NOBODY, "mb": 990.0, "command": "python bot.py"}, {"pid": 1, "mb": 5.0}]}
    supervisor = {
        "signal": "SIGKILL", "status": None, "oom_kill": proof, "limit": {"killed": False}, "last_mb": 990.0,
        "deaths": [death], "own_kills": 0,
    }  # fmt: skip
    surroundings = {
        "rule": "cgroup", "rss_mb": 900.0, "private_mb": 890.0, "cgroup": header["cgroup"],
        "machine": {"available_mb": 10.0, "swap_mb": 0.0, "swap_free_mb": 0.0}, "others": [[1, "init", 5.0]],
    }  # fmt: skip
    return [
        ("header", header),
        ("lines", {"file": target, "added": [2, 4]}),
        ("site", site),
        ("stack", {"thread": "MainThread", "tid": "1", "frames": frames, "held": False}),
        ("zoom", {"by": "tracemalloc", "rss_mb": 900.0, "grown_mb": 800.0,
                  "lines": [{"mb": 790.0, "frames": frames, "running": 3, "blocks": 9}]}),
        ("census", census),
        ("gc", {"enabled": True, "frozen": 0, "uncollected": 3}),
        ("surroundings", surroundings),
        ("limit_reached", {"mb": 900.0, "rss_mb": 901.0}),
        ("exception", {"type": "MemoryError", "message": "no", "file": target, "line": 3, "function": "load",
                       "frames": frames}),
        ("totals", [{**site, "opened": 1, "growth_mb": 790.0, "max_growth_mb": 790.0, "peak_mb": 800.0}]),
        ("end", {"exit": "exception", "status": 1}),
        ("supervisor", supervisor),
        ("death", death),
        ("proof", proof),
    ]  # fmt: skip


def _event_lines(facts: list[tuple[str, Any]]) -> str:
    lines = ({name: value, "at": _STAMP % number, "passed": number} for number, (name, value) in enumerate(facts))
    return "".join(f"{json.dumps(line)}\n" for line in lines)


def _log_lines(*more: str) -> str:
    words = "# memmon 0.2.0: what is this\n# program: bot.py\n"
    start = f"[{_STAMP % 1}] [INFO] [program start] RSS=60.00MB (Δ+0.00MB, +0.00MB)\n"
    before = f"[{_STAMP % 2}] [INFO] [load_BEFORE] RSS=60.00MB (Δ+0.00MB, +0.00MB) line=3\n"
    return words + start + before + "".join(f"{line}\n" for line in more)


def record_line(name: str, more: str = "", rss: str = "900.00MB") -> str:
    """A line of a log, with no end of line."""
    return f"[{_STAMP % 9}] [CRITICAL] [{name}] RSS={rss} (Δ+840.00MB, +840.00MB){more}"


def _page(**fields: int) -> bytes:
    """A page of one row; ``fields`` change some of what it says."""
    say = {
        "header": 512, "size": 1024, "rows": 1, "unit": 4096, "at": _NOW, "level": 2, "phase": 0, "stamp": 7,
        "number": 5, "rss": 230_000, "opened": 1, "sample_at": _NOW, "pid": NOBODY, "baseline": 15_000,
    }  # fmt: skip
    say.update(fields)
    head = struct.pack("<8sIIIIQQQqq", b"MEMMON1\n", say["header"], say["size"], say["rows"], 63, say["pid"], 1234,
                       say["unit"], _NOW, say["baseline"])  # fmt: skip
    sample = struct.pack("<QqqqqqqQ", say["stamp"], say["sample_at"], say["rss"], say["level"], 9, 0, say["rss"],
                         say["stamp"])  # fmt: skip
    figures = (say["rss"], say["rss"], say["rss"], say["opened"], 0, 0, say["rss"], say["rss"], -1, say["number"],
               say["rss"], say["rss"])  # fmt: skip
    row = struct.pack("<QqqqQqqqqqqqqqqqqQ", say["stamp"], say["number"], say["at"], say["phase"], 1, *figures,
                      say["stamp"])  # fmt: skip
    text = b"load\nBEFORE\n3\nload\nbot.py\0"
    return (head.ljust(64, b"\0") + sample * 2).ljust(512, b"\0") + (row * 2 + text).ljust(1024, b"\0")


def lay_down(folder: Path) -> None:
    """Write the good record into ``folder``."""
    (folder / "bot.py").write_text("def load():\n    cache = []\n    cache.append('x' * 9000)\n\n\nload()\nload()\n")
    (folder / LOG).write_text(_log_lines(), encoding="utf-8")
    (folder / EVENTS).write_text(_event_lines(_facts(folder)), encoding="utf-8")
    (folder / PAGE).write_bytes(_page())
    (folder / STACK).write_text('Thread 0x0001 (most recent call first):\n  File "bot.py", line 3 in load\n')
    (folder / PARENT).write_text(_log_lines().replace("bot.py", "main.py"), encoding="utf-8")
    (folder / CONFIG).write_text('[memmon]\nlog_dir = "logs"\n', encoding="utf-8")


# -- what may stand in the place of a file


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            made.bind(f"/proc/self/fd/{folder}/{path.name}")  # the whole path may be too long for a socket's
        finally:
            os.close(folder)


def _sparse(size: int, path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(size)


def _noise(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(1 << 20))


PLACES: dict[str, Callable[[Path], object]] = {
    "a named pipe": os.mkfifo,
    "a folder": lambda path: path.mkdir(),
    "a link that leads nowhere": lambda path: path.symlink_to("nowhere"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "an endless device": lambda path: path.symlink_to("/dev/zero"),
    "the terminal": lambda path: path.symlink_to("/dev/tty"),
    "the process's own memory": lambda path: path.symlink_to("/proc/self/mem"),
    "a socket": _socket,
    "nothing": lambda path: path.write_bytes(b""),
    "255 MB of nothing": partial(_sparse, 255 << 20),
    "a terabyte of nothing": partial(_sparse, 1 << 40),
    "noise": _noise,
}


def _in_place(name: str, kind: str, folder: Path) -> None:
    (folder / name).unlink()
    PLACES[kind](folder / name)


# -- what may stand in the place of a value


class Raw(str):
    """What stands in the JSON as it is."""

    __slots__ = ()


VALUES: dict[str, Any] = {
    "400 digits": Raw("9" * 400),
    "5,000 digits": Raw("9" * 5000),
    "NaN": Raw("NaN"),
    "Infinity": Raw("-Infinity"),
    "1e400": Raw("1e400"),
    "minus one": -1,
    "2 to the 63rd": 2**63,
    "null": None,
    "true": True,
    "a text": "x",
    "an empty text": "",
    "a list": [[]],
    "an object": {"a": {}},
    "NUL": "a\0b",
    "a surrogate": Raw('"a\\ud800b\\udfff"'),
    "the cursor": "\x1b[2J\x9b1;1H\r\n[memmon] FORGED\u202e",
    "a long text": "x" * 40_000,
    "the root": "/",
    "above": "../../../../../../../..",
    "an endless device": "/dev/zero",
    "the terminal": "/dev/tty",
    "a long path": "/" + "/".join(["x" * 200] * 100),
    "a year before years": "0001-01-01T00:00:00+23:59",
    "a year after years": "9999-12-31T23:59:59-23:59",
}


def _replaced(value: Any, new: Any) -> Any:
    """All that is no list or object in ``value`` replaced by ``new``."""
    if isinstance(value, dict):
        return {key: _replaced(one, new) for key, one in value.items()}
    if isinstance(value, list):
        return [_replaced(one, new) for one in value]
    return new


def _all_values(new: Any, folder: Path) -> None:
    """Every value of every event but the first header is ``new``; a header with it follows, and then a good one."""
    facts = _facts(folder)
    mark = "\ue000"
    changed = [(name, _replaced(value, mark if isinstance(new, Raw) else new)) for name, value in facts]
    text = _event_lines([*changed, facts[0], *changed[1:]])
    (folder / EVENTS).write_text(text.replace(json.dumps(mark), str(new)), encoding="utf-8")


def _each_value(new: Any, folder: Path) -> None:
    """Each value of the header in turn is ``new``, in a log of its own, all of one run."""
    name, header = _facts(folder)[0]
    mark = "\ue000"
    for number, key in enumerate(header):
        log = folder / f"memory_monitor_20261122_103048_{number + 1}.log"
        log.write_text(_log_lines(record_line("load_BEFORE", " line=3")), encoding="utf-8")
        parent = {"pid": NOBODY, "log": str(folder / LOG)}
        fields = {**header, "parent": parent, key: mark if isinstance(new, Raw) else new}
        text = _event_lines([(name, fields)]).replace(json.dumps(mark), str(new))
        (folder / f".{log.stem}.events").write_text(text, encoding="utf-8")


# -- what may stand in a log's lines, and as a whole in the files


def _log(*lines: str) -> Change:
    return lambda folder: (folder / LOG).write_text(_log_lines(*lines), encoding="utf-8", errors="surrogatepass")


def _bare_log(text: str) -> Change:
    def write(folder: Path) -> None:
        for name in (EVENTS, PAGE, STACK):
            (folder / name).unlink()
        (folder / LOG).write_text(text, encoding="utf-8", errors="surrogatepass")

    return write


def _events(text: str) -> Change:
    def write(folder: Path) -> None:
        (folder / EVENTS).write_text(_event_lines(_facts(folder)[:1]) + text, encoding="utf-8")

    return write


def _page_of(**fields: int) -> Change:
    return lambda folder: (folder / PAGE).write_bytes(_page(**fields))


def _stack(text: str) -> Change:
    return lambda folder: (folder / STACK).write_text(text, encoding="utf-8")


def _config(text: str) -> Change:
    return lambda folder: (folder / CONFIG).write_text(text, encoding="utf-8")


def _made(make: Callable[[], Change], folder: Path) -> None:
    make()(folder)


def _circle_of_parents(folder: Path) -> None:
    for name, other in ((LOG, PARENT), (PARENT, LOG)):
        facts = [("header", {**_facts(folder)[0][1], "parent": {"pid": 1, "log": str(folder / other)}})]
        (folder / f".{name[:-4]}.events").write_text(_event_lines(facts), encoding="utf-8")


def _many_logs(folder: Path) -> None:
    for number in range(2000):
        words = f"# memmon 0.2.0: x\n# parent: 1 writes {folder / LOG}\n"
        text = words + record_line("load_BEFORE") + "\n"
        (folder / f"memory_monitor_20261122_103049_{number}.log").write_text(text, encoding="utf-8")


_MANY = 100_000
_MB = 1 << 20
CONTENTS: dict[str, Callable[[], Change]] = {
    "one letter for a megabyte": lambda: _log("a" * _MB, "=" * _MB),
    "lines of one letter": lambda: _log(*["[" + "a" * 16_000] * 1000),
    "lines of marks": lambda: _log(*[record_line("load_AFTER", " at=" * 4000)] * 500),
    "lines of tokens": lambda: _log(*[record_line("load_AFTER", " a=" + "b" * 15_000 + '="\\"' * 50)] * 500),
    "lines of quotes": lambda: _log(*[record_line("load_AFTER", ' file="\\"' * 2000)] * 500),
    "lines of amounts": lambda: _log(
        *[record_line("load_AFTER", rss="9" * 400 + "MB"), record_line("x", rss="NaNMB")] * 99
    ),
    "numbers of lines": lambda: _log(
        record_line("load_AFTER", " line=" + "9" * 5000), record_line("load_AFTER", " line=٣")
    ),
    "NUL and surrogates": lambda: _log(
        record_line("lo\0ad_AFTER", ' file="a\\u0000\\ud800" at=\0:3 f'), "\ud800\udfff"
    ),
    "the cursor": lambda: _log(
        record_line("\x1b[2J\x9bload_BEFORE", ' file="\\u001b[2J\\u202e" at=\x1b[2J.py:3 \x1b[2J')
    ),
    "times of no calendar": lambda: _log(record_line("load_AFTER").replace("2026-11-22", "9999-99-99")),
    "as many sites as lines": lambda: _log(*[record_line(f"{n}_BEFORE", f" line={n}") for n in range(_MANY)]),
    "as many threads as lines": lambda: _log(*[record_line("load_BEFORE", f" line=3 tid={n:x}") for n in range(_MANY)]),
    "ends in other threads": lambda: _log(
        *[record_line("load_BEFORE", f" line=3 tid={n:x}") for n in range(_MANY)],
        *[record_line("load_AFTER", f" line=3 tid=z{n:x}") for n in range(_MANY)],
    ),
    "ends of what is not open": lambda: _log(
        *[record_line("load_BEFORE", f" line=3 tid={n % 99:x}") for n in range(_MANY)],
        *[record_line(f"other{n}_AFTER", f" line=3 tid={n % 99:x}") for n in range(_MANY)],
    ),
    "thinned out, in many threads": lambda: _log(
        *[record_line("load_BEFORE", f" line=3 tid={n:x} ") for n in range(_MANY)]
    ),
    "as many places as lines": lambda: _log(*[record_line("background", f" at=a.py:{n} f") for n in range(1, _MANY)]),
    "words of the header": lambda: _bare_log("# limit: MB (" + "MB (" * 4000 + "\n" + _log_lines(record_line("x"))),
    "nothing but words": lambda: _bare_log(f"# {'process started ' * 900}\n" * 2000),
    "words of numbers": lambda: _bare_log(
        f"# process: {'9' * 400}, started 9999-99-99 99:99\n" + _log_lines(record_line("x"))
    ),
    "a parent of no name": lambda: _bare_log("# parent: 1 writes /\n" + _log_lines(record_line("x"))),
    "a parent of a long name": lambda: _bare_log(f"# parent: 1 writes {'x' * 5000}\n" + _log_lines(record_line("x"))),
    "nothing at all": lambda: _bare_log(""),
    "half a megabyte of nothing": lambda: _bare_log("\0" * (_MB // 2)),
    "parents in a circle": lambda: _circle_of_parents,
    "two thousand children": lambda: _many_logs,
    "100,000 brackets": lambda: _events('{"stack": ' + "[" * 100_000 + "\n" + '{"a":' * 100_000 + "\n"),
    "a line of 8 MB": lambda: _events('{"stack": [' + "{}," * (8 * _MB // 3) + "{}]}\n"),
    "a million events": lambda: _events('{"site":{}}\n' * 800_000),
    "a million frames": lambda: _events('{"stack":{"frames":[' + '["a",1,"b"],' * 700_000 + '["a",1,"b"]]}}\n'),
    "a hundred thousand containers": lambda: _events(
        '{"census":{"grown":['
        + ",".join(f'{{"path":"a{n}","items":9,"mb":9.0,"root":{{"kind":"global"}}}}' for n in range(_MANY))
        + "]}}\n"
    ),
    "a hundred thousand allocations": lambda: _events(
        '{"zoom":{"by":"lines","grown_mb":9.0,"lines":['
        + ",".join(f'{{"mb":9.0,"frames":[["b{n}.py",1,"f"]]}}' for n in range(_MANY))
        + "]}}\n"
    ),
    "a thousand windows": lambda: _events(
        "".join(
            '{"zoom":{"by":"lines","grown_mb":9.0,"lines":['
            + ",".join(f'{{"mb":9.0,"frames":[["b{n}.py",{line},"f"]]}}' for line in range(1, 100))
            + "]}}\n"
            for n in range(1000)
        )
    ),
    "totals of no sites": lambda: _events('{"totals":[' + "{}," * _MANY + "{}]}\n"),
    "an event of another time": lambda: _events('{"stack":{"frames":[]},"at":9,"passed":1e400}\n'),
    **{
        f"page: {name} {value}": partial(_page_of, **{name: value})
        for name, value in (
            ("header", 2**32 - 1),
            ("header", 0),
            ("size", 0),
            ("size", 16),
            ("size", 2**32 - 1),
            ("rows", 2**32 - 1),
            ("rows", 0),
            ("unit", 0),
            ("unit", 2**64 - 1),
            ("at", 2**63 - 1),
            ("at", -(2**63)),
            ("level", 3),
            ("level", -1),
            ("phase", 3),
            ("phase", -(2**63)),
            ("stamp", 2**64 - 1),
            ("stamp", 0),
            ("number", 2**63 - 1),
            ("rss", -(2**63)),
            ("rss", 2**63 - 1),
            ("opened", 2**63 - 1),
            ("sample_at", 2**63 - 1),
            ("pid", 2**64 - 1),
            ("baseline", -(2**63)),
        )
    },
    "page: text of the cursor": lambda: (
        lambda folder: (folder / PAGE).write_bytes(_page().replace(b"load\n", b"\x1b[2J\n"))
    ),
    "page: sixty thousand rows": lambda: (
        lambda folder: (folder / PAGE).write_bytes(
            _page(rows=60_000)[:512] + b"".join(_page(number=n)[512:] for n in range(60_000))
        )
    ),
    "stack: characters beyond all": lambda: _stack(
        'Thread 0x1\n  File "\\Uffffffff\\ud800", line 3 in \\x00\\x1b[2J\n'
    ),
    "stack: lines beyond all": lambda: _stack(f'Thread 0x1\n  File "a.py", line {"9" * 5000} in f\n'),
    "stack: beginnings": lambda: _stack("Thread 0x1\n" + '  File "", line 1' * 100_000 + "\n"),
    "configuration: 100,000 brackets": lambda: _config("a = " + "[" * 100_000),
    "configuration: 100,000 tables": lambda: _config("[" * 100_000),
    "configuration: a key of many parts": lambda: _config("a" + ".a" * 400_000 + " = 1"),
    "configuration: numbers": lambda: _config(f"[memmon]\ninterval = {'9' * 5000}\n"),
    "configuration: NUL": lambda: _config('[memmon]\nlog_dir = "a\\u0000b"\n'),
    "configuration: nobody's home": lambda: _config('[memmon]\nlog_dir = "~nobody-there/x"\n'),
    "configuration: a long path": lambda: _config(f'[memmon]\nlog_dir = "{"x/" * 1900}"\n'),
}
"""By what is in them: records whose files are files, but whose content no run of memmon leaves."""

RECORDS: dict[str, Change] = {
    **{f"{kind} for {name}": partial(_in_place, name, kind) for name in FILES for kind in PLACES},
    **{f"all values: {kind}": partial(_all_values, value) for kind, value in VALUES.items()},
    **{f"each value of a header: {kind}": partial(_each_value, value) for kind, value in VALUES.items()},
    **{kind: partial(_made, make) for kind, make in CONTENTS.items()},
}
