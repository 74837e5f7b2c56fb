"""What to do: the reference card's table of fixes and its like, chosen by the culprit's own code and name."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from memmon.verdict.advice.advise import advise
from memmon.verdict.code.source import code_at, last_line, source_lines
from memmon.verdict.model import Frame, GrownContainer, Holder, Root, Step
from support.tool import memmon
from verdict.advice_cases import KEPT, NOT_SO, TAKEN, Kept
from verdict.handwritten import START, header, line, site

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from memmon.verdict.model import Verdict

SOURCE = """\
import copy, json, os
BASE = os.path.dirname(__file__)
LEARNING_CONFIG = os.path.join(BASE, "learning_config.json")

def load_learning_config():
    with open(LEARNING_CONFIG, encoding="utf-8") as f:
        return json.load(f)

def analyze():
    config = load_learning_config()
    old_config = {
        "history": copy.deepcopy(config["history"]),
    }
    rows = [make(n) for n in range(10 ** 7)]
    with open("data.json") as f:
        data = json.load(f)
    frame = pd.read_csv("prices.csv")
    text = open("big.txt").read()
    seen.append(text)
    answer = cursor.fetchall()
    nothing_known(1)
    names = re.findall("x+", text)
    tree = ET.parse("big.xml")
    body = json.dumps(rows)
    plain = gzip.decompress(packed)
    coded = base64.b64encode(whole)
    grid = np.vstack((grid, row))
    joined = left.merge(right, on="key")
    self.kept.append(record)
    done = pool.map(work, jobs)
    got = asyncio.gather(*[fetch(url) for url in urls])

@lru_cache(maxsize=None)
def normal(words):
    return " ".join(sorted(words))
"""
FIXES = {
    "    config = load": ("learning_config.json", "delete old history", "清理其中的历史数据"),
    "    old_config = {": ('"history": copy.deepcopy(config["history"])', "copy only the fields", "轻量级版本"),
    "    rows = [": ("", "generator", "生成器"),
    "        data = json": ("data.json", "delete old history", "拆分成多个文件"),
    "    frame =": ("prices.csv", "chunksize", "分块读取"),
    "    text = open": ("big.txt", "line by line", "逐行读取"),
    "    seen.append": ("", "bound it", "限制大小"),
    "    answer =": ("", "fetchmany", "fetchmany"),
    "    nothing_known": ("", "less data at a time", "减少这里"),
    "    names =": ("", "finditer", "finditer"),
    "    tree =": ("", "iterparse", "iterparse"),
    "    body =": ("", "json.dump(", "json.dump("),
    "    plain =": ("", "decompressobj", "decompressobj"),
    "    coded =": ("", "multiple of 3", "3 字节的倍数"),
    "    grid =": ("", "preallocate", "预先分配"),
    "    joined =": ("", "keys repeat", "键重复"),
    "    self.kept": ("", "bound it", "限制大小"),
    "    done =": ("", "imap", "imap"),
    "    got =": ("", "Semaphore", "Semaphore"),
    '    return " "': ("", "maxsize", "maxsize"),
}
"""The line of the culprit, what the advice must name, and its wording in both languages."""


@pytest.fixture
def killed_at(tmp_path: Path, verdict: Callable[..., Verdict]) -> Callable[[int, str, str], Verdict]:
    """The verdict on a program that died in the bracket around a line of ``SOURCE``."""

    def conclude(number: int, name: str, language: str) -> Verdict:
        target = str(tmp_path / "bot.py")
        return verdict(
            header(target=target, language=language),
            START,
            site(name, number).replace("/srv/ds/bot.py", target),
            line(f"{name}_BEFORE", 900, 840, f" line={number}", "WARNING"),
            line("background", 980, 80, f' last="{name}_BEFORE"', "CRITICAL"),
        )

    (tmp_path / "bot.py").write_text(SOURCE, encoding="utf-8")
    return conclude


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("begins", FIXES)
def test_the_fix_fits_the_code(killed_at: Callable[[int, str, str], Verdict], begins: str, language: str) -> None:
    """The first advice fits the culprit's statement, names its line and amount, in the log's language."""
    number = next(n for n, text in enumerate(SOURCE.splitlines(), 1) if text.startswith(begins))
    named, english, chinese = FIXES[begins]
    first = killed_at(number, "spot", language).advice[0]
    assert first.startswith(f"bot.py:{number}")
    assert "+80 MB" in first
    assert named in first
    assert (english if language == "en" else chinese) in first


@pytest.mark.parametrize(("blocks", "said"), [(9000, "what is made here stays"), (3, "this one allocation")])
def test_many_blocks_are_no_single_allocation(
    verdict: Callable[..., Verdict], tmp_path: Path, blocks: int, said: str
) -> None:
    """A line whose blocks a window counted by the thousands is not told that one allocation is too large."""
    (tmp_path / "bot.py").write_text("def f(user):\n    return [user] * 50\n", encoding="utf-8")
    target = str(tmp_path / "bot.py")
    kept = {"mb": 30.0, "blocks": blocks, "running": 1, "frames": [[target, 2, "f"]]}
    window = {"by": "tracemalloc", "seconds": 0.2, "rss_mb": 900, "grown_mb": 31, "seen_mb": 30, "lines": [kept]}
    zoom = f"# zoom: {json.dumps(window)}\n"
    end = line("background", 980, 80, ' last="program start"', "CRITICAL")
    assert said in verdict(header(target=target), START, zoom, end).advice[0]


CARD = {
    "加载config": "过大：清理",
    "创建old_config": "轻量级版本",
    "Phase3_粗筛": "释放不再需要的变量",
    "邮件生成": "邮件只渲染",
}


@pytest.mark.parametrize("name", CARD)
def test_the_cards_fixes_by_name(verdict: Callable[..., Verdict], name: str) -> None:
    """Without the source, the hotspot's name brings the reference card's own fix."""
    found = verdict(header(language="zh"), START, site(name, 7), line(f"{name}_BEFORE", 900, 840, " line=7", "WARNING"))
    assert CARD[name] in found.advice[0]


def test_loaded_more_than_once(verdict: Callable[..., Verdict]) -> None:
    """The reference card's fourth row: what is loaded again and again is to be kept and used again."""
    passes = [
        line("加载config_BEFORE", 100, 0, " line=7") + line("加载config_AFTER", 220, 120, " line=7", "WARNING")
    ] * 3
    found = verdict(header(language="zh"), START, site("加载config", 7, normal=20, alarm=100), *passes)
    assert any("3 次" in one and "复用" in one for one in found.advice)


