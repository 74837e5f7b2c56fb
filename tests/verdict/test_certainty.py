"""How sure the report is of the killer and how sure of the line: each by itself; and no line that did not grow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from memmon.show.headline import headline
from memmon.verdict.code.source import begins_function, code_at, without_comment
from memmon.verdict.investigate import investigate
from memmon.verdict.judge.judge import judge
from memmon.verdict.judge.outcome import Case
from memmon.verdict.model import Allocation, ExternalEvidence, Frame, GrowthWindow, KernelLine
from memmon.verdict.read.process import read_process
from verdict.handwritten import NOBODY, START, fact, header, line, site

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from memmon.verdict.model import Verdict

KILLED_IT = ExternalEvidence(kernel=(KernelLine("oom-kill", NOBODY, 0, "Killed process …", 298.0),))
LIMIT = {"mb": 300.0, "from": "cgroup", "path": "/c"}
STACK = '# stack: {{"thread": "MainThread", "frames": [["/srv/ds/bot.py", {}, "{}"]]}}\n'
BACKGROUND = line("background", 290, 230, ' last="program start"', "CRITICAL")


@pytest.fixture
def judged(log: Callable[..., Path]) -> Callable[..., Verdict]:
    """The verdict on a log of these parts about a process that the kernel log names."""

    def conclude(*parts: str, windows: tuple[GrowthWindow, ...] = (), **facts: Any) -> Verdict:
        history = read_process(str(log(header(limit=LIMIT, **facts), START, *parts)))
        return judge([Case(replace(history, windows=windows), KILLED_IT)])

    return conclude


@pytest.mark.parametrize(("language", "killer", "place"), [("en", "certain", "likely"), ("zh", "确定", "很可能")])
def test_the_killer_may_be_surer_than_the_line(
    judged: Callable[..., Verdict], language: str, killer: str, place: str
) -> None:
    """The kernel log names the process: that is certain, though where it grew is only likely."""
    verdict = judged(STACK.format(44, "load"), BACKGROUND, language=language)
    first, second, *_ = headline(verdict)
    assert killer in first
    assert place not in first
    assert place in second
    assert verdict.confidence == "likely"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "of which the log had said before that it usually takes 69MB, and that 8.4MB were left"),
        ("zh", "日志此前已预警：这一处通常需要 69MB，当时只剩 8.4MB"),
    ],
)
def test_a_death_in_what_was_forecast_is_told_as_such(
    judged: Callable[..., Verdict], language: str, words: str
) -> None:
    """It is one more piece of evidence, where the bracket that did not fit any more never ended, and only there."""
    opened = line("load_BEFORE", 280, 220, " line=7 fired=forecast:69MB>8.4MB", "CRITICAL")
    parts = [site("load", 7, normal=69), opened]
    (told,) = [one for one in judged(*parts, language=language).evidence if "8.4MB" in one]
    assert told.endswith(words)
    assert "load" in told
    came_through = [*parts, line("load_AFTER", 280, 0, " line=7")]
    assert not [one for one in judged(*came_through, language=language).evidence if "8.4MB" in one]


def test_one_stack_of_a_gradual_growth_is_a_guess(judged: Callable[..., Verdict]) -> None:
    """Memory grew from record to record, at other places too: the last of them need not be the one that keeps it."""
    grown = [line("background", rss, rss - 60, ' last="program start"') for rss in (130, 210, 290)]
    parts = [part for number, one in enumerate(grown) for part in (STACK.format(44 + number, "load"), one)]
    culprit = judged(*parts).culprit
    assert culprit is not None
    assert (culprit.line, culprit.confidence) == (46, "guess")


def test_each_sentence_says_how_sure_it_is(judged: Callable[..., Verdict]) -> None:
    """Being certain of the killer can't be read as being certain of the line: each says its own, equal or not."""
    first, second, *_ = headline(judged(line("x_BEFORE", 60, 0, " line=5")))
    assert "(certain)" in first
    assert "(certain)" in second


def window_on(number: int, function: str, by: str) -> GrowthWindow:
    """A window that saw one line grow."""
    frame = Frame("/srv/ds/bot.py", number, function)
    return GrowthWindow(by, 200.0, 100.0, (Allocation(100.0, (frame,), 1, frame),))


@pytest.mark.parametrize("by", ["tracemalloc", "stacks"])
def test_a_functions_first_line_gives_way_to_what_was_seen_to_grow(judged: Callable[..., Verdict], by: str) -> None:
    """A function's bracket says where it began; the line inside it that a window saw is the answer."""
    verdict = judged(site("main", 7), line("main_START", 60, 0, " line=7"), windows=(window_on(9, "main", by),))
    assert verdict.culprit
    assert (verdict.culprit.line, verdict.culprit.function) == (9, "main")


