"""Logs that people already have: those of a monitor written by hand, and memmon's own whose events are gone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from memmon.record.file_names import events_of
from memmon.verdict.investigate import investigate
from support.tool import memmon
from verdict.handwritten import START, header, line, site, write

if TYPE_CHECKING:
    from pathlib import Path

KILLED = """\
[INFO] [Phase4_END] RSS=510MB (Δ+450MB, +15MB)
[INFO] [参数变化检测_BEFORE] RSS=512MB (Δ+452MB, +2MB)
[WARNING] [加载config_AFTER] RSS=850MB (Δ+790MB, +338MB) ← 异常增长！
[CRITICAL] ⚠️ 内存接近危险阈值！当前RSS=850MB
[CRITICAL] [后台监控] RSS=980MB (Δ+920MB)
Killed ← OOM发生在"加载config_AFTER"之后
"""
NORMAL = """\
[INFO] [Phase4_END] RSS=510MB (Δ+450MB, +15MB)
[INFO] [参数变化检测_BEFORE] RSS=512MB (Δ+452MB, +2MB)
[INFO] [加载config_AFTER] RSS=530MB (Δ+470MB, +18MB) ← 正常
[INFO] [创建old_config_AFTER] RSS=535MB (Δ+475MB, +5MB) ← 正常
[INFO] [程序结束] RSS=550MB (Δ+490MB, +15MB)
"""


def written(text: str) -> str:
    """The same run by a monitor that prints times, decimals and no plus sign before the growth since the start."""
    rows = []
    for number, row in enumerate(text.replace("MB (Δ+", "MB (Δ").replace("MB", ".02MB").splitlines()):
        rows.append(f"[2025-10-23 10:30:{number:02d}] {row}" if row.startswith("[") else row)
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("form", [str, written, lambda text: text.replace("RSS=850MB", "RSS=0.83GB")])
def test_a_killed_run_of_another_monitor(tmp_path: Path, form: object) -> None:
    """The checkpoint that grew is named with its growth, though a BEFORE without its AFTER stands above it."""
    assert callable(form)
    (tmp_path / "memory_monitor_20251023_103048.log").write_text(form(KILLED), encoding="utf-8")
    verdict = investigate(str(tmp_path / "memory_monitor_20251023_103048.log"))
    assert verdict.outcome == "killed"
    assert verdict.culprit
    assert (verdict.culprit.checkpoint, round(verdict.culprit.growth_mb or 0)) == ("加载config_AFTER", 338)
    assert verdict.culprit.confidence != "certain"


@pytest.mark.parametrize("text", [KILLED, NORMAL, written(KILLED), written(NORMAL)])
def test_no_sentence_has_an_empty_place(tmp_path: Path, text: str) -> None:
    """What such a log does not say, a line or a program, leaves no gap in what the report says."""
    (tmp_path / "memory_monitor_20251023_103048.log").write_text(text, encoding="utf-8")
    done = memmon("report", "--full", cwd=tmp_path)
    assert done.returncode == (1 if "CRITICAL" in text else 0)
    for gap in ("（）", "()", " ,", "，，", ": .", "：。", " None", "位于 的", "  [", "程序        -"):
        assert gap not in done.stdout, done.stdout


def test_a_log_without_its_events_says_what_it_lacks(tmp_path: Path) -> None:
    """The log alone names the checkpoint that the program died in, and the report says what is missing for more."""
    parts = [
        header(), START, site("load", 10, alarm=50.0), line("load_BEFORE", 70, 10, " line=10"),
        "[2026-11-22 10:31:09.000] [CRITICAL] [background] RSS=900MB at=bot.py:11 load last=load_BEFORE\n",
    ]  # fmt: skip
    log = write(tmp_path / "memory_monitor_20261122_103048.log", "".join(parts))
    whole = investigate(str(log))
    assert not any("events" in words for words in whole.evidence)
    words = "# memmon 0.1.0: memory\n# program: /srv/ds/bot.py\n# limit: 1000.00MB (physical)\n"
    log.write_text(words + log.read_text(encoding="utf-8"), encoding="utf-8")
    log.with_name(events_of(log.name)).unlink()
    alone = investigate(str(log))
    assert alone.culprit
    assert (alone.culprit.file, alone.culprit.line) in {("/srv/ds/bot.py", 10), ("/srv/ds/bot.py", 11)}
    assert any("file of events" in words for words in alone.evidence)
    assert (alone.target, alone.rss.limit) == ("/srv/ds/bot.py", 1000.0)


SEVERAL = """\
[2025-10-23 10:30:45] [INFO] [程序启动] RSS=60.00MB (Δ0.00MB, +0.00MB)
[2025-10-23 10:30:46] [INFO] [load_BEFORE] RSS=580.02MB (Δ520.02MB, +520.02MB)
[2025-10-23 10:30:57] [INFO] [程序结束] RSS=90.02MB (Δ30.02MB, +0.00MB)
[2025-10-23 11:30:45] [INFO] [程序启动] RSS=70.00MB (Δ0.00MB, +0.00MB)
[2025-10-23 11:30:46] [INFO] [work_BEFORE] RSS=180.02MB (Δ110.02MB, +110.02MB)
[2025-10-23 11:30:56] [WARNING] [work_AFTER] RSS=890.02MB (Δ820.02MB, +710.00MB)
"""


def test_of_several_runs_in_one_file_the_last_one_counts(tmp_path: Path) -> None:
    """A monitor that appends to one file: the end of an earlier run is none of the last one's, nor are its figures."""
    log = write(tmp_path / "memory_monitor_20251023_103045.log", SEVERAL)
    verdict = investigate(str(log))
    assert verdict.outcome == "killed"
    assert verdict.culprit
    assert (verdict.culprit.checkpoint, verdict.culprit.growth_mb) == ("work_AFTER", 710.0)
    assert [one.site.name for one in verdict.hotspots] == ["work"]
    assert (verdict.rss.baseline, verdict.rss.peak) == (70.0, 890.02)


