"""Real processes that are gone without an end in their logs: not every one of them was killed for memory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

from memmon.verdict.investigate import investigate
from support.tool import memmon
from verdict.handwritten import START, header, line, site

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from memmon.verdict.model import Verdict

CONFIG = '[memmon]\nlanguage = "en"\n\n[[hotspot]]\nname = "rows"\nmatch = "rows = $X"\n'


@pytest.fixture
def ran(tmp_path: Path) -> Callable[[str], Path]:
    """Run this program, instrumented, to its end; its folder."""

    def run(source: str) -> Path:
        path = tmp_path / "bot.py"
        path.write_text(textwrap.dedent(source), encoding="utf-8")
        (tmp_path / "memmon.toml").write_text(CONFIG, encoding="utf-8")
        done = memmon("instrument", path.name, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        subprocess.run([sys.executable, path.name], cwd=tmp_path, capture_output=True, check=False)
        return tmp_path

    return run


ENDINGS = {
    "os._exit": "os._exit(9)",
    "SIGTERM": "os.kill(os.getpid(), signal.SIGTERM)",
    "SIGKILL": "os.kill(os.getpid(), signal.SIGKILL)",
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_end_that_nobody_saw(ran: Callable[[str], Path], ending: str) -> None:
    """Nothing tells os._exit from a signal, and nothing was short: all of it is said, and no memory to mend."""
    folder = ran(f"import os, signal\nrows = [list(map(str, range(1000)))]\n{ENDINGS[ending]}\n")
    done = memmon("report", "--full", cwd=folder)
    first, *rest = done.stdout.splitlines()
    assert first.startswith("ENDED WITHOUT A WORD: killed from outside, crashed, or os._exit")
    assert not [one for one in rest if "What grew" in one]
    said = json.loads(memmon("report", "--json", cwd=folder).stdout)
    assert (
        said["verdict"]["outcome"],
        said["verdict"]["cause"],
        said["verdict"]["signal"],
        said["verdict"]["culprit"],
    ) == ("killed", "unknown", None, None)
    (advice,) = said["verdict"]["advice"]
    assert "memmon run bot.py" in advice


@pytest.mark.parametrize(
    ("file", "started", "advised"),
    [("shop/__main__.py", ["-m", "shop"], "memmon run -m shop`"), ("bin/serve", ["bin/serve"], "memmon run -- serve`")],
)
def test_it_is_advised_as_it_is_started(tmp_path: Path, file: str, started: list[str], advised: str) -> None:
    """A package is a module to `memmon run`, and what has no name of a script is a command."""
    path = tmp_path / file
    path.parent.mkdir()
    path.write_text("#!/usr/bin/env python3\nimport os\nrows = [1]\nos._exit(3)\n", encoding="utf-8")
    (tmp_path / "memmon.toml").write_text(CONFIG, encoding="utf-8")
    assert memmon("instrument", file, cwd=tmp_path).returncode == 0
    environment = {**os.environ, "PYTHONPATH": str(path.parent)}
    done = subprocess.run([sys.executable, *started], cwd=tmp_path, env=environment, check=False)
    assert done.returncode == 3
    (advice,) = json.loads(memmon("report", "--json", cwd=tmp_path).stdout)["verdict"]["advice"]
    assert advised in advice


def test_an_end_inside_a_bracket_has_its_place(ran: Callable[[str], Path]) -> None:
    """The line that was running is told, as a guess, with nothing to mend about its memory."""
    folder = ran("import os\nrows = os._exit(3)\n")
    said = json.loads(memmon("report", "--json", cwd=folder).stdout)
    assert (said["verdict"]["culprit"]["line"], said["verdict"]["culprit"]["checkpoint"]) == (2, "rows_BEFORE")
    (advice,) = said["verdict"]["advice"]
    assert "memmon run bot.py" in advice


def test_the_workers_of_a_pool(ran: Callable[[str], Path]) -> None:
    """A pool ends its workers itself, by a signal or by a word, whichever comes first: they are not called killed."""
    folder = ran(
        """
        import multiprocessing

        context = multiprocessing.get_context("fork")
        both = context.Barrier(2)  # a worker that gets no work has nothing to tell

        def work(n):
            both.wait()
            rows = list(range(n))
            return len(rows)

        if __name__ == "__main__":
            with context.Pool(2) as pool:
                print(pool.map(work, [1, 2], chunksize=1))
        """
    )
    done = memmon("report", "--full", cwd=folder)
    assert done.returncode == 0
    assert done.stdout.startswith("FINISHED normally.")
    workers = re.findall(r"^ +\d+ +\d+ +(.+?)  ", done.stdout, re.MULTILINE)
    assert len(workers) == 2
    assert set(workers) <= {"ended without a word", "finished"}
    assert "killed" not in done.stdout


@pytest.fixture
def said(log: Callable[..., Path]) -> Callable[..., Verdict]:
    """The verdict on a log without an end."""
    return lambda *parts: investigate(str(log(header(), START, *parts)))


def test_growth_over_an_alarm_is_still_told(said: Callable[..., Verdict]) -> None:
    """What went over its alarm is worth mending, however the program ended."""
    verdict = said(
        site("x", 5, normal=5, alarm=20),
        line("x_BEFORE", 60, 0, " line=5"),
        line("x_AFTER", 120, 60, " line=5", "WARNING"),
        line("y_AFTER", 120, 0, " line=6"),
    )
    assert verdict.subject.silent
    assert verdict.culprit
    assert verdict.culprit.line == 5
    assert verdict.advice[0].startswith("bot.py:5")


def test_short_memory_makes_it_a_kill(said: Callable[..., Verdict]) -> None:
    """With the last record near the limit the end is taken for a kill, by whom unknown."""
    verdict = said(line("x_BEFORE", 980, 920, " line=5", "CRITICAL"))
    assert (verdict.outcome, verdict.cause, verdict.subject.silent) == ("killed", "unknown", False)
    assert verdict.advice
