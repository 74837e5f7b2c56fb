"""What the censuses of containers say of the holder and of the line that fills it, and how sure that makes it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from memmon.show.headline import headline
from memmon.verdict.code.storing_line import StoringLine
from memmon.verdict.judge.judge import judge
from memmon.verdict.judge.outcome import Case
from memmon.verdict.model import Allocation, ExternalEvidence, Frame, GrowthWindow, KernelLine
from memmon.verdict.read.process import read_process
from verdict.handwritten import NOBODY, START, fact, header, line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from memmon.verdict.model import Verdict

BOT = "/srv/ds/bot.py"
KILLED_IT = ExternalEvidence(kernel=(KernelLine("oom-kill", NOBODY, 0, "Killed process …", 300.0),))
LIMIT = {"mb": 300.0, "from": "cgroup", "path": "/c"}
BACKGROUND = line("background", 295, 235, ' last="program start"', "CRITICAL")
KEEPS, MAKES = 21, 26


def row(path: str, before: int, items: int, item_bytes: int) -> dict[str, Any]:
    """One container that had grown."""
    return {
        "path": path,
        "type": "list",
        "before": before,
        "items": items,
        "item_bytes": item_bytes,
        "mb": (items - before) * item_bytes / 2**20,
        "root": {"kind": "global", "name": path, "file": BOT, "function": None, "line": None},
        "steps": [],
        "item_type": "str",
        "owner": None,
    }


def census(rss: float, *rows: dict[str, Any], since: float = 60.0) -> str:
    """One look, at this memory; the first look was at ``since``."""
    return fact("census", {"rss_mb": rss, "grown_mb": rss - since, "whole": True, "grown": list(rows)})


def window(rss: float, line_number: int, mb: float, growth: float = 20.0, *, running: bool = True) -> GrowthWindow:
    """A window in which ``line_number`` allocated ``mb``; ``running``: and was not left."""
    frame = Frame(BOT, line_number, "work")
    return GrowthWindow("tracemalloc", rss, growth, (Allocation(mb, (frame,), int(running), frame),))


@pytest.fixture
def judged(log: Callable[..., Path]) -> Callable[..., Verdict]:
    """The verdict on a log of these parts about a process that the kernel log names, killed at 300 MB."""

    def conclude(
        *parts: str, fills: dict[str, StoringLine] | None = None, windows: tuple[GrowthWindow, ...] = ()
    ) -> Verdict:
        history = read_process(str(log(header(limit=LIMIT), START, *parts, BACKGROUND)))
        return judge([Case(replace(history, windows=windows), KILLED_IT, {}, fills or {})])

    return conclude


def at(number: int, *, exact: bool = True, stopped: bool = False) -> StoringLine:
    """The line that fills a container, as the source told."""
    return StoringLine(Frame(BOT, number, "work"), exact, stopped, seen_running=True, candidates=1)


WINDOWS = (window(260, KEEPS, 19), window(280, KEEPS, 19))
LEAK = (
    census(100, row("kept", 10, 400, 100_000)),
    census(180, row("kept", 10, 1200, 100_000)),
    census(280, row("kept", 10, 2200, 100_000)),
)
"""About 95 of each 100 MB came into ``kept``."""


def test_what_holds_it_and_what_fills_it_are_told_each_by_itself(judged: Callable[..., Verdict]) -> None:
    """The windows saw another line make it: the line that fills the container has to change, and is likely."""
    verdict = judged(*LEAK, fills={"kept": at(KEEPS)}, windows=(window(280, MAKES, 19),))
    assert verdict.culprit is not None
    assert verdict.holder is not None
    assert (verdict.culprit.line, verdict.culprit.role, verdict.culprit.confidence) == (KEEPS, "kept", "likely")
    assert (verdict.holder.container.path, verdict.holder.confidence) == ("kept", "certain")
    assert (verdict.culprit.growth_mb or 0.0) <= (verdict.culprit.of_mb or 0.0) <= LIMIT["mb"]
    killed, filled, held, *_ = headline(verdict)
    assert "(certain)" in killed
    assert f"bot.py:{KEEPS} (likely)" in filled
    assert "held by kept (list, 10 → 2,200 items) (certain)" in held


def test_two_witnesses_make_the_line_certain(judged: Callable[..., Verdict]) -> None:
    """The windows, which know nothing of containers, saw the very line that fills it."""
    verdict = judged(*LEAK, fills={"kept": at(KEEPS)}, windows=(window(280, KEEPS, 19),))
    assert verdict.culprit is not None
    assert (verdict.culprit.line, verdict.culprit.confidence) == (KEEPS, "certain")


@pytest.mark.parametrize("line_in_doubt", [at(KEEPS, exact=False), at(KEEPS, stopped=True)])
def test_a_line_that_the_source_leaves_in_doubt_is_never_certain(
    judged: Callable[..., Verdict], line_in_doubt: StoringLine
) -> None:
    """The holder stays certain; which line fills it is another question."""
    verdict = judged(*LEAK, fills={"kept": line_in_doubt}, windows=(window(280, KEEPS, 19),))
    assert verdict.culprit is not None
    assert verdict.holder is not None
    assert (verdict.culprit.confidence, verdict.holder.confidence) == ("likely", "certain")


def test_what_had_filled_up_before_is_the_baseline(judged: Callable[..., Verdict]) -> None:
    """A large table that was loaded first and grew no more holds most, and is not what grew to the end."""
    table = row("table", 0, 100_000, 1200)
    verdict = judged(
        census(180, table),
        census(200, table, row("kept", 0, 200, 100_000)),
        census(280, table, row("kept", 0, 1000, 100_000)),
        fills={"table": at(MAKES), "kept": at(KEEPS)},
    )
    assert verdict.holder is not None
    assert verdict.culprit is not None
    assert (verdict.holder.container.path, verdict.culprit.line) == ("kept", KEEPS)


def test_two_that_grew_alike_make_neither_certain(judged: Callable[..., Verdict]) -> None:
    """Half of the growth each: the larger is named, and no more than likely."""
    rows = [(row("one", 10, n, 55_000), row("two", 10, n, 45_000)) for n in (400, 1200, 2200)]
    looks = [census(rss, *pair) for rss, pair in zip((100, 180, 280), rows, strict=True)]
    verdict = judged(*looks, fills={"one": at(KEEPS)}, windows=(window(280, KEEPS, 19),))
    assert verdict.holder is not None
    assert (verdict.holder.container.path, verdict.holder.confidence) == ("one", "likely")


def test_where_much_grew_after_the_last_census_no_container_is_named(judged: Callable[..., Verdict]) -> None:
    """The last 120 of 300 MB came when nobody looked: that may have been one step of another line."""
    verdict = judged(*LEAK[:2], fills={"kept": at(KEEPS)})
    assert verdict.holder is None
    assert verdict.culprit is None or verdict.culprit.line != KEEPS


@pytest.mark.parametrize(("now", "path"), [("work", "kept"), ("load", None)])
def test_after_the_last_census_what_called_the_windows_line_says_nothing(
    judged: Callable[..., Verdict], now: str, path: str | None
) -> None:
    """The main function's line is on every stack: the container is told where its own function still ran."""
    called, caller = Frame(BOT, KEEPS, "work"), Frame(BOT, 90, "<module>")
    seen = GrowthWindow("lines", 110.0, 20.0, (Allocation(19.0, (called, caller), 1, called),))
    stack = fact("stack", {"thread": "MainThread", "frames": [[BOT, 70, now], [BOT, 90, "<module>"]]})
    verdict = judged(census(100, row("kept", 10, 400, 100_000)), stack, fills={"kept": at(KEEPS)}, windows=(seen,))
    assert (verdict.holder.container.path if verdict.holder else None) == path


