"""`memmon compare`: what is less, what is more, what can't be told, and when after counts as worse."""

from __future__ import annotations

import json
import os
import re
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from across.runs import run
from memmon.across.compare import compare
from memmon.across.margin import DEFAULT, parsed
from memmon.verdict.investigate import investigate
from support.tool import memmon

if TYPE_CHECKING:
    from memmon.across.model import Comparison

DOCUMENTED = (Path(__file__).parents[2] / "docs" / "compare-json.md").read_text(encoding="utf-8")


def compared(before: list[Path], after: list[Path], margin: str = DEFAULT) -> Comparison:
    """What the runs of these logs come to."""
    amount = parsed(margin)
    assert amount is not None
    return compare([investigate(str(log)) for log in before], [investigate(str(log)) for log in after], amount)


def matters(made: Comparison) -> list[str]:
    """By what after is worse."""
    return [one.matter for one in made.worse]


def test_a_hotspot_is_found_again_where_its_line_has_moved(tmp_path: Path) -> None:
    """In another checkout, too; what it took less is told, and what it is called by another name is not the same."""
    before, after = run(tmp_path / "a", 200, at=10), run(tmp_path / "b", 20, at=37)
    made = compared([before], [after])
    (row,) = made.hotspots
    assert row.before is not None
    assert row.after is not None
    assert (row.before.line, row.after.line, row.change.direction, row.change.mb) == (10, 37, "less", -180)
    assert (made.peak.direction, made.peak.mb, made.worse) == ("less", -180, ())
    renamed = compared([before], [run(tmp_path / "c", 200, name="other")])
    assert sorted(one.change.direction for one in renamed.hotspots) == ["gone", "new"]
    assert renamed.worse == ()


@pytest.mark.parametrize(
    ("margin", "worse"),
    [
        ("5% or 5MB", ["peak", "hotspot"]),
        ("14MB", []),
        ("13MB", ["peak", "hotspot"]),
        ("9%", []),
        ("8%", ["peak", "hotspot"]),
    ],
)
def test_more_counts_beyond_the_margin(tmp_path: Path, margin: str, worse: list[str]) -> None:
    """A share is one of the peak before, 160 MB here, for the hotspot too; 14 MB more is 8.75 % of it."""
    assert matters(compared([run(tmp_path / "a", 100)], [run(tmp_path / "b", 114)], margin)) == worse


@pytest.mark.parametrize("text", ["", "5", "-5%", "5% or", "5% or 6%", "5MB or 6MB", "5% or 5MB or 5MB", "101%"])
def test_what_is_no_margin_is_refused(text: str) -> None:
    """Rather than taken for another one."""
    assert parsed(text) is None


def test_a_hotspot_that_takes_more_is_no_loss_where_the_peak_falls(tmp_path: Path) -> None:
    """What a fix moves to a cheaper place; where the peak stays, it is one."""
    before = run(tmp_path / "a", 20, peak=400)
    assert matters(compared([before], [run(tmp_path / "b", 60, peak=300)])) == []
    made = compared([before], [run(tmp_path / "c", 60, peak=400)])
    assert (matters(made), made.worse[0].line, made.peak.direction) == (["hotspot"], 10, "same")


def test_of_repeated_runs_the_medians_count(tmp_path: Path) -> None:
    """One that took more than the others decides nothing, and how far they differ is told."""
    before = [run(tmp_path / "a", mb, number=n) for n, mb in enumerate((100, 104, 300))]
    after = [run(tmp_path / "b", mb, number=n) for n, mb in enumerate((100, 107, 500))]
    made = compared(before, after)
    peak = made.before.peak
    assert (peak.median, peak.low, peak.high, made.peak.direction, made.worse) == (164, 160, 360, "same", ())


