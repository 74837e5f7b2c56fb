"""From what is concluded of a run to what its page says: words and figures, without any layout."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from memmon import __version__
from memmon.show.culprit_words import culprit_sentence, held, over_alarm
from memmon.show.escaping import escaped, printable
from memmon.show.headline import what_grew
from memmon.show.memory_at_death import held_more
from memmon.show.outcome_words import going_on, outcome_sentence
from memmon.show.page.content import Content, Death
from memmon.show.page.flame import flame
from memmon.show.page.holders import held_by
from memmon.show.page.tables import held_table, hotspots_table, incidents_table, processes_table, top_table
from memmon.show.page.timeline import timeline
from memmon.show.runs import deaths_in_all, notes
from memmon.show.summary import summary
from memmon.verdict.code.excerpt import excerpt_at
from memmon.verdict.wording.language import Say, mb, place, printed_time

if TYPE_CHECKING:
    from memmon.show.page.content import Flame
    from memmon.verdict.model import ExcerptLine, Outcome, ProcessHistory, Verdict
    from memmon.verdict.survey import Survey

_AROUND = 6
"""So many lines of source above the one that is named, and as many below."""
_MOST_DEATHS = 50
"""So many deaths are told of in full; the table has them all."""
_TONES: dict[Outcome, str] = {"killed": "bad", "exception": "warn", "running": "calm", "finished": "good"}


def compose(survey: Survey) -> Content:
    """The page's content; the verdict has the histories of its processes."""
    raw = survey.verdict
    told: Survey = escaped(replace(survey, verdict=replace(raw, histories=())))
    verdict = told.verdict
    say = Say(verdict.language)
    drawn, remark = timeline(replace(verdict, histories=raw.histories), say)
    taken, of = _flame(raw, say)
    originals = (raw, *raw.others)
    deaths = [_death(one, _code(whole), say) for one, whole in zip((verdict, *verdict.others), originals, strict=True)]
    return Content(
        language=say.language,
        title=verdict.command or place(verdict.target, None) or verdict.log.rpartition("/")[2],
        when=verdict.when.partition(".")[0],
        verdict=deaths[0],
        figures=tuple(_figures(verdict, say)),
        notes=tuple(notes(told, say)),
        deaths_in_all=deaths_in_all(verdict.incidents, say) if len(verdict.incidents) > 1 else "",
        incidents=incidents_table(verdict, say),
        others=tuple(deaths[1:_MOST_DEATHS]),
        timeline=drawn,
        timeline_remark=remark,
        flame=taken,
        flame_remark=of,
        held_by=held_by(verdict.grown, say),
        hotspots=hotspots_table(verdict, say),
        top=top_table(verdict.top, say),
        processes=processes_table(verdict, say),
        held=held_table(verdict.held, say),
        facts=tuple(_facts(verdict, raw.histories, say)),
    )


def _death(verdict: Verdict, code: tuple[ExcerptLine, ...], say: Say) -> Death:
    """What the report says of one process, a sentence each."""
    named = verdict.named
    sentences = [going_on(verdict, say), held_more(verdict, say), what_grew(verdict, say)]
    if named:
        sentences += [culprit_sentence(named, verdict, say, brief=True), *held(verdict, say, amount=True)]
    if verdict.over_alarm:
        sentences.append(over_alarm(verdict.over_alarm, say, before=named is not None))
    where = f"{named.file}:{named.line}" if named and named.file and named.line else ""
    return Death(
        pid=str(verdict.subject.pid or "?"),
        tone=_TONES[verdict.outcome],
        outcome=outcome_sentence(verdict, say, alone=False),
        sentences=tuple(one for one in sentences if one),
        advice=verdict.advice,
        evidence=verdict.evidence,
        place=where,
        code=code,
    )


def _code(verdict: Verdict) -> tuple[ExcerptLine, ...]:
    """The source around the line that is named, as it stands now; what was read before where it is gone since."""
    named = verdict.named
    found = excerpt_at(named.file, named.line, _AROUND) if named else ()
    lines: tuple[ExcerptLine, ...] = escaped(found or verdict.excerpt)
    return lines


def _figures(verdict: Verdict, say: Say) -> list[tuple[str, str]]:
    """What it held in the end, at the most and at first, and what there was."""
    rss = verdict.rss
    last = verdict.curve.most_mb[-1] if verdict.curve else rss.last
    known = (
        (say("in the end", "最后"), last),
        (say("limit", "上限"), rss.limit),
        (say("peak", "峰值"), rss.peak),
        (say("at the start", "启动时"), rss.baseline),
    )
    # What is resident may be a little more than what is charged; no amount is above the limit.
    return [(name, mb(min(amount, rss.limit or amount))) for name, amount in known if amount]


def _flame(verdict: Verdict, say: Say) -> tuple[Flame | None, str]:
    """Of the process that the verdict is about where its windows saw anything; else of all of the run."""
    own = [one for one in verdict.histories if one.header.pid == verdict.subject.pid]
    pid = verdict.subject.pid
    made = flame((window for one in own for window in one.windows), say(f"process {pid}", f"进程 {pid}"))
    if made:
        return made, ""
    every = flame((window for one in verdict.histories for window in one.windows), say("all processes", "所有进程"))
    remark = say(f"Of process {pid} itself nothing was seen.", f"未观察到进程 {pid} 本身的分配。")
    return every, remark if every else ""


def _facts(verdict: Verdict, histories: tuple[ProcessHistory, ...], say: Say) -> list[tuple[str, str]]:
    """What is known of the run, a line each."""
    header = next((one.header for one in histories if one.header.pid == verdict.subject.pid), None)
    rows = [(say("began", "开始"), printed_time(verdict.started, verdict.offset))] if verdict.started else []
    rows.append((say("last record", "最后记录"), verdict.when))
    if header and header.argv:
        rows.append((say("arguments", "参数"), printable(" ".join(header.argv))))
    if header and header.python:
        rows.append(("Python", printable(header.python)))
    if header and header.limit_from:
        sorts = {
            "cgroup": say("the cgroup's", "cgroup"),
            "address-space": say("of the address space", "地址空间"),
            "physical": say("physical memory", "物理内存"),
        }
        rows.append((say("limit from", "上限来源"), sorts.get(header.limit_from, printable(header.limit_from))))
    written = printable(header.version) if header and header.version else "-"
    rows.append(("memmon", say(f"record by {written}, page by {__version__}", f"记录 {written}，页面 {__version__}")))
    return [*summary(verdict, say), *rows]
