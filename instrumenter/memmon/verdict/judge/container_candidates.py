"""The candidates that the censuses give: the lines that fill the containers which grew until the end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from memmon.ownership import is_user_code
from memmon.verdict.code.unnamed_holders import spoken_path
from memmon.verdict.judge.candidate import Candidate, Directness
from memmon.verdict.judge.grown_containers import growing_containers
from memmon.verdict.judge.growth_windows import growing_line
from memmon.verdict.judge.window_candidates import is_still_inside
from memmon.verdict.model import Culprit, Holder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memmon.verdict.judge.grown_containers import GrowingContainer
    from memmon.verdict.judge.last_moment import LastMoment
    from memmon.verdict.model import Confidence

_CERTAIN_SHARE = 0.6
"""What came into a container has to be such a share of the growth to be certain of it."""
_LIKELY_SHARE = 0.3
"""The same to call it likely."""
_HALF = 0.5
"""Where less came in, and the windows saw another line, that may have taken more: it is a guess."""
_CERTAIN_LOOKS = 2
"""So many looks have to have seen it grow to be certain of it."""
_MANY_LOOKS = 3
"""So many are enough to put down to it what grew, where hardly anything else was seen to grow."""
_FEW_ITEMS = 10
"""Fewer, seen to come in but once or of a weight that nobody knows, are no pile."""
_WITH_RESULTS = frozenset({"Task", "Future", "ApplyResult", "AsyncResult"})
_ALIKE = 0.8
"""What took such a part of what the heaviest took is as good a candidate, by weight alone."""
_UNSEEN = 1.5
"""Where no more than so many times of what was seen to grow came after the last look, it may well have gone on."""
_LITTLE = 0.2
"""A line that the windows saw at work speaks for next to nothing if it took no more than such a share of the growth."""
_LIGHT_SHARE, _LIGHT_BYTES = 0.02, 1024
"""A container of which it is known that so little came in holds nothing of what grew; one of many, if so light."""


def holder_of(moment: LastMoment) -> Holder | None:
    """The container that holds what grew until the end; None where the censuses do not tell.

    Where much grew after the last census, the end may have been one step of quite another line: then it is a guess, and
    that only where what the windows saw was still going on, or what many looks saw being filled.
    """
    found = _holding(moment)
    if found is None:
        return None
    best, growing = found
    stores = moment.stores.get(best.container.path)
    path = spoken_path(best.container, stores.known_as if stores else "")
    return Holder(
        container=replace(best.container, path=path),
        alike=best.alike,
        mb=best.mb if best.share else None,
        of_mb=best.of_mb,
        stores=stores.frame if stores else None,
        confidence=_how_sure(best, growing, moment),
    )


def _holding(moment: LastMoment) -> tuple[GrowingContainer, tuple[GrowingContainer, ...]] | None:
    """The container that holds what grew, and all that may have been it."""
    grown = tuple(
        one for one in growing_containers(moment.history, moment.final_mb, moment.stores) if not _came_whole(one)
    )
    growing = grown
    if any(one.stale for one in grown) and not _goes_on(moment):
        growing = tuple(one for one in grown if _is_still_filled(one, moment) or _waits_for_results(one))
    best = _heaviest(growing, moment) or _agreeing(growing, moment) or _only_one(growing)
    best = best or _filled_all_along(grown, moment)
    return (best, growing) if best else None


def _heaviest(growing: tuple[GrowingContainer, ...], moment: LastMoment) -> GrowingContainer | None:
    """The container that took most, or one that took as much and was being filled when the process was last seen."""
    best = next((one for one in growing if one.share >= _LIKELY_SHARE), None)
    if best is None:
        return None
    return next((one for one in _as_heavy_as(best, growing) if _is_being_filled(one, moment)), best)


def _as_heavy_as(best: GrowingContainer, growing: tuple[GrowingContainer, ...]) -> list[GrowingContainer]:
    return [one for one in growing if one.share >= _ALIKE * best.share]


def _is_being_filled(one: GrowingContainer, moment: LastMoment) -> bool:
    """Whether the very line that fills it was on a stack when the process was last seen."""
    stores = moment.stores.get(one.container.path)
    at = (stores.frame.file, stores.frame.line) if stores else None
    return any((frame.file, frame.line) == at for stack in moment.history.stacks for frame in stack.frames)


def _came_whole(one: GrowingContainer) -> bool:
    """Whether one look saw some few items come in, as in a configuration that is loaded: nothing piles up."""
    return one.looks < _CERTAIN_LOOKS and _has_few(one) and not one.container.is_steady


def _has_few(one: GrowingContainer) -> bool:
    return one.container.items - one.container.before < _FEW_ITEMS


def _goes_on(moment: LastMoment) -> bool:
    found = growing_line(moment.history, moment.final_mb)
    return found is not None and is_still_inside(moment, found)


def _is_still_filled(one: GrowingContainer, moment: LastMoment) -> bool:
    """Whether it took most of the growth that was seen, and what fills it was on a stack when the looks ended."""
    stores = moment.stores.get(one.container.path)
    unseen_mb = moment.final_mb - moment.history.censuses[-1].rss_mb
    most = one.share >= _CERTAIN_SHARE and unseen_mb <= _UNSEEN * one.of_mb
    filling = (stores.frame.file, stores.frame.function) if stores else None
    frames = (frame for stack in moment.history.stacks for frame in stack.frames)
    return most and any((frame.file, frame.function) == filling for frame in frames)


def _waits_for_results(one: GrowingContainer) -> bool:
    """Whether it took much of the growth, and its items become heavier by themselves: each will have a result."""
    kind = one.container.item_type.rpartition(".")[2]
    return kind in _WITH_RESULTS and one.share >= _LIKELY_SHARE


def _agreeing(growing: tuple[GrowingContainer, ...], moment: LastMoment) -> GrowingContainer | None:
    """The container that is filled at the very line which the windows saw grow, whatever Python says that it weighs."""
    found = growing_line(moment.history, moment.final_mb)
    if found is None:
        return None
    at = (found.frame.file, found.frame.line)
    filled_at = ((one, moment.stores.get(one.container.path)) for one in growing if not _is_light(one))
    return next((one for one, line in filled_at if line and (line.frame.file, line.frame.line) == at), None)


def _is_light(one: GrowingContainer) -> bool:
    row = one.container
    of_users = row.owner_file is None or is_user_code(row.owner_file)
    is_one_of_many = of_users and any(step.name == "…" for step in row.steps)
    light = not is_one_of_many or row.item_bytes < _LIGHT_BYTES
    return one.weighed and one.share < _LIGHT_SHARE and light


def _only_one(growing: tuple[GrowingContainer, ...]) -> GrowingContainer | None:
    """The only container that grew and of which it is not known what it weighs, where no other explains the growth."""
    unknown = [one for one in growing if not one.weighed and one.looks >= _CERTAIN_LOOKS and not _has_few(one)]
    own = [one for one in unknown if one.container.root.kind != "library"] or unknown
    # Chains that go on beyond where anybody looked weigh what they do up to there: links of two sorts that lead to one
    # another are two of them.
    most_mb = max((one.container.mb for one in own), default=0.0)
    own = [one for one in own if not one.container.item_bytes or one.container.mb >= _LIGHT_SHARE * most_mb]
    return own[0] if len(own) == 1 else None


def _filled_all_along(grown: tuple[GrowingContainer, ...], moment: LastMoment) -> GrowingContainer | None:
    """Where hardly anything else was seen to grow: what look after look saw being filled, however light it seemed.

    Items may weigh far more than was found: what several containers share, what the frames hold that run.
    """
    if not grown or (grown[0].stale and moment.history.stacks):
        return None  # what ran at the end tells more
    found = growing_line(moment.history, moment.final_mb)
    unseen_mb = moment.final_mb - moment.history.censuses[-1].rss_mb
    if unseen_mb > _UNSEEN * grown[0].of_mb or (found and found.mb > _LITTLE * grown[0].of_mb):
        return None
    filled = [one for one in grown if one.looks >= _MANY_LOOKS and not _has_few(one)]
    best = max((one for one in filled if one.container.path in moment.stores), key=lambda one: one.share, default=None)
    return best if best and best.share >= _LIGHT_SHARE else None


def _how_sure(best: GrowingContainer, growing: tuple[GrowingContainer, ...], moment: LastMoment) -> Confidence:
    if best.stale or best.share < _LIKELY_SHARE or _is_smaller_part(best, moment):
        return "guess"
    once = best.looks < _CERTAIN_LOOKS
    if once and len(_as_heavy_as(best, growing)) > 1 and not _is_being_filled(best, moment):
        return "guess"
    others = max((one.share for one in growing if one is not best), default=0.0)
    clear = best.share >= _CERTAIN_SHARE and others <= best.share / 2 and best.looks >= _CERTAIN_LOOKS
    # A few items that were looked at tell how much heavier all have become: that is an estimate, however much it is.
    clear = clear and not best.container.is_steady
    return "certain" if clear else "likely"


def _is_smaller_part(one: GrowingContainer, moment: LastMoment) -> bool:
    """Whether more came elsewhere than into it, and the windows saw another line grow than the one that fills it."""
    found = growing_line(moment.history, moment.final_mb)
    line = moment.stores.get(one.container.path)
    agreed = found and line and (found.frame.file, found.frame.line) == (line.frame.file, line.frame.line)
    return found is not None and not agreed and _LIKELY_SHARE <= one.share < _HALF


def from_grown_containers(moment: LastMoment) -> Iterator[Candidate]:
    """The line that fills the container which holds what grew.

    It is certain where the windows, which know nothing of containers, saw the same line keep what was allocated.
    """
    held, holder = _holding(moment), holder_of(moment)
    line = moment.stores.get(held[0].container.path) if held else None
    if held is None or holder is None or line is None:
        return
    found = growing_line(moment.history, moment.final_mb)
    agreed = found is not None and (found.frame.file, found.frame.line) == (line.frame.file, line.frame.line)
    sure = holder.confidence
    if sure == "certain" and not (agreed and line.exact and not line.stopped):
        sure = "likely"
    is_small = _is_smaller_part(held[0], moment)
    if sure == "guess" and agreed:
        sure = "likely"
    culprit = Culprit(
        file=line.frame.file,
        line=line.frame.line,
        function=line.frame.function or None,
        pid=moment.history.header.pid,
        shown_by="census",
        role="kept",
        confidence=sure,
        growth_mb=holder.mb,
        of_mb=holder.of_mb,
    )
    directness = Directness.MAY_HOLD if sure == "guess" else Directness.HELD
    is_weak = is_small or (sure == "guess" and 0.0 < held[0].share < _LIKELY_SHARE)
    yield Candidate(culprit, Directness.GREW_TOO_MUCH if is_weak else directness, holder.mb or 0.0)