@pytest.mark.parametrize(
    ("surely", "role", "said", "confidence"),
    [(True, "kept", "was stored at bot.py:9", "likely"), (False, "taken", "was made at bot.py:9", "guess")],
)
def test_a_line_that_stores_what_grew_bit_by_bit_is_likely(
    judged: Callable[..., Verdict], *, surely: bool, role: str, said: str, confidence: str
) -> None:
    """A window sees who allocates; that the line also stores it, its source tells. Else what keeps it is not known."""
    line_9, called = Frame("/srv/ds/bot.py", 9, "main"), Frame("/srv/ds/bot.py", 4, "load")
    allocated = Allocation(230.0, (called, line_9), 0, line_9, is_stored=surely, surely_stored=surely)
    window = GrowthWindow("tracemalloc", 290.0, 230.0, (allocated,), "2026-11-22 10:31:00.000")
    verdict = judged(BACKGROUND, windows=(window,))
    assert verdict.culprit
    assert (verdict.culprit.line, verdict.culprit.role, verdict.culprit.confidence) == (9, role, confidence)
    assert any(said in one for one in headline(verdict))
    assert any("What keeps it was not found" in one for one in headline(verdict)) is not surely


def test_a_functions_first_line_is_a_guess(judged: Callable[..., Verdict]) -> None:
    """With nothing but a function's bracket the function is known; the line that took it is another one in there."""
    verdict = judged(site("main", 7), line("main_START", 60, 0, " line=7"))
    assert verdict.culprit
    assert (verdict.culprit.line, verdict.culprit.confidence) == (7, "guess")


def test_the_line_that_was_seen_last_is_better_than_a_functions_first(judged: Callable[..., Verdict]) -> None:
    """Memory rose while line 9 ran, and then died in some step that nobody saw: line 9 is the guess."""
    seen = line("background", 80, 20, ' at=/srv/ds/bot.py:9 work last="main_START"')
    verdict = judged(site("main", 7), line("main_START", 60, 0, " line=7"), seen)
    assert verdict.culprit
    assert (verdict.culprit.line, verdict.culprit.confidence) == (9, "guess")


LOOP = """\
def main():
    for one in everything():
        first(one)
        second(one)
"""


@pytest.mark.parametrize("is_loop", [True, False], ids=["a loop", "a call"])
def test_a_loops_bracket_makes_no_line_certain(log: Callable[..., Path], tmp_path: Path, *, is_loop: bool) -> None:
    """It reaches around all that runs in the loop; the same bracket around one call names the line of that."""
    target = tmp_path / "bot.py"
    target.write_text(LOOP if is_loop else LOOP.replace("    for one in", "    one =").replace(":\n    ", "\n"))
    opened = site("x", 2).replace("/srv/ds/bot.py", str(target)) + line("x_BEFORE", 60, 0, " line=2")
    killed = line("background", 290, 230, ' last="x_BEFORE"', "CRITICAL")
    path = log(header(target=str(target), limit=LIMIT), START, opened, killed)
    culprit = investigate(str(path)).culprit
    assert culprit
    assert (culprit.checkpoint, culprit.confidence) == ("x_BEFORE", "likely" if is_loop else "certain")


@pytest.mark.parametrize(("line_3", "sure"), [("first(one)", "likely"), ("time.sleep(0.002)", "guess")])
def test_a_line_that_only_waits_is_a_guess(log: Callable[..., Path], tmp_path: Path, line_3: str, sure: str) -> None:
    """The program was seen there since it is there most of the time, and takes nothing meanwhile."""
    target = str(tmp_path / "bot.py")
    (tmp_path / "bot.py").write_text(LOOP.replace("first(one)", line_3), encoding="utf-8")
    stack = fact("stack", {"thread": "MainThread", "frames": [[target, 3, "main"]]})
    killed = line("background", 290, 230, ' last="program start"', "CRITICAL")
    culprit = investigate(str(log(header(target=target, limit=LIMIT), START, stack, killed))).culprit
    assert culprit is not None
    assert (culprit.line, culprit.confidence) == (3, sure)


