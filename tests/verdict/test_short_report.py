"""Plain `memmon report`: a screen of 80 columns and 24 rows, whatever died and however it is called."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import replace
from datetime import datetime, timezone
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from memmon.show.escaping import escaped
from memmon.show.short_report import ShortReport
from memmon.verdict.find_runs import runs_named
from memmon.verdict.investigate import investigate
from memmon.verdict.survey import Survey, survey
from support import terminal
from support.tool import memmon
from verdict.handwritten import BOT, CALL, NOBODY, START, fact, header, line, site, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from memmon.verdict.model import Verdict

ROWS = 23
"""Those of a usual terminal without the one for the next prompt."""
SUPERVISOR = {"signal": "SIGKILL", "status": None, "limit_killed": False, "cgroup": None, "vmstat": None, "kernel": []}
OF_KERNEL = {"sort": "oom-kill", "at": 1.0, "text": "Killed process", "rss_mb": 298.0}
END = fact("end", {"exit": "normal"}) + line("program end", 70)
GREW = (
    line("加载config_BEFORE", 70, 0, " line=12"),
    line("background", 190, 120, ' at=bot.py:12 main last="加载config_BEFORE"'),
    line("background", 250, 60, ' at=bot.py:12 main last="加载config_BEFORE"', "WARNING"),
    line("background", 290, 40, ' at=bot.py:12 main last="加载config_BEFORE"', "CRITICAL"),
)


def killed(number: int = 0) -> str:
    """What an earlier report has found: the kernel killed the process."""
    return fact("proof", {"cgroup": None, "vmstat": None, "kernel": [{**OF_KERNEL, "pid": NOBODY + number}]})


class Place:
    """A folder with the bot, and records of its runs."""

    def __init__(self, folder: Path) -> None:
        """The bot is there, and nothing of its runs."""
        self.folder = folder
        self.bot = folder / "bot.py"
        self.bot.write_text(BOT, encoding="utf-8")

    def record(self, *parts: str, number: int = 0, language: str = "en", **facts: object) -> Path:
        """Write the record of a process that had 300 MB; later ones have higher numbers."""
        levels = {"warning": "80%", "warning_mb": 240.0, "critical": "95%", "critical_mb": 285.0}
        limit = {"mb": 300.0, "from": "cgroup", "path": "/c"}
        facts = {"target": str(self.bot), "levels": levels, "limit": limit, "pid": NOBODY + number, **facts}
        config = site("加载config", 12, "main", 20, 100).replace("/srv/ds/bot.py", str(self.bot))
        text = "".join((header(language=language, **facts), START, config, *parts))
        name = f"memory_monitor_20261122_10{30 + number // 60}{number % 60:02d}.log"
        return write(self.folder / name, text)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A folder with the bot."""
    return Place(tmp_path)


def family(place: Place) -> None:
    """Twenty workers of one program that died alike, and a program that ended well."""
    first = place.record(END)
    for number in range(1, 21):
        place.record(*GREW, killed(number), number=number, parent={"pid": NOBODY, "log": str(first)})


def several_runs(place: Place) -> None:
    """A run that died, after two others that had."""
    for number in range(3):
        place.record(*GREW, killed(number), number=number, started=f"2026-11-22T10:3{number}:48.123+00:00")


def refused(place: Place) -> None:
    """A MemoryError that nobody caught."""
    raised = {"type": "MemoryError", "message": "", "file": str(place.bot), "line": 7, "function": "load"}
    place.record(*GREW[:2], fact("exception", raised), fact("end", {"exit": "exception", "status": 1}))