@pytest.mark.parametrize("seen", [(100, 150, 210), (210,)])
@pytest.mark.parametrize(("running", "path"), [("work", "kept"), ("load", None)])
def test_what_was_seen_being_filled_is_a_guess_after_the_last_look(
    judged: Callable[..., Verdict], seen: tuple[int, ...], running: str, path: str | None
) -> None:
    """The last 90 MB came when nobody looked: where the function that fills it was still at work, that may be it."""
    looks = (census(rss, row("kept", 10, 10 + rss, 1 << 20)) for rss in seen)
    stack = fact("stack", {"thread": "MainThread", "frames": [[BOT, KEEPS + 2, running]]})
    verdict = judged(*looks, stack, fills={"kept": at(KEEPS)})
    assert (verdict.holder.container.path if verdict.holder else None) == path
    assert verdict.culprit is not None
    if path:
        assert (verdict.culprit.line, verdict.culprit.confidence) == (KEEPS, "guess")
    else:
        assert verdict.culprit.line != KEEPS


@pytest.mark.parametrize(("looks", "path"), [((100, 180, 280), "calls"), ((100, 280), None)])
def test_what_look_after_look_saw_being_filled_is_a_guess_where_nothing_else_was_seen(
    judged: Callable[..., Verdict], looks: tuple[int, ...], path: str | None
) -> None:
    """Items that share what they hold with another container's seem light; that there are ever more is a hint."""
    verdict = judged(
        *(census(rss, row("calls", 10, 100 * rss, 250), row("kept", 10, 40, 1000)) for rss in looks),
        fills={"calls": at(KEEPS), "kept": at(MAKES)},
    )
    assert (verdict.holder.container.path if verdict.holder else None) == path
    if path:
        assert verdict.culprit is not None
        assert verdict.holder is not None
        said = verdict.culprit.line, verdict.culprit.confidence, verdict.holder.confidence
        assert said == (KEEPS, "guess", "guess")


