"""A run that came near its limit and did not die of it: how near, and what took the memory; and a death right after."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from memmon.show.headline import headline
from memmon.verdict.evidence.gather import after_end
from memmon.verdict.investigate import investigate
from memmon.verdict.judge.judge import judge
from memmon.verdict.judge.outcome import Case
from memmon.verdict.model import ExternalEvidence, KernelLine
from memmon.verdict.read.process import read_process
from support import cgroup
from support.marks import needs_cgroup
from support.tool import memmon
from verdict.handwritten import NOBODY, START, fact, header, line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from memmon.verdict.evidence.kernel import KernelLog
    from memmon.verdict.model import Verdict

END = fact("end", {"exit": "normal"}) + line("program end", 70)


@pytest.fixture
def finished(log: Callable[..., Path]) -> Callable[..., Verdict]:
    """The verdict on a run of 300 MB that ended well, by a record of these parts."""

    def conclude(*parts: str, **facts: Any) -> Verdict:
        limit = {"mb": 300.0, "from": "cgroup", "path": "/c"}
        return investigate(str(log(header(**{"limit": limit, **facts}), START, *parts, END)))

    return conclude


def background(rss: float, fired: str, level: str = "CRITICAL") -> str:
    """A background line at which a rule fired."""
    return line("background", rss, more=f' last="program start" fired={fired}', level=level)


NEAR = {
    "the cgroup's use": (background(250, "cgroup:97%"), 0.97),
    "the RSS, by a peak alone": (line("load_AFTER", 80, 0, " peak=+0.00MB line=3") + line("background", 291), 0.97),
}
FAR = {
    "a warning": background(250, "cgroup:85%", "WARNING"),
    "a level of its own, far below": background(100, "rss:90MB"),
    "nothing": line("background", 200),
}


@pytest.mark.parametrize(("parts", "share"), NEAR.values(), ids=NEAR)
def test_how_near_it_came(finished: Callable[..., Verdict], parts: str, share: float) -> None:
    """It is said in the first line, with no culprit, since nobody died."""
    said = finished(parts)
    assert said.near
    assert (said.outcome, said.culprit, said.cause) == ("finished", None, None)
    assert round(said.near.share, 2) == share
    assert headline(said)[0] == "FINISHED normally, but it had come to 97% of its limit of 300 MB."


@pytest.mark.parametrize("parts", FAR.values(), ids=FAR)
def test_what_is_not_near(finished: Callable[..., Verdict], parts: str) -> None:
    """A warning, or a threshold that somebody set far below the limit, is no danger."""
    said = finished(parts)
    assert said.near is None
    assert headline(said) == ("FINISHED normally.",)


def test_in_chinese(finished: Callable[..., Verdict]) -> None:
    """The sentence as its reader reads it."""
    said = finished(background(250, "cgroup:97%"), language="zh")
    assert headline(said)[0] == "正常结束，但内存曾达到上限 300 MB 的 97%。"


def test_near_a_throttle(finished: Callable[..., Verdict]) -> None:
    """At ``memory.high`` nobody is killed: the report says what the kernel does there instead."""
    throttle = {"mb": 300.0, "from": "throttle", "path": "/c/memory.high"}
    near = background(250, "cgroup:97%")
    assert any("memory.high" in words for words in finished(near, limit=throttle).evidence)
    assert not any("memory.high" in words for words in finished(near).evidence)


def test_killed_after_the_end_of_its_log(log: Callable[..., Path]) -> None:
    """What the kernel killed while the interpreter cleared up has died, though its log has its end."""
    limit = {"mb": 300.0, "from": "cgroup", "path": "/c"}
    history = read_process(str(log(header(limit=limit), START, background(250, "cgroup:97%"), END)))
    ended = datetime(2026, 11, 22, 10, 31, tzinfo=timezone.utc).timestamp()
    text = f"Killed process {NOBODY} (python3)"
    lines = [KernelLine("oom-kill", pid, at, text, 280.0) for pid, at in ((NOBODY, ended + 1), (7, ended + 1))]
    later = KernelLine("oom-kill", NOBODY, ended + 3600, text, 280.0)
    kernel_log = cast("KernelLog", SimpleNamespace(lines=(*lines, later)))
    found = after_end(history, kernel_log)
    assert found.kernel == (lines[0],)
    said = judge([Case(history, found)])
    assert (said.outcome, said.cause, said.cause_confidence) == ("killed", "oom-kill", "certain")
    assert judge([Case(history, replace(found, kernel=()))]).outcome == "finished"
    assert judge([Case(history, ExternalEvidence())]).near


FILLS = """
    KEPT = []

    def rss_mb():
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) / 256

    def fill(most):
        while rss_mb() < most:
            KEPT.append([len(KEPT)] * 6_000)

    fill(115.5)
    KEPT.clear()
"""


@needs_cgroup
def test_a_run_that_lived(tmp_path: Path) -> None:
    """A real run up to 96 % of its cgroup's limit: said, with what took it; no incident, and the exit code is 0."""
    (tmp_path / "bot.py").write_text(textwrap.dedent(FILLS).lstrip(), encoding="utf-8")
    assert memmon("instrument", "bot.py", cwd=tmp_path).returncode == 0
    with cgroup.limited(120) as group:
        assert group.run([sys.executable, "bot.py"], cwd=tmp_path).returncode == 0
        done = memmon("report", "--json", cwd=tmp_path)
    assert done.returncode == 0
    said = json.loads(done.stdout)
    assert said["incidents"] == []
    verdict = said["verdict"]
    assert (verdict["outcome"], verdict["near_limit"], verdict["culprit"]) == ("finished", True, None)
    assert verdict["grew"] == "rss"
    assert "of its limit of 120 MB" in memmon("report", cwd=tmp_path).stdout.splitlines()[0]


SWALLOWS = """
    import time

    KEPT = []
    try:
        while True:
            KEPT.append(bytearray(1 << 20))
            time.sleep(0.005)
    except MemoryError:
        KEPT.clear()
    print("went on")
"""


def test_a_memory_error_that_the_program_swallowed(tmp_path: Path) -> None:
    """The limit of `--limit` was reached, and the program went on: that is told, and is no incident."""
    (tmp_path / "bot.py").write_text(textwrap.dedent(SWALLOWS).lstrip(), encoding="utf-8")
    command = [sys.executable, "-m", "memmon", "run", "--limit", "100MB", "bot.py"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert (ran.returncode, ran.stdout) == (0, "went on\n")
    done = memmon("report", "--full", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("FINISHED normally, though its --limit of 100 MB was reached.")
    assert "a MemoryError was raised in its main thread" in done.stdout
    verdict = json.loads(memmon("report", "--json", cwd=tmp_path).stdout)["verdict"]
    assert (verdict["near_limit"], verdict["culprit"], verdict["cause"]) == (True, None, None)