@pytest.mark.parametrize(
    "form",
    [
        "[10:30:0{n}] [{level}] [{name}] RSS={rss}MB",
        "2025-10-23 10:30:0{n} [{level}] [{name}] RSS={rss}MB",
        "[{level}] [{name}] RSS={rss}MB （Δ{delta}MB，+{step}MB）",
        "[{level}] [{name}] RSS={rss}MB(Δ{delta}MB,+{step}MB)",
    ],
)
@pytest.mark.parametrize("level", ["WARN", "ERROR", "CRITICAL"])
def test_what_other_monitors_leave_out_or_write_otherwise(tmp_path: Path, form: str, level: str) -> None:
    """Without a growth that of RSS counts; times, levels and punctuation may be those of others."""
    rows = [("start", "INFO", 60, 0), ("load data_BEFORE", "DEBUG", 500, 440), ("load data_AFTER", level, 850, 350)]
    text = "".join(
        form.format(n=n, level=level, name=name, rss=rss, delta=rss - 60, step=step) + "\n"
        for n, (name, level, rss, step) in enumerate(rows)
    )
    verdict = investigate(str(write(tmp_path / "memory_monitor_20251023_103045.log", text)))
    assert verdict.outcome == "killed"
    assert verdict.rss.baseline == 60
    assert max(one.figures.growth_mb for one in verdict.hotspots) == 350
    assert not any("no checkpoint" in words for words in verdict.advice)


@pytest.mark.parametrize("zeros", [20, 400, 5000])
def test_a_figure_of_any_length(tmp_path: Path, zeros: int) -> None:
    """A line with a number that is none, as garbage may hold, is read without it or not at all."""
    many = "9" * zeros
    text = (
        f"# memmon 0.1.0: memory\n# process: {many}, Python 3.11.7\n"
        f"[INFO] [a_BEFORE] RSS={many}MB (Δ+{many}MB, +0.00MB)\n"
        f"[INFO] [b_BEFORE] RSS=120.02MB (Δ+60.00MB, +0.00MB) line={many}\n"
        f"[INFO] [background] RSS=130.02MB at=bot.py:{many}\n"
    )
    log = write(tmp_path / "memory_monitor_20251023_103045.log", text)
    log.with_name(events_of(log.name)).write_text(
        f'{{"header": {{"pid": {many}, "baseline_mb": {many}, "limit": {{"mb": {many}}}}}}}\n', encoding="utf-8"
    )
    verdict = investigate(str(log))
    assert verdict.outcome == "killed"
    assert (verdict.rss.limit, verdict.rss.peak) == (None, 130.02)


def test_a_kill_is_proved_once_without_events_too(tmp_path: Path) -> None:
    """What a report adds beside a log that has lost its events, the next report reads, and adds nothing more."""
    log = write(tmp_path / "memory_monitor_20251023_103045.log", KILLED)
    events = log.with_name(events_of(log.name))
    proof = {"cgroup": {"path": "/c", "before": 0, "after": 1}, "vmstat": None, "kernel": []}
    kept = 'x\n{"heap": {}, "at": ""}\n' + json.dumps({"proof": proof}) + "\n"
    events.write_text(kept, encoding="utf-8")
    verdict = investigate(str(log))
    assert (verdict.cause, verdict.cause_confidence) == ("oom-kill", "certain")
    assert events.read_text(encoding="utf-8") == kept