@pytest.mark.parametrize(("second", "reused"), [("load(PATH)", True), ("load(OTHER)", False)])
def test_loaded_at_two_lines(verdict: Callable[..., Verdict], tmp_path: Path, second: str, *, reused: bool) -> None:
    """The same loaded at another line is to be used again; something else is not."""
    target = tmp_path / "bot.py"
    target.write_text(f"config = load(PATH)\nconfig2 = {second}\n", encoding="utf-8")
    named = [site(name, at).replace("/srv/ds/bot.py", str(target)) for at, name in ((1, "one"), (2, "two"))]
    first = line("one_BEFORE", 100, 0, " line=1") + line("one_AFTER", 220, 120, " line=1")
    found = verdict(
        header(target=str(target)), START, *named, first, line("two_BEFORE", 900, 680, " line=2", "WARNING")
    )
    assert any("line 1 already" in one for one in found.advice) is reused


def test_the_size_of_the_data_file(killed_at: Callable[[int, str, str], Verdict], tmp_path: Path) -> None:
    """Where the data file still stands beside the script, its size is told."""
    (tmp_path / "learning_config.json").write_bytes(bytes(75 << 20))
    assert "learning_config.json (75 MB)" in killed_at(10, "加载config", "zh").advice[0]


def test_no_checkpoint_at_all(verdict: Callable[..., Verdict]) -> None:
    """A run that passed no checkpoint is told how to name some."""
    short = line("background", 980, 920, ' last="program start"', "CRITICAL")
    assert "memmon scan" in verdict(header(), START, short).advice[0]


def test_the_original_source_is_read(tmp_path: Path) -> None:
    """The same line is read from the file as it was, as it is instrumented, without its backup, and restored."""
    path = tmp_path / "bot.py"
    path.write_text(SOURCE, encoding="utf-8")
    want = "old_config = {"

    def seen() -> str | None:
        found = code_at(str(path), 11)
        assert last_line(str(path), 11) == 13
        return found.line if found else None

    assert seen() == want
    assert memmon("instrument", path.name, cwd=tmp_path).returncode == 0
    assert b"memmon" in path.read_bytes()
    source_lines.cache_clear()
    assert seen() == want
    (tmp_path / "bot.py.monitor_backup").rename(tmp_path / "elsewhere")
    source_lines.cache_clear()
    assert seen() == want


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"x = (\n", b"# coding: no-such\nx = 1\n"])
def test_a_source_that_can_not_be_read_costs_only_its_line(
    verdict: Callable[..., Verdict], tmp_path: Path, content: bytes
) -> None:
    """Broken, empty, changed or missing: the verdict is given without the code."""
    target = tmp_path / "bot.py"
    target.write_bytes(content)
    found = verdict(header(target=str(target)), START, line("x_BEFORE", 900, 840, " line=44"))
    assert found.culprit
    assert (found.culprit.line, found.code) == (44, None)
    assert found.advice