def test_what_a_killed_run_would_have_taken_is_not_guessed(tmp_path: Path) -> None:
    """Its peak was its limit: no difference and no share of it is told, but that it is no longer killed."""
    killed, fixed = run(tmp_path / "a", 900, ends=False), run(tmp_path / "b", 20)
    made = compared([killed], [fixed])
    assert (made.before.peak.at_least, made.peak.direction, made.peak.mb) == (True, "less", None)
    assert (made.hotspots[0].change.direction, made.hotspots[0].change.mb) == ("less", None)
    done = memmon("compare", killed, fixed, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Not worse: no longer killed; the peak is 80 MB, where it died at 960 MB.\n")
    assert "%" not in done.stdout
    assert re.search(r"^peak, MB +≥960\.0 +80\.0$", done.stdout, re.MULTILINE)
    backwards = compared([fixed], [killed])
    assert (matters(backwards), backwards.peak.mb) == (["ending", "hotspot"], None)
    assert backwards.after.telling.named is not None
    assert (backwards.worse[0].file, backwards.worse[0].line) == ("/srv/a/bot.py", 10)


def test_two_killed_runs_tell_of_their_lines_only(tmp_path: Path) -> None:
    """Neither more nor less, and not worse."""
    made = compared([run(tmp_path / "a", 900, ends=False)], [run(tmp_path / "b", 700, ends=False)])
    assert (made.peak.direction, made.hotspots[0].change.direction, made.worse) == ("unknown", "unknown", ())


def test_of_several_runs_those_that_ended_have_the_figures(tmp_path: Path) -> None:
    """That one more died makes it worse."""
    before = [run(tmp_path / "a", 100, number=n) for n in range(3)]
    after = [run(tmp_path / "b", 100, number=n) for n in range(2)] + [run(tmp_path / "b", 900, ends=False, number=2)]
    made = compared(before, after)
    assert (matters(made), made.after.peak.median, made.after.peak.at_least) == (["ending"], 160, False)
    assert matters(compared(after, before)) == []


def test_what_limits_and_programs_differ_is_said(tmp_path: Path) -> None:
    """A kill under one limit says little of another; a peak above the limit of before is still too much."""
    killed = run(tmp_path / "a", 230, ends=False, limit=300)
    done = memmon("compare", killed, run(tmp_path / "b", 400, program="other.py", limit=800), cwd=tmp_path)
    assert done.returncode == 0
    text = " ".join(done.stdout.split())
    assert "These are runs of different programs, bot.py and other.py." in text
    assert "The limits differ, 300 MB and 800 MB" in text
    assert "with 300 MB it would have died again" in text
    same = memmon("compare", killed, run(tmp_path / "c", 20, limit=300), cwd=tmp_path)
    assert "differ" not in same.stdout


def test_what_github_shows(tmp_path: Path) -> None:
    """An error at the line, from the checkout on; on stderr, so that the JSON stays one."""
    before, after = (run(tmp_path / side, mb, name="100%, all") for side, mb in (("a", 20), ("b", 120)))
    done = memmon("compare", "--json", before, after, cwd=tmp_path, GITHUB_ACTIONS="true", GITHUB_WORKSPACE="/srv/b")
    assert (done.returncode, json.loads(done.stdout)["is_worse"]) == (1, True)
    assert done.stderr.splitlines() == [
        "::error title=memmon compare,file=bot.py,line=10::the peak rose by 100 MB (80 MB → 180 MB)",
        "::error title=memmon compare,file=bot.py,line=10::100%25, all (bot.py:10) takes 120 MB instead of 20 MB",
    ]


def test_the_form_of_the_json(tmp_path: Path) -> None:
    """Every key is documented, in its order, and no other."""
    documented = {
        found[1]: re.findall(r"^\| `(\w+)` \|", found[2], re.MULTILINE)
        for found in re.finditer(r"^## `([^`]+)`\n(.*?)(?=^## |\Z)", DOCUMENTED, re.MULTILINE | re.DOTALL)
    }
    done = memmon("compare", "--json", run(tmp_path / "a", 20), run(tmp_path / "b", 120), cwd=tmp_path)
    said = json.loads(done.stdout)
    assert said["schema"] == "memmon.compare/1"
    parts = {
        "compare": said,
        "worse": said["worse"][0],
        "peak_mb": said["peak_mb"],
        "figure": said["peak_mb"]["before"],
        "hotspots": said["hotspots"][0],
        "hotspots.before": said["hotspots"][0]["before"],
        "before": said["before"][0],
    }
    assert {name: list(part) for name, part in parts.items()} == {name: documented[name] for name in parts}
    assert set(documented) - set(parts) == {"holders", "holders.before"}
    assert said["after"][0]["report"]["schema"] == "memmon.report/2"


def test_it_fits_a_terminal_in_the_logs_language(tmp_path: Path) -> None:
    """Whatever the names, in 80 columns."""
    name = "非常非常非常非常非常长的热点名字" * 2
    before = [run(tmp_path / "a", 1000 + n, name=name, language="zh", number=n, limit=9000) for n in range(3)]
    after = [run(tmp_path / "b", 3000 + n, name=name, language="zh", number=n, limit=9000) for n in range(3)]
    done = memmon("compare", *before, "--", *after, cwd=tmp_path)
    lines = done.stdout.splitlines()
    assert (done.returncode, lines[0][:3]) == (1, "变差：")
    assert "1061 (1060-1062)" in done.stdout
    assert max(map(cell_len, lines)) <= 80


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("a",), "name a run before and one after"),
        (("a", "b", "c"), "`--` has to stand between"),
        (("a", "--", "b", "--", "c"), "one `--` at the most"),
        (("a", "--"), "name a run before and one after"),
        (("a", "mixed"), "has runs of /srv/mixed/bot.py and /srv/mixed/job.py; name the logs of one program"),
        (("a", "going"), "has no run that has ended"),
        (("a", "nowhere"), "there is no such log"),
        (("a", "b", "--margin", "5"), "is no margin; accepted: "),
    ],
)
def test_what_makes_no_comparison_is_refused(tmp_path: Path, names: tuple[str, ...], message: str) -> None:
    """With a sentence that says what to do, exit 2; folders mean the runs in them."""
    for folder in ("a", "b", "c"):
        run(tmp_path / folder, 20)
    run(tmp_path / "mixed", 20)
    run(tmp_path / "mixed", 20, program="job.py", number=1)
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    run(tmp_path / "going", 20, ends=False, pid=os.getpid(), started=now)
    done = memmon("compare", *names, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
