"""The rig tells right from wrong and gives no answer away; it needs no network for that."""

from __future__ import annotations

import ast
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from frameworks.description import HERE, App, found
from frameworks.outcome import judge
from frameworks.table import table
from frameworks.traffic import until_killed
from frameworks.trial import INSTRUMENT, RUN, Seen, attempt
from support.marks import needs_cgroup

_PARTS = ("jupyter", "python")
"""Programs of several parts, named by the word behind them."""

PROGRAM = App("worker_of_one", ("python", "main.py"), "none", traffic=until_killed(), ends=signal.SIGTERM)


class _Here:
    """The Python that runs the tests, as the apps' environment."""

    @staticmethod
    def variables(_: str) -> dict[str, str]:
        here = Path(sys.executable).parent
        return {**os.environ, "PATH": f"{here}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.parametrize("app", found().values(), ids=list(found()))
@pytest.mark.parametrize("leaks", [True, False])
def test_an_app_gives_nothing_away(app: App, tmp_path: Path, *, leaks: bool) -> None:
    """What is run has no mark left, parses, and has code where it leaks."""
    app.write(tmp_path, leaks=leaks)
    assert app.culprits
    for path in app.files():
        text = (tmp_path / path).read_text(encoding="utf-8")
        assert "CULPRIT" not in text
        if path.endswith(".py"):
            ast.parse(text)
    for path, number in app.culprits:
        line = (tmp_path / path).read_text(encoding="utf-8").splitlines()[number - 1]
        assert line.strip()
        code = line.partition('\\n"')[0]  # within a notebook's string the mark is not the last
        assert leaks == (code in app.files()[path])


def _told(line: int, confidence: str, cause: str = "oom-kill") -> dict[str, Any]:
    culprit = {"file": "/there/main.py", "line": line, "role": "kept", "confidence": confidence}
    return {"cause": cause, "cause_confidence": "certain", "signal": None, "culprit": culprit}


def _seen(**facts: Any) -> Seen:
    return Seen(Path("/there"), **{"kills": 1, "seconds": 1.0, "statuses": [0], **facts})


def test_what_was_seen_is_held_against_what_is_right() -> None:
    """Two deaths of which one is told, by a wrong line that is called certain; another output; too slow."""
    ((_, number),) = PROGRAM.culprits
    wrong = _seen(kills=2, report={"incidents": [_told(number + 1, "certain")]})
    plain, slow = _seen(stderrs=["worker 17 began\n"]), _seen(stderrs=["worker 4 began\nnews\n"], seconds=2.0)
    outcome = judge(("one", PROGRAM), RUN, [plain], [slow], wrong)
    assert (outcome.is_told, outcome.is_exact, outcome.is_fast) == (False, False, False)
    assert outcome.is_wrong_with_certainty
    assert outcome.differences == ("stderr + news",)
    text = table([outcome])
    assert "- wrong with certainty: 1" in text
    assert f"✗ main.py:{number + 1} kept, certain" in text

    right = _seen(report={"incidents": [_told(number, "certain")]}, is_told_alive=True)
    outcome = judge(("one", PROGRAM), INSTRUMENT, [plain], [plain], right)
    assert outcome.is_told
    assert outcome.is_exact
    assert outcome.is_fast
    assert (outcome.is_wrong_with_certainty, outcome.differences) == (False, ())

    cause = _seen(report={"incidents": [_told(number, "guess", "crash")]})
    assert judge(("one", PROGRAM), INSTRUMENT, [plain], [plain], cause).is_wrong_with_certainty


@needs_cgroup
@pytest.mark.slow
def test_a_death_is_told_while_the_app_lives(tmp_path: Path) -> None:
    """A program whose worker is killed and that goes on: told on stderr and by the report before it is ended."""
    (tmp_path / "off").mkdir()
    innocent = attempt(PROGRAM, RUN, _Here(), tmp_path / "off", leaks=False)
    assert (innocent.statuses, innocent.kills, innocent.stdout) == ([0], 0, "no worker was killed\n")
    (tmp_path / "on").mkdir()
    leaking = attempt(PROGRAM, RUN, _Here(), tmp_path / "on", leaks=True)
    outcome = judge(("pool", PROGRAM), RUN, [innocent], [innocent], leaking)
    assert (outcome.kills, outcome.is_exact, outcome.is_wrong_with_certainty) == (1, True, False), leaking
    assert (leaking.is_told_alive, outcome.is_told) == (True, True), leaking


def test_the_documentation_starts_apps_as_they_are_tried() -> None:
    """What stands behind `memmon run --` in the documentation is how an app of this rig is started."""
    page = (HERE.parents[1] / "docs" / "frameworks.md").read_text(encoding="utf-8")
    tried = [app.command for app in found().values()]
    shown = [tuple(command.split()) for command in re.findall(r"`memmon run -- ([^`]+)`", page)]
    assert {"gunicorn", "celery", "pytest", "jupyter"} <= {command[0] for command in shown}
    for command in shown:
        known = [one for one in tried if one[0] == command[0] and (command[0] not in _PARTS or one[1] == command[1])]
        assert known, command
