"""What a page says, before it is laid out: the timeline, the ways on which memory was taken, and what holds it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from memmon.show.page.compose import compose
from memmon.verdict.find_runs import runs_named
from memmon.verdict.survey import survey
from page.records import MARKS, family, killed
from verdict.handwritten import CALL, NOBODY

if TYPE_CHECKING:
    from pathlib import Path

    from memmon.show.page.content import Content


def content(log: Path) -> Content:
    """The content of the page on a run."""
    return compose(survey(runs_named([str(log)]), whole=True))


def test_the_line_its_source_and_what_to_do_are_told(tmp_path: Path) -> None:
    """In the report's own sentences, with more source than a terminal shows."""
    said = content(killed(tmp_path)).verdict
    assert said.tone == "bad"
    assert "OOM killer" in said.outcome
    assert "bot.py:12" in said.sentences[0]
    assert said.advice
    (named,) = [one for one in said.code if one.is_named]
    assert (named.number, named.text.strip()) == (12, CALL)
    assert len(said.code) == 13


def test_the_curve_ends_where_the_process_died(tmp_path: Path) -> None:
    """At what the kernel says that it held, below its levels, with a mark."""
    drawn = content(killed(tmp_path)).timeline
    assert drawn
    (line,) = drawn.lines
    assert (line.mb[0], line.mb[-1]) == (60, 298)
    assert [round(level.mb) for level in drawn.levels] == [300, 285, 240]
    assert [(mark.process, mark.at) for mark in drawn.deaths] == [(0, line.at[-1])]
    assert drawn.total is None


def test_brackets_are_bands_and_the_named_one_reaches_the_end(tmp_path: Path) -> None:
    """That which was left in time is told apart from that in which it died."""
    drawn = content(killed(tmp_path)).timeline
    assert drawn
    left, still_open = drawn.bands
    assert (left.tone, still_open.tone) == ("calm", "bad")
    assert "+10 MB" in left.label
    assert "加载config" in still_open.label
    assert still_open.end == drawn.lines[0].at[-1]
    assert 0 <= left.begin < left.end <= still_open.begin


def test_the_windows_are_marks_and_a_tree(tmp_path: Path) -> None:
    """Both came by `main`; the larger one took it in `load` itself, which stands on its way twice and counts once."""
    made = content(killed(tmp_path))
    assert made.timeline
    assert [re.findall(r"bot\.py:\d+", mark.label) for mark in made.timeline.windows] == [["bot.py:7"], ["bot.py:7"]]
    assert made.flame
    assert made.flame.mb == 120
    (main,) = made.flame.below
    (load,) = main.below
    assert [(one.name, one.mb, one.own) for one in (main, load)] == [("main", 120, True), ("load", 120, True)]
    assert [(one.name, one.mb, one.own) for one in load.below] == [("raw_decode", 30, False)]


def test_the_way_to_what_grew_is_a_tree(tmp_path: Path) -> None:
    """From the variable by an attribute to an item."""
    (root,) = content(killed(tmp_path)).held_by
    (attribute,) = root.below
    (item,) = attribute.below
    assert [root.name, attribute.name, item.name] == ["rows", ".加载config", "['old']"]
    assert "load bot.py:7" in root.remark
    assert item.items == "10 → 90,000 items"
    assert (root.mb, item.amount) == (170, "170 MB")


def test_each_process_of_a_family_has_a_line(tmp_path: Path) -> None:
    """And there is one of all together; the one that died is the one that is looked at first."""
    made = content(family(tmp_path))
    drawn = made.timeline
    assert drawn
    assert [line.name for line in drawn.lines] == [f"main {NOBODY}", *(f"child {NOBODY + one}" for one in (1, 2, 3))]
    assert drawn.lines[drawn.subject].name == f"child {NOBODY + 1}"
    assert drawn.total
    assert max(drawn.total.mb) > max(max(line.mb) for line in drawn.lines)
    assert [mark.process for mark in drawn.deaths] == [drawn.subject]
    assert made.processes
    assert len(made.processes.rows) == 4


def test_where_nobody_died_the_largest_process_is_looked_at_first(tmp_path: Path) -> None:
    """The first one of a pool has nothing to show."""
    first = family(tmp_path, workers=2)
    (tmp_path / f"memory_monitor_20261122_103049_{NOBODY + 1}.log").unlink()
    made = content(first)
    assert made.verdict.tone == "good"
    assert made.timeline
    assert [line.name for line in made.timeline.lines] == [f"main {NOBODY}", f"child {NOBODY + 2}"]
    assert made.timeline.subject == 0

    largest = tmp_path / "other"
    largest.mkdir()
    first = family(largest, workers=5)
    (largest / f"memory_monitor_20261122_103049_{NOBODY + 1}.log").unlink()
    drawn = content(first).timeline
    assert drawn
    assert drawn.lines[drawn.subject].name == f"child {NOBODY + 5}"


def test_of_many_processes_the_dead_and_the_largest_are_drawn(tmp_path: Path) -> None:
    """And it is said that the others are not."""
    made = content(family(tmp_path, workers=40))
    assert made.timeline
    names = {line.name for line in made.timeline.lines}
    assert len(names) == 30
    assert {f"child {NOBODY + 1}", f"child {NOBODY + 40}"} <= names
    assert f"child {NOBODY + 2}" not in names
    assert "30 of 41" in made.timeline_remark


def test_a_chinese_record_has_a_chinese_page(tmp_path: Path) -> None:
    """Every sentence of it; the program's own names are as they are."""
    said = content(killed(tmp_path, language="zh"))
    texts = [said.verdict.outcome, *said.verdict.sentences, *said.verdict.advice, *(name for name, _ in said.figures)]
    assert said.language == "zh"
    assert [text for text in texts if not re.search("[\u4e00-\u9fff]", text)] == []


def test_what_turns_the_writing_is_shown_as_what_it_is(tmp_path: Path) -> None:
    """A name may hold any character; none of them can make a page look like another one."""
    made = content(killed(tmp_path, name=f"a\u202eb{MARKS}"))
    assert made.timeline
    assert made.flame
    told = [*(band.label for band in made.timeline.bands), *(cell.text for row in made.hotspots.rows for cell in row)]
    assert [text for text in told if "\u202e" in text] == []
    assert [text for text in told if "\\u202e" in text]