@pytest.fixture
def advised(tmp_path: Path, verdict: Callable[..., Verdict]) -> Callable[..., str]:
    """The first advice for the marked line of a source, and for what holds the memory."""

    def advice(source: str, kept: Kept | None = None, language: str = "en") -> str:
        target = tmp_path / f"bot{len(list(tmp_path.iterdir()))}.py"  # a source is read once
        number = next(n for n, text in enumerate(source.splitlines(), 1) if "# HERE" in text)
        target.write_text(source.replace("  # HERE", ""), encoding="utf-8")
        found = verdict(
            header(target=str(target), language=language),
            START,
            line("x_BEFORE", 900, 840, f" line={number}", "WARNING"),
        )
        assert found.culprit
        culprit = replace(found.culprit, role="kept" if kept else "taken", shown_by="census" if kept else "open")
        holder = _holder(kept, str(target)) if kept else None
        found = replace(found, culprit=culprit, holder=holder, memory_suspected=True)
        return advise(found, code_at(str(target), number), None)[0]

    return advice


def test_the_holders_own_line_is_named_where_another_one_allocated(verdict: Callable[..., Verdict]) -> None:
    """What to do is said of the line that fills what holds the memory; what was only guessed is not spoken of."""
    found = verdict(header(), START, line("x_BEFORE", 900, 840, " line=44", "WARNING"))
    holder = replace(_holder(KEPT["a queue"], "/srv/ds/bot.py"), stores=Frame("/srv/ds/feed.py", 7, "feed"))
    sure = advise(replace(found, holder=holder, memory_suspected=True), None, None)[0]
    assert sure.startswith("feed.py:7 (+8.6 MB)")
    assert "Queue(maxsize=…)" in sure
    guessed = replace(holder, confidence="guess")
    assert "Queue(maxsize=…)" not in advise(replace(found, holder=guessed, memory_suspected=True), None, None)[0]


@pytest.mark.parametrize(
    ("owner_file", "attribute", "is_the_librarys"),
    [(json.__file__, "_children", True), (json.__file__, "children", False), ("/srv/ds/bot.py", "_children", False)],
)
def test_what_a_library_keeps_to_itself_is_not_the_users_to_bound(
    verdict: Callable[..., Verdict], owner_file: str, attribute: str, *, is_the_librarys: bool
) -> None:
    """Nobody makes a deque of a figure's own list."""
    found = verdict(header(), START, line("x_BEFORE", 900, 840, " line=44", "WARNING"))
    holder = _holder(KEPT["a list"], "/srv/ds/bot.py")
    row = replace(holder.container, owner_file=owner_file, steps=(Step("attribute", attribute, "list"),))
    holder = replace(holder, container=row, stores=Frame("/srv/ds/feed.py", 7, "feed"))
    said = advise(replace(found, holder=holder, memory_suspected=True), None, None)[0]
    assert ("a library's own" in said) is is_the_librarys
    assert ("write it out in batches" in said) is not is_the_librarys


@pytest.mark.parametrize(("held_mb", "others", "shared"), [(90.0, 2, True), (90.0, 0, False), (290.0, 2, False)])
def test_what_each_worker_has_of_its_own_is_to_be_shared(
    verdict: Callable[..., Verdict], held_mb: float, others: int, *, shared: bool
) -> None:
    """A table that each of several workers loads needs no bound; one that fills a process by itself does."""
    found = verdict(header(), START, line("x_BEFORE", 900, 840, " line=44", "WARNING"))
    holder = replace(_holder(KEPT["a dictionary"], "/srv/ds/bot.py"), stores=Frame("/srv/ds/words.py", 7, "load"))
    mine = replace(found.subject, pid=7, parent=1, is_worker=True, rss_mb=held_mb, peak_mb=held_mb)
    processes = (mine, *(replace(mine, pid=8 + number) for number in range(others)))
    found = replace(found, subject=mine, processes=processes, rss=replace(found.rss, limit=300.0), holder=holder)
    said = advise(replace(found, memory_suspected=True), None, None)[0]
    assert ("each worker has CACHE of its own" in said) is shared
    assert ("popitem()" in said) is not shared