def test_what_weighs_next_to_nothing_holds_nothing(judged: Callable[..., Verdict]) -> None:
    """A queue of a hundred small events is filled at the very line that the windows saw grow: it is no holder."""
    looks = [census(rss, row("events", 0, n, 480)) for rss, n in ((100, 90), (180, 120), (280, 190))]
    verdict = judged(*looks, fills={"events": at(KEEPS)}, windows=WINDOWS)
    assert verdict.holder is None
    assert verdict.culprit is not None
    assert (verdict.culprit.line, verdict.culprit.shown_by) == (KEEPS, "window")


def test_what_is_known_to_weigh_little_is_not_what_the_windows_saw_kept(judged: Callable[..., Verdict]) -> None:
    """What one connection has received, two kilobytes a piece, is a two-hundredth of what memory grew by."""
    looks = [census(rss, row("received", 20, n, 2_000)) for rss, n in ((100, 200), (180, 400), (280, 520))]
    verdict = judged(*looks, fills={"received": at(KEEPS)}, windows=(window(280, KEEPS, 8, running=False),))
    assert verdict.holder is None
    assert verdict.culprit is not None
    assert (verdict.culprit.shown_by, verdict.culprit.confidence) == ("window", "guess")


def test_one_of_many_may_be_light_and_all_together_hold_it(judged: Callable[..., Verdict]) -> None:
    """Each customer's list is a two-hundredth of the growth; of all the others nobody knows what they weigh."""
    looks = []
    for rss, n in ((100, 200), (180, 400), (280, 520)):
        one = row("accounts[…].events", 20, n, 2_000)
        one["steps"] = [["item", "…", "bot.Account"], ["attribute", "events", "list"]]
        looks.append(census(rss, one))
    line = at(KEEPS)
    verdict = judged(*looks, fills={"accounts[…].events": line}, windows=(window(280, KEEPS, 8, running=False),))
    assert verdict.holder is not None
    assert verdict.holder.confidence == "guess"
    assert verdict.culprit is not None
    assert (verdict.culprit.line, verdict.culprit.confidence) == (KEEPS, "likely")


@pytest.mark.parametrize(("item_bytes", "line_number"), [(40_000, MAKES), (90_000, KEEPS)])
def test_what_holds_the_smaller_part_does_not_outweigh_a_line_that_was_at_it(
    judged: Callable[..., Verdict], item_bytes: int, line_number: int
) -> None:
    """A list of a third of the growth is likely to hold that, but what took the rest was another line."""
    looks = [census(rss, row("kept", 10, n, item_bytes)) for rss, n in ((100, 400), (180, 1200), (280, 2200))]
    verdict = judged(*looks, fills={"kept": at(KEEPS)}, windows=(window(250, MAKES, 19), window(280, MAKES, 19)))
    assert verdict.holder is not None
    assert verdict.holder.confidence == ("guess" if line_number == MAKES else "certain")
    assert verdict.culprit is not None
    assert verdict.culprit.line == line_number


def test_no_container_is_told_with_more_than_memory_grew_by(judged: Callable[..., Verdict]) -> None:
    """Of many accounts a few were weighed for all: 500 MB of 220 that came."""
    verdict = judged(*(census(rss, row("accounts", 10, n, 240_000)) for rss, n in ((100, 400), (280, 2200))))
    assert [round(one.mb) for one in verdict.grown] == [220]


