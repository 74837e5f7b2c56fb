"""The whole way of a report: find the logs, read them, look around, judge, advise."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.errors import LogError
from memmon.verdict.advice import advise
from memmon.verdict.code import code_at
from memmon.verdict.evidence import Kernel, gather
from memmon.verdict.judge import Witnessed, judge
from memmon.verdict.story import read_story
from memmon.verdict.tree import family, newest

if TYPE_CHECKING:
    from memmon.verdict.model import Verdict


def investigate(log: str | None, *, top: int = 10) -> Verdict:
    """The verdict on the run of ``log``, or of the newest log in the current folder.

    Raises LogError where there is no log or it is none of ours.
    """
    first = Path(os.path.abspath(newest(Path()) if log is None else log))  # noqa: PTH100  # a link stays one
    stories = [read_story(str(first))]
    for other in family(first)[1:]:
        with suppress(LogError):  # a child that was killed before its first line takes nothing from the rest
            stories.append(read_story(str(other)))
    kernel = Kernel()
    verdict = judge([Witnessed(story, gather(story.header, kernel)) for story in stories], top=top)
    culprit, grown = verdict.culprit, verdict.grown
    code = code_at(culprit.file, culprit.line) if culprit else None
    grown_code = code_at(grown.file, grown.line) if grown else None
    return replace(verdict, code=code.statement if code else None, advice=advise(verdict, code, grown_code))
