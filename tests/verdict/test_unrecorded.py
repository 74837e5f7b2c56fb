"""A process of a run that kept no record and was killed: the report says why there is none, and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from memmon.processes import unfollowed_by
from memmon.verdict.investigate import investigate
from verdict.handwritten import NOBODY, START, header, line
from verdict.test_supervised import END, LIMIT, kills, word

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COMMANDS = {
    "/usr/bin/python3.11 -I job.py": "-I",
    "python -E job.py": "-E",
    "pypy3.10 -uS job.py -I": "-S",
    "python3 -X dev -I -m job": "-I",
    "python3 -W error -Xdev -OI job.py": "-I",
    "python3 -WI job.py": "",
    "python3 -c import sys -I": "",
    "python3 -um job -I": "",
    "python3 job.py -I": "",
    "python3 - -I": "",
    "python3": "",
    "/opt/jdk/bin/java -I": "",
    "python-config -I": "",
    "": "",
}
"""Command lines, and the option of each for which its Python would not be followed into."""


@pytest.mark.parametrize("command", COMMANDS)
def test_the_option_that_keeps_a_python_from_being_followed(command: str) -> None:
    """It is found among Python's own options alone, whatever stands behind the program's name."""
    assert unfollowed_by(command) == COMMANDS[command]


@pytest.mark.parametrize(
    ("command", "why", "what"),
    [
        ("/usr/bin/python3 -I job.py", "with -I it ignores the variables", "`memmon instrument`"),
        ("/usr/bin/python3 job.py", "without the variables", "`memmon instrument`"),
        ("/opt/jdk/bin/java -jar a.jar", "no Python by its name", "-Xmx"),
    ],
)
def test_why_there_is_no_record(log: Callable[..., Path], command: str, why: str, what: str) -> None:
    """It is told by its command line, with the reason, and what can be done about it."""
    child = {"pid": 7, "parent": NOBODY, "last_mb": 250.0, "peak_mb": 260.0, "ended": 1.0, "command": command}
    main = {**child, "pid": NOBODY, "parent": 1, "command": "/usr/bin/python3 main.py", "ended": None}
    killed = kills(0, 1, "Killed process 7 (x) anon-rss:256000kB")
    said = word(status=0, processes=[main, child], **killed)
    verdict = investigate(str(log(header(**LIMIT), START, line("x_BEFORE", 20), END, said)))
    (incident,) = verdict.incidents
    assert (incident.subject.pid, incident.cause, incident.cause_confidence) == (7, "oom-kill", "certain")
    (advice,) = incident.advice
    assert f"“{command}” kept no record" in advice
    assert why in advice
    assert what in advice