def test_what_a_call_has_made_that_goes_on_is_its_own(judged: Callable[..., Verdict]) -> None:
    """That it is not known what keeps it goes without saying; where only a line was seen to make it, it is said."""
    frame = Frame(BOT, MAKES, "work")
    stack = fact("stack", {"thread": "MainThread", "frames": [[BOT, MAKES, "work"]]})
    for by, confidence in (("call", "certain"), ("tracemalloc", "guess")):
        seen = GrowthWindow(by, 280, 200.0, (Allocation(198.0, (frame,), int(by == "call"), frame),))
        verdict = judged(stack, windows=(seen,))
        assert verdict.culprit is not None
        assert (verdict.culprit.line, verdict.culprit.confidence) == (MAKES, confidence)
        assert any("What keeps it was not found" in one for one in headline(verdict)) is (confidence == "guess")


@pytest.mark.parametrize(("item_type", "held"), [("_asyncio.Task", True), ("str", False)])
def test_what_waits_for_results_goes_on_growing_unseen(
    judged: Callable[..., Verdict], item_type: str, *, held: bool
) -> None:
    """All tasks were in when it was last looked at, and each one's answer came later."""
    tasks = row("tasks", 0, 58_000, 700) | {"item_type": item_type}
    verdict = judged(census(100, tasks), fills={"tasks": at(KEEPS)})
    found = verdict.holder and (verdict.holder.container.path, verdict.holder.confidence)
    assert found == (("tasks", "guess") if held else None)


@pytest.mark.parametrize(("kind", "held"), [("library", "waiting"), ("global", None)])
def test_what_explained_the_growth_is_not_gone_where_the_next_look_left_it_out(
    judged: Callable[..., Verdict], kind: str, held: str | None
) -> None:
    """After a look that explains the growth the next one leaves out what no name of the user's leads to.

    What a user's own name leads to is looked at each time: if it is told no more, it has not kept what it had.
    """
    waiting = row("waiting", 10, 2000, 100_000)
    waiting["root"] = {"kind": kind, "name": "waiting", "file": BOT, "function": None, "line": None}
    small = [row("received", 20, n, 600) for n in (200, 230, 250)]
    looks = census(180, small[0], waiting | {"items": 1200}), census(270, small[1], waiting), census(280, small[2])
    verdict = judged(*looks, fills={"waiting": at(KEEPS)})
    assert (verdict.holder.container.path if verdict.holder else None) == held


def test_what_weighs_more_than_memory_grew_by_was_weighed_wrongly(judged: Callable[..., Verdict]) -> None:
    """A list whose items seem to weigh three times the growth is a guess where nothing else grew, and else nothing."""
    alone, beside = [
        [census(rss, row("shared", 10, n, 300_000), *others(n)) for rss, n in ((100, 400), (180, 1200), (280, 2200))]
        for others in (lambda _: (), lambda n: (row("kept", 10, n, 80_000),))
    ]
    fills = {"shared": at(MAKES), "kept": at(KEEPS)}
    by_itself, with_another = judged(*alone, fills=fills), judged(*beside, fills=fills)
    assert by_itself.holder is not None
    assert (by_itself.holder.container.path, by_itself.holder.confidence) == ("shared", "guess")
    assert by_itself.culprit is not None
    assert by_itself.culprit.confidence == "guess"
    assert with_another.holder is not None
    assert (with_another.holder.container.path, with_another.holder.confidence) == ("kept", "certain")


def test_what_python_cannot_weigh_is_told_where_the_windows_agree(judged: Callable[..., Verdict]) -> None:
    """Documents of a C library weigh nothing from Python; the line that the windows saw fills this list."""
    rows = [(row("numbers", 10, n, 8), row("pages", 10, n, 0)) for n in (400, 1200, 2200)]
    looks = [census(rss, *pair) for rss, pair in zip((100, 180, 280), rows, strict=True)]
    verdict = judged(*looks, fills={"pages": at(KEEPS), "numbers": at(MAKES)}, windows=WINDOWS)
    assert verdict.holder is not None
    assert (verdict.holder.container.path, verdict.holder.mb, verdict.holder.confidence) == ("pages", None, "guess")
    assert verdict.culprit is not None
    assert (verdict.culprit.line, verdict.culprit.confidence) == (KEEPS, "likely")