@pytest.mark.parametrize(("second", "sure"), [(3, "likely"), (4, "guess")], ids=["one line", "two in turn"])
def test_a_line_that_was_one_of_several_is_a_guess(
    log: Callable[..., Path], tmp_path: Path, second: int, sure: str
) -> None:
    """Memory rose while this line ran, and as much while another did: the last that was seen is one of the two."""
    target = str(tmp_path / "bot.py")
    (tmp_path / "bot.py").write_text(LOOP, encoding="utf-8")
    stack = fact("stack", {"thread": "MainThread", "frames": [[target, 3, "main"]]})
    path = log(
        header(target=target, limit=LIMIT),
        START,
        site("main", 1).replace("/srv/ds/bot.py", target),
        line("main_START", 60, 0, " line=1"),
        line("background", 160, 100, f' at=bot.py:{second} main last="main_START"'),
        line("background", 260, 100, ' at=bot.py:3 main last="main_START"'),
        stack,
        line("background", 290, 30, ' last="main_START"', "CRITICAL"),
    )
    culprit = investigate(str(path)).culprit
    assert culprit
    assert (culprit.line, culprit.shown_by, culprit.confidence) == (3, "open", sure)


def test_a_thread_that_reads_to_the_end_of_a_pipe_is_named(judged: Callable[..., Verdict]) -> None:
    """Nothing else runs: the standard library's wait is where the memory comes from, though waits are mostly idle."""
    frames = [["/usr/lib/python3.11/subprocess.py", 1196, "Popen.communicate"], ["/srv/ds/bot.py", 20, "read_log"]]
    culprit = judged(fact("stack", {"thread": "MainThread", "frames": frames}), BACKGROUND).culprit
    assert culprit is not None
    assert (culprit.line, culprit.shown_by, culprit.confidence) == (20, "stack", "guess")


SOURCE = """\
import json

def main():
    while True:
        d = json.loads(fetch())
        kept.append(d)  # grows
"""


def test_advice_is_not_drawn_from_what_did_not_grow(log: Callable[..., Path], tmp_path: Path) -> None:
    """json.loads has a bracket of its own that took nothing: the function's growth is not put down to it."""
    target = str(tmp_path / "bot.py")
    (tmp_path / "bot.py").write_text(SOURCE, encoding="utf-8")
    sites = (site("main", 3) + site("json.loads", 5)).replace("/srv/ds/bot.py", target)
    path = log(
        header(target=target, limit=LIMIT),
        START,
        sites,
        line("main_START", 60, 0, " line=3"),
        line("json.loads_BEFORE", 150, 90, " line=5"),
        line("json.loads_AFTER", 151, 1, " line=5"),
        line("background", 290, 139, ' last="json.loads_AFTER"', "CRITICAL"),
    )
    verdict = investigate(str(path))
    assert verdict.culprit
    assert verdict.culprit.checkpoint == "main_START"
    assert "loads" not in verdict.advice[0]
    assert "which of its lines" in verdict.advice[0]
    assert code_at(target, 5)
    known = code_at(target, 5, {5})
    assert known
    assert (known.line, known.statement.strip()) == ("d = json.loads(fetch())", "")


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("    kept.append(d)  # grows", "kept.append(d)"),
        ("a = {  # '", "a = {"),
        ('b = "#"', 'b = "#"'),
        ('c = "# not # this" # this', 'c = "# not # this"'),
        ("f(x, # 数据", "f(x,"),
        ("# nothing else", "# nothing else"),
    ],
)
def test_code_is_quoted_without_its_comment(text: str, want: str) -> None:
    """A trailing comment is no part of the statement that is quoted; a `#` in a string is."""
    assert without_comment(text) == want


def test_an_open_bracket_counts_in_every_figure(judged: Callable[..., Verdict]) -> None:
    """What a bracket had grown by when it died is in the JSON's figures and its status, as in the table."""
    verdict = judged(
        site("a", 5, normal=20, alarm=500), line("a_BEFORE", 60, 0, " line=5"), line("b_BEFORE", 61, 1, " line=6")
    )
    shown = [(one.site.name, one.figures, one.status) for one in verdict.hotspots]
    figures = {name: (counted.growth_mb, counted.max_growth_mb, status) for name, counted, status in shown}
    assert figures["a"] == (238, 238, "high")
    assert figures["b"] == (237, 237, "high"), "the culprit's own row is not ok, though nothing says what is fine"


def test_a_bracket_that_an_exception_left_counts_in_every_figure(judged: Callable[..., Verdict]) -> None:
    """As it does where it is open: what it took is not nothing because it has no end."""
    left = line("a_LEFT", 168, 0, ' growth=+108.00MB line=5 last="a_BEFORE"')
    verdict = judged(site("a", 5, normal=10, alarm=50), line("a_BEFORE", 60, 0, " line=5"), left)
    (row,) = (one for one in verdict.hotspots if one.site.name == "a")
    assert (row.figures.growth_mb, row.figures.max_growth_mb, row.status, row.is_open) == (108, 108, "alarm", False)


