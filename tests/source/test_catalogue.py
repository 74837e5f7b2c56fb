"""What is bracketed for a call of the catalogue's: what is passed seldom, and never what runs in another's time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from memmon.model import Config, Instrumented
from memmon.source import find
from memmon.source.instrument import instrument
from memmon.source.text import decode
from support.tool import memmon

if TYPE_CHECKING:
    from pathlib import Path


def _sites(source: str) -> list[tuple[int, str, str]]:
    found = find.Finder(decode(source.encode(), "bot.py"), "bot.py").find(Config()).found
    return [(item.site.line, item.site.kind, item.site.hotspot) for item in found]


def _places(source: str) -> list[tuple[int, str]]:
    return [(line, kind) for line, kind, _ in _sites(source)]


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("kept = [dict(r) for r in rows]", (1, "statement")),
        ("kept = {\n    k: json.loads(v)\n    for k, v in rows\n}", (1, "statement")),
        ("rows.sort(key=lambda r: r.copy())", (1, "statement")),
        ("total = sum(len(json.loads(v)) for v in rows)", (1, "statement")),
        ("def f():\n    return [[x.copy() for x in y] for y in z]", (2, "statement")),
        ("if any(json.loads(v) for v in rows):\n    pass", (1, "expression")),
        ("with opened([r.copy() for r in rows]):\n    pass", (1, "expression")),
        ("def f(x=[dict(r) for r in rows]):\n    pass", (1, "expression")),
        ("for x in [r.copy() for r in rows]:\n    pass", (1, "expression")),
        ("for x in (json.loads(v) for v in rows):\n    pass", (1, "loop")),
    ],
)
def test_what_runs_for_each_item_is_no_site(source: str, place: tuple[int, str]) -> None:
    """The statement around is; in a header, what evaluates once; and the loop over what is made for each round."""
    assert _places(source) == [place]


def test_what_is_wrapped_evaluates_once() -> None:
    """A generator expression takes nothing where it is made: the call that it is given to does."""
    outcome = instrument(b"if any(json.loads(v) for v in rows):\n    pass\n", "bot.py", Config())
    assert isinstance(outcome, Instrumented)
    (line,) = [line for line in outcome.source.splitlines() if line.startswith(b"if ")]
    assert b"(any(json.loads(v) for v in rows))" in line


LOOPS = {
    "for": "for line in file:\n    rows.append(json.loads(line))",
    "on one line": "for line in file: rows.append(json.loads(line))",
    "nested": "for a in b:\n    for c in d:\n        while e < f:\n            x = c.copy()",
    "in branches": "for a in b:\n    try:\n        if a:\n            x = a.copy()\n    finally:\n        pass",
    "comprehension": "for day in days:\n    kept = [dict(r) for r in rows]",
    "comparison": "while len(rows) < 9 and wanted:\n    rows.append(json.loads(line))",
    "assignment": "while chunk := file.read():\n    pass",
    "to a sentinel": "for chunk in iter(read, b''):\n    x = chunk.copy()",
    "repeated some times": "for x in itertools.repeat(y, 5):\n    z = x.copy()",
    "condition": "while json.loads(v) != 5:\n    pass",
    "default": "for a in b:\n    def f(x=a.copy()):\n        pass",
    "a lambda's await-free yield": "for a in b:\n    c = a.copy()\n    f = lambda: (yield)",
}


@pytest.mark.parametrize("source", LOOPS.values(), ids=LOOPS)
def test_the_outermost_loop_with_an_end_is_the_site(source: str) -> None:
    """In a function as at module level, the loop is bracketed as one phase."""
    assert _places(source) == [(1, "loop")]
    within = "\n    ".join(["def f():", *source.splitlines()])
    assert _places(within) == [(2, "loop")]


ENDLESS = [
    "while True:",
    "while 1:",
    "while running:",
    "while not self.stopped.is_set():",
    "for n in itertools.count(1):",
    "for n, x in enumerate(cycle(rows)):",
    "for x in repeat(y):",
    "async for message in socket:",
]


@pytest.mark.parametrize("header", ENDLESS)
def test_a_loop_without_an_end_in_sight_is_looked_through(header: str) -> None:
    """To the statement in it, or to the loops in it that end."""
    body = "        x = y.copy()\n        for line in file:\n            z = json.loads(line)\n"
    assert _places(f"async def f():\n    {header}\n{body}") == [(3, "statement"), (4, "loop")]


@pytest.mark.parametrize(
    "waiting",
    ["await other()", "yield z", "got = yield", "async with other():\n            pass", "[a async for a in b]"],
)
def test_a_loop_that_hands_over_is_looked_through(waiting: str) -> None:
    """What grows while others run may be theirs; what only an inner function waits for is none of the loop's."""
    source = f"async def f():\n    for line in file:\n        z = json.loads(line)\n        {waiting}\n"
    assert _places(source) == [(3, "statement")]
    inner = source.replace(f"        {waiting}", f"        async def g():\n            {waiting.replace('  ', '   ')}")
    assert _places(inner) == [(2, "loop")]


