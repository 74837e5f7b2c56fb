"""What `memmon watch` draws fits the terminal, whatever there is to show and however small it is."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from memmon.verdict.model import Record
from memmon.watch.screen import SORTED_BY, Choice, Screen
from memmon.watch.view import Grown, Row, View

AMOUNTS = st.floats(0, 1e6)
TEXTS = st.text(st.sampled_from("ab_/ 加载模型"), max_size=200)
ROWS = st.builds(
    Row,
    pid=st.integers(1, 1 << 22),
    program=TEXTS,
    rss_mb=AMOUNTS,
    mb_per_second=st.floats(-1e5, 1e5),
    file=st.none() | TEXTS,
    line=st.none() | st.integers(1, 99_999),
    doing=TEXTS,
)
VIEWS = st.builds(
    View,
    program=TEXTS,
    pid=st.none() | st.integers(1, 1 << 22),
    language=st.sampled_from(("en", "zh")),
    seconds=AMOUNTS,
    used_mb=AMOUNTS,
    limit_mb=st.none() | st.floats(1, 1e6),
    limit_from=st.sampled_from(("cgroup", "physical", "address-space", None)),
    warning_mb=st.none() | AMOUNTS,
    critical_mb=st.none() | AMOUNTS,
    mb_per_second=st.floats(-1e5, 1e5),
    rows=st.lists(ROWS, max_size=40).map(tuple),
    grown=st.lists(st.builds(Grown, mb=AMOUNTS, name=TEXTS, file=TEXTS, line=st.integers(1, 99)), max_size=10).map(
        tuple
    ),
    checkpoints=st.lists(
        st.builds(
            lambda name, rss: Record("2026-11-30 10:00:00.000", "INFO", name, name, "BEFORE", rss), TEXTS, AMOUNTS
        ),
        max_size=10,
    ).map(tuple),
    deaths=st.lists(TEXTS, max_size=30).map(tuple),
    course=st.lists(AMOUNTS, max_size=300).map(tuple),
)


def drawn(view: View, choice: Choice, width: int = 80, height: int = 24) -> list[str]:
    """The rows on a terminal of this size."""
    console = Console(file=io.StringIO(), width=width, height=height, color_system=None, legacy_windows=False)
    with console.capture() as captured:
        console.print(Screen(view, choice), height=height, end="")
    return captured.get().rstrip("\n").split("\n")


@given(
    view=VIEWS,
    choice=st.builds(Choice, by=st.sampled_from(sorted(SORTED_BY)), row=st.integers(0, 50), source=st.booleans()),
    width=st.integers(40, 200),
    height=st.integers(10, 60),
)
def test_it_fits_whatever_there_is(view: View, choice: Choice, width: int, height: int) -> None:
    """No row is wider, there are no more rows than the terminal has, and the keys are always told of."""
    rows = drawn(view, choice, width, height)
    assert len(rows) < height
    assert max(map(cell_len, rows)) <= width
    assert rows[-1].startswith("q ")


def of(**changed: object) -> View:
    """A run of two processes."""
    rows = (Row(7, "bot.py", 40.0, 0.5, "/srv/bot.py", 81, "consume"), Row(8, "load.py", 90.0, 0.0))
    known = {
        "program": "/srv/bot.py", "pid": 7, "language": "en", "seconds": 3723.0, "used_mb": 130.0, "limit_mb": 300.0,
        "limit_from": "cgroup", "warning_mb": 240.0, "critical_mb": 285.0, "mb_per_second": 2.0, "rows": rows,
    }  # fmt: skip
    return View(**{**known, **changed})  # type: ignore[arg-type]


def test_what_is_at_the_top() -> None:
    """Which program, for how long; of how much it has how much; when that is used up at this rate."""
    first, second, *_ = drawn(of(), Choice())
    assert first == "bot.py · process 7 · 1:02:03"
    assert second == "130 MB of 300 MB (43%), +2.0 MB/s, full in about 1 min"
    first, second, *_ = drawn(of(language="zh", used_mb=290.0, mb_per_second=0.0), Choice(paused=True))
    assert first == "bot.py · 进程 7 · 1:02:03  CRITICAL  已暂停"
    assert second == "290 MB，上限 300 MB (97%)"


@pytest.mark.parametrize(("key", "first"), [("m", "8"), ("g", "7"), ("n", "7")])
def test_processes_are_sorted_as_a_key_says(key: str, first: str) -> None:
    """By memory, by growth, by number; the first one is marked, with where it is."""
    marked = next(row for row in drawn(of(), Choice(by=key)) if row.startswith("▶"))
    assert marked.split()[1] == first
    assert marked.split()[-1] == {"7": "consume", "8": "load.py"}[first]


def test_the_marked_process_is_in_sight_among_many() -> None:
    """However far down it is."""
    many = tuple(Row(number, "worker.py", float(number), 0.0) for number in range(1, 101))
    marked = next(row for row in drawn(of(rows=many), Choice(by="n", row=99)) if row.startswith("▶"))
    assert marked.split()[1] == "100"


@pytest.mark.parametrize(
    ("used", "rate", "left"), [(100.0, 10.0, 20.0), (100.0, 0.0, None), (100.0, -1.0, None), (400.0, 10.0, 0.0)]
)
def test_how_long_memory_lasts(used: float, rate: float, left: float | None) -> None:
    """What is left below the limit by the rate; nothing is said of memory that does not grow."""
    assert of(used_mb=used, mb_per_second=rate).seconds_left == left
