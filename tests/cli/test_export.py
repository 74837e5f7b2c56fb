"""`memmon export`: what other programs read, read as they do."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import fastjsonschema
import pytest

from page.records import family, killed
from support.tool import memmon

SPEEDSCOPE = Path(__file__).with_name("speedscope_schema.json")
"""The schema of its files, as speedscope 1.25.0 (MIT license) has it in its package."""
MB = 2**20
NAME = 'rows, "all"; the rest'
"""What each of the forms has to quote in some way."""


def exported(log: Path, form: str) -> str:
    """What is printed for a log."""
    done = memmon("export", log, "--format", form, cwd=log.parent)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_csv_and_json_lines_have_a_row_for_each_line_of_the_log(tmp_path: Path) -> None:
    """The same in both, with what the log's line says; what it does not say is empty, or null."""
    log = killed(tmp_path, name=NAME)
    table = list(csv.DictReader(io.StringIO(exported(log, "csv"), newline="")))
    objects = [json.loads(line) for line in exported(log, "jsonl").splitlines()]
    assert [{key: "" if value is None else str(value) for key, value in one.items()} for one in objects] == table
    told = [line for line in log.read_text(encoding="utf-8").splitlines() if " RSS=" in line]
    assert len(table) == len(told) == 6
    assert [one["rss_mb"] for one in objects] == [60, 60, 70, 70, 190, 290]
    opened, last = objects[3], objects[-1]
    assert (opened["name"], opened["line"], opened["file"]) == (f"{NAME}_BEFORE", 12, str(tmp_path / "bot.py"))
    assert [last[key] for key in ("level", "at_file", "at_line", "at_function", "peak_mb")] == [
        "CRITICAL",
        str(tmp_path / "bot.py"),
        12,
        "main",
        None,
    ]
    assert re.fullmatch(r"2026-11-22T10:31:00\.\d{3}\+00:00", last["time"])


def test_all_processes_of_a_run_are_in_it(tmp_path: Path) -> None:
    """Each row says of which one it is."""
    objects = [json.loads(line) for line in exported(family(tmp_path), "jsonl").splitlines()]
    assert len({one["pid"] for one in objects}) == 4


def test_speedscope_takes_it(tmp_path: Path) -> None:
    """By its own schema; the outermost level is the first of a stack, and the weights are bytes."""
    made = json.loads(exported(killed(tmp_path), "speedscope"))
    fastjsonschema.compile(json.loads(SPEEDSCOPE.read_text(encoding="utf-8")))(made)
    grew, held = made["profiles"]
    names = [frame["name"] for frame in made["shared"]["frames"]]
    assert [[names[at] for at in sample] for sample in grew["samples"]] == [
        ["main", "load", "raw_decode"], ["main", "load"],
    ]  # fmt: skip
    assert (grew["weights"], grew["endValue"]) == ([30 * MB, 90 * MB], 120 * MB)
    assert [[names[at] for at in sample] for sample in held["samples"]] == [
        ["rows", ".加载config dict", "['old'] list"]
    ]
    assert (held["weights"], made["shared"]["frames"][0]["line"]) == ([170 * MB], 12)


def test_collapsed_stacks_are_lines_of_levels_and_a_number(tmp_path: Path) -> None:
    """A semicolon parts the levels and stands in none of them."""
    lines = exported(killed(tmp_path, name="a;b"), "collapsed").splitlines()
    stacks = dict(line.rsplit(" ", 1) for line in lines)
    assert len(stacks) == len(lines) == 3
    ways = {tuple(way.split(";")[1:]): int(weight) for way, weight in stacks.items()}
    assert ways == {
        ("main (bot.py:12)", "load (bot.py:7)", "raw_decode (decoder.py:355)"): 30 * MB,
        ("main (bot.py:12)", "load (bot.py:7)"): 90 * MB,
        ("rows (bot.py:7)", ".a:b dict", "['old'] list"): 170 * MB,
    }


@pytest.mark.parametrize("form", ["speedscope", "collapsed"])
def test_where_nothing_was_seen_to_grow_there_are_no_stacks(tmp_path: Path, form: str) -> None:
    """Exit 1, and why."""
    log = family(tmp_path)
    done = memmon("export", log, "--format", form, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "nothing was seen to grow" in done.stderr