WAITING = """\
# stack: {"thread": "ThreadPoolExecutor-0_1", "frames": [["/usr/lib/python3/dist-packages/pandas/io.py", 306, "read"]]}
# stack: {"thread": "MainThread", "frames": [["/usr/lib/python3.11/threading.py", 327, "Condition.wait"], \
["/usr/lib/python3/dist-packages/pandas/io.py", 90, "read_csv"], ["/srv/ds/bot.py", 5, "load"]]}
"""


@pytest.mark.parametrize("opened", ["read_csv_BEFORE", "load_START"])
def test_a_bracket_whose_thread_waits_for_the_librarys_threads(judged: Callable[..., Verdict], opened: str) -> None:
    """The program is in its statement all the while, and memory went there."""
    place, kind = (5, "BEFORE") if opened.endswith("BEFORE") else (4, "START")
    told = site(opened.partition("_BEFORE")[0].partition("_START")[0], place, "load").replace("BEFORE", kind)
    verdict = judged(told, line(opened, 60, 0, f" line={place}"), WAITING, BACKGROUND)
    assert verdict.culprit is not None
    assert verdict.culprit.line == 5


def test_a_call_that_has_ended_did_not_grow_to_the_end(judged: Callable[..., Verdict]) -> None:
    """It was seen to grow while it ran; the same function is at another line now, in one step."""
    frame = Frame("/srv/ds/bot.py", 6, "attach")
    window = GrowthWindow("call", 130.0, 44.0, (Allocation(44.0, (frame,), 1, frame),))
    verdict = judged(
        STACK.format(7, "attach").replace('"frames"', '"held": true, "frames"'), BACKGROUND, windows=(window,)
    )
    assert verdict.culprit is not None
    assert (verdict.culprit.line, verdict.culprit.shown_by) == (7, "stack")


@pytest.mark.parametrize(
    ("seen_at_mb", "links_are_sought", "likely"), [(160, True, False), (160, False, True), (250, True, True)]
)
def test_what_was_over_before_the_step_that_killed_is_no_answer(
    judged: Callable[..., Verdict], seen_at_mb: float, *, links_are_sought: bool, likely: bool
) -> None:
    """`links(page())`: the page is made, and its links are sought while much more comes than was seen of the page.

    While the page is still being made, or where little has come since, the line that stores its parts stays likely.
    """
    storing, calling = Frame("/srv/ds/bot.py", 12, "page"), Frame("/srv/ds/bot.py", 36, "main")
    stored = Allocation(90.0, (storing, calling), 1, storing, is_stored=True, surely_stored=True)
    inner = ["/srv/ds/bot.py", 21, "links"] if links_are_sought else ["/srv/ds/bot.py", 12, "page"]
    stack = fact("stack", {"thread": "MainThread", "frames": [inner, ["/srv/ds/bot.py", 36, "main"]]})
    verdict = judged(stack, BACKGROUND, windows=(GrowthWindow("lines", seen_at_mb, 90.0, (stored,)),))
    assert verdict.culprit is not None
    found = verdict.culprit.line, verdict.culprit.shown_by, verdict.culprit.confidence
    assert found == (12, "window", "likely") if likely else found[:2] == (21, "stack")


@pytest.mark.parametrize(("held", "confidence"), [("true", "likely"), ("false", "guess")])
def test_a_step_after_the_last_look_is_that_lines_only_where_it_held_the_interpreter(
    judged: Callable[..., Verdict], held: str, confidence: str
) -> None:
    """Most came after the last look: the program may have gone on to another line, unless it was stuck in this one."""
    stack = STACK.format(7, "attach").replace('"frames"', f'"held": {held}, "frames"')
    verdict = judged(stack, line("background", 64, 4, ' last="program start"'))
    assert verdict.culprit is not None
    assert (verdict.culprit.line, verdict.culprit.shown_by, verdict.culprit.confidence) == (7, "stack", confidence)


def test_a_frame_at_its_definition_has_only_begun(tmp_path: Path) -> None:
    """It is in no native call, so nothing was taken there at once; any other line may be in one."""
    file = tmp_path / "queues.py"
    file.write_text("class Queue:\n    async def put(self, item):\n        self.items.append(item)\n", encoding="utf-8")
    assert [line for line in range(5) if begins_function(str(file), line)] == [2]
