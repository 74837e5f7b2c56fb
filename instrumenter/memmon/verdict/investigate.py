"""The whole way of a report: find the logs, read them, look around, judge, advise."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.config import log_folders
from memmon.errors import LogError
from memmon.verdict.advice.advise import advise
from memmon.verdict.code.source import code_at, last_line
from memmon.verdict.evidence.gather import gather
from memmon.verdict.evidence.kernel import Kernel
from memmon.verdict.judge.judge import Witnessed, judge
from memmon.verdict.judge.retaining_line import keeper, still_running
from memmon.verdict.model import Traces
from memmon.verdict.read.find_logs import family, newest
from memmon.verdict.read.process import read_story
from memmon.verdict.write_back import keep_last_checkpoint, keep_proof

if TYPE_CHECKING:
    from memmon.verdict.code.source import Code
    from memmon.verdict.judge.last_moment import Extents
    from memmon.verdict.model import Culprit, Story, Verdict, Zoomed

_LITTLE_SHARE = 0.1
"""Of the culprit's growth: a bracket with less is not what advice is drawn from."""


def _absolute(log: str | None) -> Path:
    """The log to begin with, as an absolute path; a link stays one."""
    try:
        return Path(os.path.abspath(log or newest(log_folders(Path.cwd()))))  # noqa: PTH100  # resolve() would follow it
    except OSError as error:
        raise LogError("the current folder is gone; go to the folder that the program ran in") from error


def _extents(story: Story) -> Extents:
    """How far the statements reach that were open at the end."""
    sites = {(one.opened.file or story.header.target, one.opened.line) for one in story.open}
    return {(file, line): last_line(file, line) for file, line in sites if file and line}


def _ended_by_itself(story: Story) -> bool:
    """Whether the program's end needs no explanation from outside."""
    return story.supervised.signal is None if story.supervised else story.ended is not None


def _kept_by(story: Story) -> tuple[Zoomed, ...]:
    """The windows with the lines that keep what grew in them."""
    running = still_running(story.zooms)
    ways = {(one.frames, window.by == "lines") for window in story.zooms for one in window.kept}
    keepers = {
        (frames, filled): keeper(frames, running[frames], story.header.target, filled=filled) for frames, filled in ways
    }
    return tuple(
        replace(
            window,
            kept=tuple(replace(one, keeper=keepers[one.frames, window.by == "lines"]) for one in window.kept),
        )
        for window in story.zooms
    )


def _witness(story: Story, kernel: Kernel | None) -> Witnessed:
    """What stands beside one log; a dead program's log is completed by the way."""
    story = replace(story, zooms=_kept_by(story))
    if _ended_by_itself(story) or kernel is None:
        return Witnessed(story, Traces())
    traces = gather(story, kernel)
    if not traces.alive:
        keep_last_checkpoint(story)
        keep_proof(story, traces)
    return Witnessed(story, traces, _extents(story))


def _code(culprit: Culprit, verdict: Verdict) -> Code | None:
    """The line's code, without statements whose own brackets took only a small share of what it did."""
    little = _LITTLE_SHARE * (culprit.growth_mb or 0.0)
    quiet = {
        site.line
        for site in verdict.hotspots
        if site.line and site.file == culprit.file and site.name != culprit.hotspot and site.growth_mb < little
    }
    return code_at(culprit.file, culprit.line, quiet)


def investigate(log: str | None, *, top: int = 10) -> Verdict:
    """The verdict on the run of ``log``, or of the newest log that a program started here has left.

    Raises LogError where there is no log or it is none of ours.
    """
    first = _absolute(log)
    stories = [read_story(str(first))]
    for other in family(first)[1:]:
        with suppress(LogError):  # a child that was killed before its first line takes nothing from the rest
            stories.append(read_story(str(other)))
    kernel = Kernel() if not all(map(_ended_by_itself, stories)) else None
    cases = [_witness(story, kernel) for story in stories]
    verdict = judge(cases, top=top)
    culprit, grown = verdict.culprit, verdict.grown
    code = _code(culprit, verdict) if culprit else None
    grown_code = _code(grown, verdict) if grown else None
    return replace(verdict, code=code.line if code else None, advice=advise(verdict, code, grown_code))