@pytest.mark.parametrize(
    ("type_", "at_least", "named"),
    [("itertools._tee_dataobject", True, True), ("itertools._tee_dataobject", False, False), ("app.Node", True, False)],
)
def test_a_tee_of_which_no_look_saw_the_end_may_hold_it(
    judged: Callable[..., Verdict], type_: str, *, at_least: bool, named: bool
) -> None:
    """One half is far behind the other; of other chains that are seen in part alone, nobody can tell that."""
    half = {**row("second…", 0, 71, 40_000), "type": type_, "at_least": at_least}
    looks = (census(rss, half) for rss in (100, 180, 280))
    verdict = judged(*looks, fills={"second…": at(KEEPS)})
    assert (verdict.holder is not None) is named
    if named:
        assert (verdict.holder.confidence, verdict.culprit.line) == ("guess", KEEPS)


def test_a_window_counts_by_what_memory_grew_by(judged: Callable[..., Verdict]) -> None:
    """A window that saw 0.6 of 20 MB is no evidence for the line of those 0.6."""
    verdict = judged(windows=(window(280, MAKES, 0.6),))
    assert verdict.culprit is None or verdict.culprit.line != MAKES


def test_what_grew_after_the_last_window_is_nobodys(judged: Callable[..., Verdict]) -> None:
    """The line's amount ends with the windows, unless it was last seen to go on."""
    without = judged(windows=(window(230, MAKES, 19), window(250, MAKES, 19))).culprit
    stack = fact("stack", {"thread": "MainThread", "frames": [[BOT, MAKES, "work"]]})
    with_it = judged(stack, windows=(window(230, MAKES, 19), window(250, MAKES, 19))).culprit
    assert without is not None
    assert with_it is not None
    assert with_it.line == without.line == MAKES
    assert (without.growth_mb, without.of_mb) == (38.0, 40.0)
    assert (with_it.growth_mb, with_it.of_mb) == (88.0, 90.0)


def test_a_windows_line_is_called_what_made_it(judged: Callable[..., Verdict]) -> None:
    """No container was seen to grow: nothing says that the line keeps anything, so that is not said."""
    verdict = judged(windows=(window(260, MAKES, 20), window(280, MAKES, 20)))
    assert verdict.culprit is not None
    assert (verdict.culprit.line, verdict.culprit.role, verdict.culprit.confidence) == (MAKES, "taken", "guess")
    told = " ".join(headline(verdict))
    assert "made at" in told
    assert "What keeps it was not found" in told
    assert "kept by" not in told


@pytest.mark.parametrize(("still_at", "sure"), [(MAKES, "likely"), (MAKES + 3, "guess")])
def test_what_one_statement_is_at_all_the_while_is_likely(
    judged: Callable[..., Verdict], still_at: int, sure: str
) -> None:
    """The line was on the stack in every window, and at the last look: it has not handed anything on yet."""
    stack = fact("stack", {"thread": "MainThread", "frames": [[BOT, still_at, "work"]]})
    windows = tuple(window(rss, still_at, 19, running=still_at == MAKES) for rss in (260, 280))
    culprit = judged(stack, windows=windows).culprit
    assert culprit is not None
    assert (culprit.line, culprit.confidence) == (still_at, sure)


@pytest.mark.parametrize(("still_at", "guessed"), [(MAKES, False), (MAKES + 3, True)])
def test_no_container_is_guessed_beside_a_line_that_is_known_to_take_it(
    judged: Callable[..., Verdict], still_at: int, *, guessed: bool
) -> None:
    """One statement was at work all the while; that a list of which nobody knows the weight grew, too, is no answer."""
    looks = [census(rss, row("candidates", 0, n, 0)) for rss, n in ((240, 200), (260, 315))]
    stack = fact("stack", {"thread": "MainThread", "frames": [[BOT, still_at, "work"]]})
    windows = tuple(window(rss, still_at, 19, running=still_at == MAKES) for rss in (260, 280))
    verdict = judged(*looks, stack, fills={"candidates": at(KEEPS)}, windows=windows)
    assert (verdict.holder is not None) is guessed


@pytest.mark.parametrize(("last", "guessed"), [(2, False), (84, True)])
def test_a_few_items_of_unknown_weight_are_no_pile(judged: Callable[..., Verdict], last: int, *, guessed: bool) -> None:
    """What a figure has, each anew, is a few things at each look."""
    looks = [census(rss, row("axes._children", 0, n, 0)) for rss, n in ((180, 1), (280, last))]
    assert (judged(*looks, fills={"axes._children": at(KEEPS)}).holder is not None) is guessed


