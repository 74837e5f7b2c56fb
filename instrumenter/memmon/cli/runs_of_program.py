"""The runs that are named to a command that looks at several of one program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.cli.streams import say
from memmon.errors import LogError
from memmon.translation import _
from memmon.verdict.find_runs import runs_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memmon.verdict.model import Verdict


def verdicts_named(names: Sequence[str]) -> list[Verdict]:
    """The verdicts on the runs that are meant, all of one program; what still goes on is left out, which is said."""
    from memmon.verdict.investigate import investigate_run  # noqa: PLC0415  # not for `--help`
    from memmon.verdict.survey import is_going_on  # noqa: PLC0415  # likewise

    what = " ".join(names)
    runs = runs_named(names)
    programs = sorted({run.target or "?" for run in runs})
    if len(programs) > 1:
        raise LogError(
            _("{what}: has runs of {programs}; name the logs of one program").format(
                what=what, programs=_(" and ").join(programs)
            )
        )
    found = [investigate_run(run, top=0) for run in runs]
    ended = [one for one in found if not is_going_on(one)]
    if not ended:
        raise LogError(_("{what}: has no run that has ended; wait until it has").format(what=what))
    if going_on := len(found) - len(ended):
        text = _("memmon: {what}: {count} of {all} runs still go on, and are left out")
        say(text.format(what=what, count=going_on, all=len(found)))
    return ended
