"""What a Python does first that a run has brought about by whatever ways: a command, a shell, `subprocess`.

It finds out which program it is to run. A script of the user's own begins once more, as its entry in the cache; all
else goes on as it is, watched. It runs on every Python from 3.8 on.
"""

from __future__ import annotations

import marshal
import os
import sys

from memmon.ownership import is_user_code
from memmon.run import bootstrap, cache
from memmon.run.descendants import environment, origin
from memmon.run.plan import ConfigurationError, Plan
from memmon.translation import _

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import NoReturn

    from memmon.run.handover import Family

_HELPERS = ("resource_tracker import main", "semaphore_tracker import main")
"""What stands in the code of processes that libraries keep beside a program; they run nothing of it."""
_CANT_RESTART = frozenset("ix")
"""Options of Python with which a script can't begin once more as code that is compiled already."""
_WITH_VALUE = "WX"
"""Options with something behind them that is no further option."""


def start(family: Family) -> None:
    """Have the program watched that this Python is to run, as far as it is known."""
    cache.share_with(family["form"])
    options, runs, arguments = _command_line()
    if any(helper in word for word in options for helper in _HELPERS):
        return
    family["origin"] = family["origin"] or origin(family["supervisor"])
    if not os.access(family["cache"], os.W_OK):  # another user's: the program was started by su, say
        family["cache"] = cache.folder()
    script = runs if runs[:1] not in ("", "-") else ""
    file = os.path.join(os.getcwd(), script)
    own_script = script if script and (os.path.isdir(file) or is_user_code(os.path.realpath(file))) else ""
    module = _module_of(options) if runs == "-m" else ""
    try:
        words = [*options, *([script] if script else []), *arguments]
        plan = Plan(family, script=own_script, module=module, words=words)
        entry = plan.prepare()
    except ConfigurationError:
        sys.stderr.write(_("memmon: the program runs without memmon") + "\n")
        return
    is_first = family["origin"][:1] == [os.getpid()]
    is_named = own_script or (module and os.path.isfile(plan.first))
    plan.name_command("" if is_first and is_named else family["command"])
    if not own_script:
        plan.for_program["runs"] = file if script else "<stdin>" if runs in ("", "-") else "<string>"
    if entry and not _CANT_RESTART & set(_letters(options)):
        try:
            _restart(plan, [*options, entry, *arguments])
        except OSError:
            pass  # it runs as it is
    if plan.for_program["mode"] == "script":
        plan.for_program["mode"] = "plain"
    bootstrap.start(plan.for_program)


def _restart(plan: Plan, words: list[str]) -> NoReturn:
    given = environment(marshal.dumps({**plan.for_program}).hex(), os.environ.get("PYTHONPATH"))
    os.execve(sys.executable, [sys.executable, *words], {**os.environ, **given})


def _command_line() -> tuple[list[str], str, list[str]]:
    """Python's own options; what it runs, as ``sys.argv`` begins (a script, ``-m``, ``-c``, nothing); its arguments."""
    with open("/proc/self/cmdline", "rb") as command:
        words = [os.fsdecode(word) for word in command.read().split(b"\0")[:-1]]
    runs, arguments = sys.argv[0], sys.argv[1:]
    options = words[1 : len(words) - len(arguments)]
    if runs[:1] not in ("", "-"):
        del options[-1]
    return options, runs, arguments


def _letters(options: list[str]) -> Iterator[str]:
    """The letters of Python's options, as far as they are of one letter."""
    for word in options:
        for letter in word[1:] if word[:1] == "-" and word[:2] != "--" else "":
            yield letter
            if letter in _WITH_VALUE:
                break


def _module_of(options: list[str]) -> str:
    """The module behind ``-m``, which may end a word of several options, or begin one with the name behind it."""
    *others, last = options
    if others and others[-1].startswith("-") and others[-1].endswith("m"):
        return last
    return last.partition("m")[2]