@pytest.mark.parametrize(("item_bytes", "guessed"), [(300, True), (20_000, False)])
def test_of_two_chains_in_one_another_it_is_the_heavier(
    judged: Callable[..., Verdict], item_bytes: int, *, guessed: bool
) -> None:
    """No look came to the end of either; where they weigh alike, it is either."""
    sizes = (("page…", 20_000), ("request…", item_bytes))
    looks = [
        census(rss, *({**row(path, 10, n, size), "type": "app.Link", "at_least": True} for path, size in sizes))
        for rss, n in ((100, 300), (180, 900), (280, 1700))
    ]
    holder = judged(*looks, fills={path: at(number) for number, (path, _) in enumerate(sizes, KEEPS)}).holder
    assert (holder and (holder.container.path, holder.confidence)) == (("page…", "guess") if guessed else None)


def test_several_that_one_line_fills_are_one_answer(judged: Callable[..., Verdict]) -> None:
    """Each of four threads keeps a quarter of the growth in a cache of its own: none is large, all of them are."""
    paths = [f"local[{n}]['cache']" for n in range(4)]
    looks = [census(rss, *(row(path, 10, n, 24_000) for path in paths)) for rss, n in ((100, 400), (280, 2200))]
    verdict = judged(*looks, fills={path: at(KEEPS) for path in paths})
    assert verdict.holder is not None
    assert verdict.culprit is not None
    assert (verdict.holder.alike, verdict.culprit.line) == (4, KEEPS)
    assert 150 < (verdict.holder.mb or 0.0) <= 220
    assert any("and 3 more like it" in line for line in headline(verdict))


def test_a_container_of_which_only_the_items_grow(judged: Callable[..., Verdict]) -> None:
    """It had all its items at the first look: that they became heavier is told so, and never as certain."""
    looks = [
        census(rss, row("jobs", 5000, 5000, size) | {"item_bytes_before": 1500, "mb": 5000 * (size - 1500) / 2**20})
        for rss, size in ((90, 7_000), (180, 26_000), (240, 38_000), (280, 46_000))
    ]
    verdict = judged(*looks, fills={"jobs": at(KEEPS)}, windows=WINDOWS)
    assert verdict.holder is not None
    assert verdict.culprit is not None
    assert (verdict.holder.container.path, verdict.holder.confidence) == ("jobs", "likely")
    assert (verdict.culprit.line, verdict.culprit.confidence) == (KEEPS, "likely")
    assert "5,000 items that became heavier" in " ".join(headline(verdict))


def test_items_that_become_heavier_are_growth(judged: Callable[..., Verdict]) -> None:
    """All futures were there before the last phase began, and have their results since."""
    looks = [
        census(rss, row("jobs", 10, 5000, size))
        for rss, size in ((90, 1500), (180, 22_000), (240, 36_000), (280, 44_000))
    ]
    verdict = judged(*looks, fills={"jobs": at(KEEPS)})
    assert verdict.holder is not None
    assert verdict.culprit is not None
    assert (verdict.holder.container.path, verdict.culprit.line) == ("jobs", KEEPS)


@pytest.mark.parametrize(("items", "path"), [(4, None), (400, "config")])
def test_few_items_that_came_at_once_are_no_pile(judged: Callable[..., Verdict], items: int, path: str | None) -> None:
    """A configuration that was loaded before the end holds what it has; many items may be the beginning of a leak."""
    verdict = judged(census(280, row("config", 0, items, 150 * 2**20 // items)), fills={"config": at(KEEPS)})
    assert (verdict.holder.container.path if verdict.holder else None) == path


@pytest.mark.parametrize(("running", "path", "confidence"), [(KEEPS, "copies", "likely"), (70, "config", "guess")])
def test_of_several_that_are_as_heavy_the_one_that_is_being_filled(
    judged: Callable[..., Verdict], running: int, path: str, confidence: str
) -> None:
    """By weight none of them is likelier than another; what was filled at an earlier line has been full since then."""
    heavy = [row(name, 0, 150_000, 270) for name in ("config", "old_config", "copies")]
    stack = fact("stack", {"thread": "MainThread", "frames": [[BOT, 9, "load"], [BOT, running, "main"]]})
    fills = {"config": at(14), "old_config": at(15), "copies": at(KEEPS)}
    verdict = judged(census(280, *heavy, since=160.0), stack, fills=fills)
    assert verdict.holder is not None
    assert (verdict.holder.container.path, verdict.holder.confidence) == (path, confidence)