def still_running(place: Place) -> None:
    """A process that is there: this one."""
    ticks = int(Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    run = {"pid": os.getpid(), "start_ticks": ticks, "boot": boot}
    place.record(*GREW[:2], pid=os.getpid(), start_ticks=ticks, run=run, started=now)


RECORDS: dict[str, Callable[[Place], object]] = {
    "killed": lambda place: place.record(*GREW, killed()),
    "killed, in Chinese": lambda place: place.record(*GREW, killed(), language="zh"),
    "a family": family,
    "several runs": several_runs,
    "refused": refused,
    "crashed": lambda place: place.record(GREW[0], fact("supervisor", {**SUPERVISOR, "signal": "SIGSEGV"})),
    "without a word": lambda place: place.record(GREW[0]),
    "still running": still_running,
    "ended well": lambda place: place.record(END),
    "near its limit": lambda place: place.record(*GREW, END),
}


def rows_of(shown: str) -> list[str]:
    """What stands on each row, without colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", shown).replace("\r\n", "\n").rstrip("\n").split("\n")


@pytest.mark.parametrize("kind", RECORDS)
def test_it_fits_a_usual_terminal(place: Place, kind: str) -> None:
    """On a real terminal of 80 columns and 24 rows nothing scrolls, and the last row says how to see more."""
    RECORDS[kind](place)
    environment = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    environment.pop("COLUMNS", None)
    command = [sys.executable, "-m", "memmon", "report"]
    code, shown = terminal.run(command, columns=80, cwd=place.folder, env=environment)
    rows = rows_of(shown)
    assert code == (kind not in ("still running", "ended well", "near its limit")), shown
    assert len(rows) <= ROWS, shown
    assert max(map(cell_len, rows)) <= 80, shown
    assert "--full" in rows[-1] or "--full" in rows[-2]


def drawn(found: Survey, width: int = 80) -> list[str]:
    """The rows on a terminal without colours."""
    console = Console(file=StringIO(), width=width, force_terminal=True, color_system=None, highlight=False)
    console.print(ShortReport(escaped(found)))
    return rows_of(console.file.getvalue())  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Survey]:
    """What is concluded from each of the records."""

    def concluded() -> Iterator[tuple[str, Survey]]:
        for kind, write_records in RECORDS.items():
            place = Place(tmp_path_factory.mktemp("records"))
            write_records(place)
            yield kind, survey(runs_named([str(place.folder)]))

    return dict(concluded())


TEXTS = st.text(st.characters(exclude_categories=("Cs",)) | st.sampled_from("加载内存 →\t\u202e"), max_size=300)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(list(RECORDS)), st.tuples(TEXTS, TEXTS), st.integers(1, 4), st.integers(40, 200))
def test_no_text_makes_it_longer_or_wider(
    verdicts: dict[str, Survey], kind: str, texts: tuple[str, str], files: int, width: int
) -> None:
    """Neither an advice, a name, a path nor a line of source, in a window of any usual width."""
    found, (one, other) = verdicts[kind], texts
    verdict = found.verdict
    grown = replace(
        verdict,
        advice=(one,),
        log=f"/{other}.log",
        excerpt=tuple(row._replace(text=one) for row in verdict.excerpt),
        hotspots=tuple(
            replace(spot, site=replace(spot.site, name=other or "x", file=f"/srv/{one}{number}.py"))
            for spot in verdict.hotspots
            for number in range(files)
        ),
        culprit=verdict.culprit and replace(verdict.culprit, file=f"/srv/{other}.py"),
    )
    rows = drawn(replace(found, verdict=grown), width)
    assert len(rows) <= ROWS
    assert max(map(cell_len, rows)) <= width


def test_the_line_comes_before_all_jargon(verdicts: dict[str, Survey]) -> None:
    """What died, how sure that is, the line and how much it took: in plain words, each thing once."""
    rows = drawn(verdicts["killed"])
    above = "\n".join(rows[: rows.index("")])
    assert rows[0] == "KILLED for want of memory, by the kernel's OOM killer (certain)."
    assert re.search(r"bot\.py:12 \(\w+\): \+\d+ MB.*limit 300 MB", above.replace("\n", " "))
    assert "[" not in above
    assert above.count("bot.py:12") == 1
    assert "\n→ " in above


def test_the_culprit_is_marked_among_five_lines(verdicts: dict[str, Survey]) -> None:
    """The source around it, by the original's numbers."""
    rows = drawn(verdicts["killed"])
    marked = next(number for number, row in enumerate(rows) if row.startswith("> "))
    assert rows[marked].startswith("> 12  ")
    assert rows[marked].endswith(CALL)
    shown = [row[2:4] for row in rows[marked - 3 : marked + 2]]
    assert shown == [" 9", "10", "11", "12", "13"]  # it is the last line but one
    assert rows[marked - 4] == ""


def test_memory_is_drawn_against_the_limit(verdicts: dict[str, Survey]) -> None:
    """From its start to the kill, with marks below where it came to the levels."""
    rows = drawn(verdicts["killed"])
    words = next(number for number, row in enumerate(rows) if row.startswith("Memory"))
    assert rows[words].startswith("Memory 60 → 298 MB; limit 300, C critical 285, W warning 240;")
    bars, end = rows[words + 1].split(" ")
    assert (bars[0], bars[-1], end) == ("▂", "█", "x")
    assert list(bars) == sorted(bars)
    warned, critical = rows[words + 2].index("W"), rows[words + 2].index("C")
    assert bars[warned] > bars[warned - 1]
    assert warned < critical


def test_the_hotspots_stand_beside_their_levels(place: Place) -> None:
    """Three of them: what is over its alarm comes before what grew more and has none."""
    grown = [site(f"step{number}", 4).replace("/srv/ds/bot.py", str(place.bot)) for number in range(4)]
    steps = [
        line(f"step{number}_{kind}", 60 + number * (kind == "AFTER"), number * (kind == "AFTER"), " line=4")
        for number in range(4)
        for kind in ("BEFORE", "AFTER")
    ]
    over = site("small", 5, "load", 1, 2).replace("/srv/ds/bot.py", str(place.bot))
    alarm = (over, line("small_BEFORE", 60, 0, " line=5"), line("small_AFTER", 65, 5, " line=5", "WARNING"))
    path = place.record(*alarm, *grown, *steps, END)
    rows = drawn(Survey(investigate(str(path))))
    begin = next(number for number, row in enumerate(rows) if row.startswith("hotspot"))
    names = [row.split()[0] for row in rows[begin + 1 : begin + 4]]
    assert names == ["small", "step3", "step2"]
    assert rows[begin + 1].split() == ["small", "5", "+5.0", "1", "2", "ALARM"]


def test_what_grew_alike_stands_in_the_order_of_its_first_passes(place: Place) -> None:
    """A tenth of a megabyte is decided by where the allocator puts things: the rows of two runs are to be the same."""
    names = ["first", "second", "third"]
    grown = [site(name, 4).replace("/srv/ds/bot.py", str(place.bot)) for name in names]
    passes = [
        part
        for name, mb in zip(names, (0.1, 0.3, 0.2), strict=True)
        for part in (line(f"{name}_BEFORE", 60, 0, " line=4"), line(f"{name}_AFTER", 60 + mb, mb, " line=4"))
    ]
    rows = drawn(Survey(investigate(str(place.record(*grown, *passes, END)))))
    begin = next(number for number, row in enumerate(rows) if row.startswith("hotspot"))
    assert [row.split()[0] for row in rows[begin + 1 : begin + 4]] == names


def test_all_else_is_one_line(verdicts: dict[str, Survey]) -> None:
    """The other deaths of the run, and other runs, with the way to them."""
    for kind, line_of_all_else in (
        ("a family", "20 of 21 processes of this run died: bot.py:12 (20 times)."),
        ("several runs", "All runs: `--all`."),
    ):
        rows = drawn(verdicts[kind])
        more = next(number for number, row in enumerate(rows) if row.startswith("More: "))
        assert rows[more - 1] == line_of_all_else


def test_a_pipe_gets_eighty_columns_without_colour(place: Place) -> None:
    """And so does who asks for no colour on a terminal, apart from bold letters."""
    place.record(*GREW, killed(), language="zh")
    done = memmon("report", cwd=place.folder)
    assert "\x1b" not in done.stdout
    assert 70 < max(map(cell_len, done.stdout.splitlines())) <= 80
    environment = {**os.environ, "TERM": "xterm-256color", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
    _, shown = terminal.run([sys.executable, "-m", "memmon", "report"], columns=80, cwd=place.folder, env=environment)
    assert [row.rstrip() for row in rows_of(shown)] == done.stdout.splitlines()
    assert not re.search(r"\x1b\[(?:[0-9]+;)*3[0-7]", shown)


def test_another_encoding_gets_bars_of_its_own(verdicts: dict[str, Survey]) -> None:
    """Where blocks can't be printed the curve is drawn in ASCII."""
    output = TextIOWrapper(BytesIO(), encoding="ascii", errors="backslashreplace", write_through=True)
    Console(file=output, width=80, highlight=False).print(ShortReport(verdicts["killed"]))
    shown = output.buffer.getvalue().decode("ascii")  # type: ignore[attr-defined]
    assert re.search(r"^[._=+*%#-]+# x$", shown, re.MULTILINE), shown


def test_a_limit_far_above_is_not_why_memory_was_refused(place: Place) -> None:
    """A program that limits itself is not told the machine's limit."""
    raised = {"type": "MemoryError", "message": "", "file": str(place.bot), "line": 7, "function": "load"}
    parts = (fact("exception", raised), fact("end", {"exit": "exception", "status": 1}))
    far: Verdict = investigate(str(place.record(*parts, limit={"mb": 24000.0, "from": "physical", "path": None})))
    assert (far.cause, far.rss.limit) == ("memory-error", None)
    assert investigate(str(place.record(*GREW, *parts, number=1))).rss.limit == 300