STORES_WITHOUT_HOLDER = {
    "submit so many": (
        "from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(2)\njobs = {}\n"
        "for url in urls:\n    jobs[pool.submit(fetch, url)] = url  # HERE\n"
    ),
    "with_traceback(None)": "try:\n    work()\nexcept ValueError as error:\n    failed.append(error)  # HERE\n",
    "add plain numbers": "total = 0\nfor loss in losses:\n    total = total + loss  # HERE\n",
    "join them once": "text = ''\nfor part in parts:\n    text += part  # HERE\n",
    "release what is no longer needed": "total = 0\nfor file in files:\n    total = total + size_of(file)  # HERE\n",
    "what is collected here": "for url in urls:\n    texts.append(fetch(url))  # HERE\n",
    "work on less data": (
        "import ast\nclass Store:\n    def load(self, text):\n        self.kept = ast.parse(text)  # HERE\n"
    ),
}
"""What is advised for a line that stores something, where no census tells in what."""


@pytest.mark.parametrize("words", STORES_WITHOUT_HOLDER)
def test_what_a_line_stores_tells_by_itself_what_to_do(advised: Callable[..., str], words: str) -> None:
    """A future, an exception: that needs no census."""
    assert words in advised(STORES_WITHOUT_HOLDER[words])


@pytest.mark.parametrize(
    ("confidence", "code", "words"),
    [
        ("likely", "rows = [dict(row) for row in cursor.fetchall()]", "iterate over the cursor"),
        ("guess", "rows = [dict(row) for row in cursor.fetchall()]", "what is made here stays"),
        ("likely", "far = points.minus(centres)", "if one pass takes that much"),
        ("guess", "far = points.minus(centres)", "what is made here stays"),
        ("guess", "atexit.register(job.clean_up)", "atexit.unregister()"),
        ("guess", "book.register(job.clean_up)", "what is made here stays"),
        ("likely", "django.core.cache.cache.set(key, page)", "MAX_ENTRIES"),
        ("likely", "app.pages.cache.set(key, page)", "if one pass takes that much"),
        ("guess", "warnings.warn('no price: %r' % row)", "leave out of it"),
        ("guess", "def f(row): warnings.warn('no price: %r' % row)", "the function is known"),
    ],
)
def test_many_blocks_may_be_taken_at_once(
    verdict: Callable[..., Verdict], tmp_path: Path, confidence: str, code: str, words: str
) -> None:
    """One statement that makes millions of objects has its remedy; what a window saw made bit by bit has not."""
    target = tmp_path / "bot.py"
    target.write_text(f"{code}\n", encoding="utf-8")
    found = verdict(header(target=str(target)), START, line("x_BEFORE", 900, 840, " line=1", "WARNING"))
    assert found.culprit
    culprit = replace(found.culprit, shown_by="window", confidence=confidence, blocks=99999)
    found = replace(found, culprit=culprit, memory_suspected=True)
    assert words in advise(found, code_at(str(target), 1), None)[0]


def _holder(kept: Kept, file: str) -> Holder:
    kind, _, reached = kept.step.partition(" ")
    steps = (Step(kind, "", reached),) if kept.step else ()
    root = Root(kept.root, kept.path.partition(".")[0], file)
    row = GrownContainer(kept.path, kept.type, 1, 999, 9000, 8.6, root, steps, kept.item, kept.owner, None)
    return Holder(container=row, alike=1, mb=8.6, of_mb=9.0, stores=None, confidence="likely")


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_taken_at_once_has_its_remedy(advised: Callable[..., str], name: str) -> None:
    """By what the statement itself calls; the twin calls something else of that name, or does it already."""
    assert TAKEN[name].words in advised(TAKEN[name].source)
    assert TAKEN[name].words not in advised(TAKEN[name].twin)


@pytest.mark.parametrize("name", KEPT)
def test_what_holds_the_memory_has_its_remedy(advised: Callable[..., str], name: str) -> None:
    """By the container, its items, and the line that fills it; in both languages with all that is named."""
    assert KEPT[name].words in advised(KEPT[name].source, KEPT[name])
    assert "{" not in advised(KEPT[name].source, KEPT[name], "zh")


@pytest.mark.parametrize("name", NOT_SO)
def test_what_only_looks_alike_does_not(advised: Callable[..., str], name: str) -> None:
    """A remedy that does not fit is worse than a plain one."""
    assert NOT_SO[name].words not in advised(NOT_SO[name].source, NOT_SO[name])