def test_a_function_in_a_loop_is_its_own() -> None:
    """What is defined in a loop does not run in it; what a loop goes over, and its else, run once."""
    assert _places("for a in b:\n    def f():\n        x = a.copy()\n") == [(3, "statement")]
    assert _places("for x in json.load(file):\n    pass\nelse:\n    y = x.copy()\n") == [
        (1, "expression"),
        (4, "statement"),
    ]


def test_several_calls_at_one_place_are_one_site() -> None:
    """It is called after the one that most often fills memory."""
    loop = "for a in b:\n    c = a.copy()\n    d = json.load(a)\n\n"
    source = loop + "e = list(json.load(f))\ng = x.copy(); h = y.copy()\n"
    assert _sites(source) == [
        (1, "loop", "json.load"),
        (5, "statement", "json.load"),
        (6, "statement", "x.copy"),
        (6, "statement", "y.copy"),
    ]


def test_a_loop_is_a_phase_with_all_its_ways_out() -> None:
    """START stands before it, END behind it and at what leaves it early."""
    source = b"def f():\n    for a in b:\n        if a.copy():\n            return 5\n        break\n    return 6\n"
    outcome = instrument(source, "bot.py", Config())
    assert isinstance(outcome, Instrumented)
    injected = [line for line in outcome.source.splitlines() if b'"a.copy"' in line]
    assert [line.partition(b"(")[0].strip() for line in injected] == [
        b"__memmon__.start",
        b"return __memmon__.through",
        b"__memmon__.end",
    ]


def test_what_is_configured_stays_where_it_is_configured(tmp_path: Path) -> None:
    """A pattern in a comprehension in a loop means the call itself."""
    (tmp_path / "bot.py").write_text(LOOPS["comprehension"] + "\n", encoding="utf-8")
    (tmp_path / "memmon.toml").write_text('[[hotspot]]\nname = "n"\nmatch = "dict($X)"\n', encoding="utf-8")
    done = memmon("instrument", "bot.py", "--dry-run", cwd=tmp_path)
    assert "[__memmon__.through(" in done.stdout
    assert 'before("n", 2)' in done.stdout


WRITTEN = """\
import json


def gather(file, rows):
    for line in file:
        rows.append(json.loads(line))
    else:
        rows.sort(key=lambda row: dict(row)["id"])
    for line in file:
        rows += [json.loads(one)
                 for one in line]
    kept = [dict(row) for row in rows]
    rows += [
        row.copy()  # each
        for row in rows
    ]
    while (
        chunk := file.read()
    ):
        rows.append(chunk)
    if any(dict(row) for row in rows): return kept
    table = pd.concat(part.copy() for part in rows)
    for price in "$A", "$B":
        rows.append(json.loads(price))
"""


def test_what_scan_writes_places_the_same(tmp_path: Path) -> None:
    """Loops, and statements with comprehensions, come out of the written configuration as they went in."""
    (tmp_path / "bot.py").write_text(WRITTEN, encoding="utf-8")
    placed = memmon("instrument", "bot.py", "--dry-run", cwd=tmp_path).stdout
    assert placed.count("__memmon__.start") == 4
    assert memmon("init", "bot.py", cwd=tmp_path).returncode == 0
    again = memmon("instrument", "bot.py", "--dry-run", cwd=tmp_path)
    assert (again.returncode, _calls(again.stdout)) == (0, _calls(placed))


def _calls(diff: str) -> list[str]:
    return [line for line in diff.splitlines() if "__memmon__." in line and "install" not in line]
