"""What in a source looks as if it took memory, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from memmon.source.calls import calls
from memmon.source.candidates import candidates
from memmon.source.find import Finder
from memmon.source.likelihood import grouped, likeliest
from memmon.source.text import decode
from support import samples

if TYPE_CHECKING:
    from pathlib import Path

READER = "def get():\n    with open(FILE) as f:\n        {}\n\n\nx = get()\n"
METHOD = "class A:\n    def get(self):\n        return json.load(f)\n\n    def use(self):\n        self.x = {}\n"


def _reasons(source: str) -> list[tuple[int, str]]:
    return [(found.line, found.reason) for found in candidates(source.encode(), "bot.py")]


HANDED_BACK = {
    "at once": READER.format("return json.load(f)"),
    "through a name": READER.format("d = json.load(f)\n        return d"),
    "with others": READER.format("d = f.read()\n        return 1, d"),
    "as part of a chain": READER.format("return pd.read_csv(f).dropna()"),
    "a method": METHOD.format("self.get()"),
}


@pytest.mark.parametrize("source", HANDED_BACK.values(), ids=HANDED_BACK)
def test_a_call_of_what_returns_a_file_loads_it(source: str) -> None:
    """The program's own function is looked into, whatever it is called."""
    last = source.count("\n")
    assert (last, "loads") in _reasons(source)


def test_what_hands_on_loads_too() -> None:
    """A function that returns what another one hands back."""
    source = READER.format("return json.load(f)") + "def again():\n    return get()\n\n\ny = again()\n"
    assert [line for line, reason in _reasons(source) if reason == "loads"] == [6, 8, 11]


NOT_HANDED_BACK = {
    "but a part": READER.format("return json.load(f)['version']"),
    "its length": READER.format("return len(f.read())"),
    "something else": READER.format("d = json.load(f)\n        return len(d)"),
    "another's method": METHOD.format("other.get()"),
}


@pytest.mark.parametrize("source", NOT_HANDED_BACK.values(), ids=NOT_HANDED_BACK)
def test_a_call_of_what_keeps_the_file_to_itself_does_not(source: str) -> None:
    """Where it is read is listed alone."""
    assert [reason for _, reason in _reasons(source)] == ["reads"]


@pytest.mark.parametrize(
    "source", ["x = load_history()", "x = store.load(path)", "x = loadConfig()", "配置 = 加载配置()"]
)
def test_what_is_named_as_what_loads_may_load(source: str) -> None:
    """Whoever defines it."""
    assert _reasons(source) == [(1, "may load")]


@pytest.mark.parametrize("source", ["load_dotenv()", "x = f.read(1024)", "x = reload(y)", "x = loader()"])
def test_what_only_sounds_so_does_not(source: str) -> None:
    """What gives nothing that is used, so many bytes of a file, and other words."""
    assert _reasons(source) == []


NESTED = "for a in b:\n    for c in d:\n        {}\n"
ENDLESS = "while True:\n    {}\n"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (NESTED.format("kept.append(f(c))"), 3),
        (NESTED.format("self.seen.add(c)"), 3),
        (ENDLESS.format("kept.append(f())"), 2),
        (NESTED.format("kept.append(1)"), None),
        ("for a in b:\n    kept.append(f(a))\n", None),
        ("for a in b:\n    kept = []\n    for c in d:\n        kept.append(f(c))\n", None),
        (ENDLESS.format("kept.append(f())\n    kept.popleft()"), None),
        ("for a in b:\n    def g():\n        for c in d:\n            kept.append(c)\n", None),
    ],
)
def test_loops_in_loops_and_endless_ones_gather(source: str, line: int | None) -> None:
    """In what outlives their rounds, and is not emptied in them."""
    assert _reasons(source) == ([(line, "gathers")] if line else [])


IN_CLASS = "class A:\n    def __init__(self):\n        self.kept = []\n\n    def use(self, x):\n        {}\n"
IN_MODULE = "kept = []\n\n\ndef use(x):\n    {}\n"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (IN_CLASS.format("self.kept.append(x)"), 6),
        (IN_CLASS.format("self.kept[x.key] = x"), 6),
        (IN_CLASS.format("A.opened[x.key] = x"), 6),
        (IN_MODULE.format("kept.append(x)"), 5),
        (IN_MODULE.format("kept[x.key] = x"), 5),
    ],
)
def test_what_is_put_into_what_outlives_the_call_is_kept(source: str, line: int) -> None:
    """An object's, a class's or the module's container."""
    assert _reasons(source) == [(line, "keeps")]


@pytest.mark.parametrize(
    "source",
    [
        IN_CLASS.format("self.kept[x.key] = 5"),
        IN_CLASS.format("self.kept[x.key] = []"),
        IN_CLASS.format("self.kept.append(x)\n        self.kept.pop(0)"),
        IN_CLASS.format("self.kept.append(x)\n        del self.kept[0]"),
        IN_CLASS.format("self.kept.append(x)\n\n    def flush(self):\n        self.kept = []"),
        IN_CLASS.replace("[]", "deque(maxlen=9)").format("self.kept.append(x)"),
        IN_MODULE.format("kept = []\n    kept.append(x)"),
        IN_MODULE.format("for kept in x:\n        kept.append(x)"),
        "kept = []\n\n\ndef use(kept, x):\n    kept.append(x)\n",
        "class A:\n    def __init__(self, x):\n        self.kept[x] = self\n",
        "kept = []\nkept.append(x)\n",
        "def use(x):\n    kept[x] = x\n    other.kept.append(x)\n",
    ],
)
def test_what_is_taken_out_again_or_of_the_call_is_not(source: str) -> None:
    """What is small, emptied, made anew, bounded, a variable of the function's own, or put there once."""
    assert "keeps" not in {reason for _, reason in _reasons(source)}


ANNOUNCED = [
    'print("【Phase 1: 采集】")',
    'print("\\n📊 阶段2 计算指标")',
    'print(f"=== Step 3/5: {name} ===")',
    'print("[2/7] joining")',
    'logger.info("Loading trades ...")',
    'print("📧 生成邮件主题…")',
    'print("第三步：回测")',
    'print_banner("📧 邮件")',
]
TOLD = [
    'print("✅ 邮件发送成功")',
    'print("行情：开始处理")',
    'print(f"Loading {name}")',
    'print("⚠️ Phase 3 失败")',
    'print("hello")',
    'raise ValueError("Phase 1")',
    'x = print("Phase 1")',
    "print(phase_1)",
]


@pytest.mark.parametrize("statement", ANNOUNCED)
def test_what_announces_a_phase_is_one(statement: str) -> None:
    """By a number, in brackets or a banner, or by what is going to be done; up to the next one in its block."""
    source = f"def f():\n    {statement}\n    a()\n    b()\n    {statement}\n    c()\n"
    found = candidates(source.encode(), "bot.py")
    assert [(one.line, one.reason, one.stop and one.stop.line) for one in found] == [(2, "phase", 4), (5, "phase", 6)]
    assert [len(group.places) for group in grouped(found)] == [2]


@pytest.mark.parametrize("statement", [*TOLD, *(f"for a in b: {told}" for told in ANNOUNCED)])
def test_what_only_tells_something_is_none(statement: str) -> None:
    """What is over, a value, and what is said again and again."""
    assert _reasons(f"def f():\n    {statement}\n") == []


def test_a_function_that_is_a_phase_announces_no_other() -> None:
    """Its banner is the same thing once more."""
    assert _reasons('def phase1_x():\n    print("Phase 1")\n') == [(1, "phase")]


@pytest.mark.parametrize(
    "source",
    [
        'text = ", ".join(names[:3])',
        "last = sorted(rows[-5:])",
        'x = json.loads("[1, 2]")',
        'print(f"{list(rows)}")',
        'logger.info("names: %s", ", ".join(names))',
        'raise ValueError(", ".join(names))',
        "x = rows[:10].copy()",
        "x = set(row.key for row in rows)",
        "table = pd.read_csv(path, chunksize=1000)",
        "table = pd.read_csv(path, nrows=5)",
    ],
)
def test_what_is_small_is_none(source: str) -> None:
    """A few items, what is but printed or part of a message, and what is read in parts."""
    assert _reasons(source) == []


def test_what_is_worked_out_to_be_printed_is_not_small() -> None:
    """Another function runs there, which may take anything."""
    assert _reasons("print(sorted(totals(1_000_000).items()))") == [(1, "copies")]


def test_a_name_of_a_file_is_not_small() -> None:
    """Unlike a text that is parsed."""
    assert _reasons('table = pd.read_csv("trades.csv")') == [(1, "reads")]


def test_a_place_is_listed_once() -> None:
    """For the likeliest of its reasons, at the line that takes the memory."""
    source = "for a in b:\n    c = a.copy()\n    d = json.load(a)\n    e = copy.deepcopy(d)\n    f = list(e)\n"
    (found,) = candidates(source.encode(), "bot.py")
    assert (found.site.line, found.line, found.reason, found.in_loop) == (1, 3, "reads", True)


def test_the_same_file_under_whatever_name_is_one_thing() -> None:
    """What a ``with`` opened is told beside what is read from it."""
    read = "def {}():\n    with open(FILE, encoding='utf-8') as {}:\n        x = json.load({})\n        return len(x)\n"
    source = read.format("a", "f", "f") + read.format("b", "file", "file")
    (group,) = grouped(candidates(source.encode(), "bot.py"))
    assert [place.line for place in group.places] == [3, 7]
    assert group.shown.code == "x = json.load(f)  # FILE"


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("json.load(f)", "json.load"),
        ("rows.copy()", "rows.copy"),
        ("df.loc[last_idx].copy()", "df.copy"),
        ('self.config["global"].copy()', "config.copy"),
        ('config.get("global", {}).copy()', "config.copy"),
        ("requests.get(url).json()", "requests.json"),
        ("open(path).read()", "open.read"),
        ('"\\n".join(lines)', "join"),
        ('f"{x}".join(lines)', "join"),
        ("(a or b).copy()", "copy"),
        ("deepcopy(x)", "deepcopy"),
    ],
)
def test_a_checkpoint_is_called_after_the_call(call: str, name: str) -> None:
    """After what it is asked of, without what is between brackets."""
    (found,) = (
        each for each in calls(Finder(decode(call.encode(), ""), "").root, [r"\w+"]) if each.node.text() == call
    )
    assert found.short_name == name


def _shown(path: Path) -> list[int]:
    """The lines of all places in the groups that a reader is shown."""
    found = likeliest(grouped(candidates(path.read_bytes(), path.name)))
    return [place.line for group in found for place in group.places]


CARD = {
    "加载config": ("    config = load_learning_config()", "def analyze_and_adjust_params"),
    "创建old_config": ("    old_config = {", "def analyze_and_adjust_params"),
    "Phase3_粗筛": ("def phase3_粗筛", ""),
    "邮件生成": ('    print("📧 生成邮件主题…")', ""),
}
"""Every place that the tables of the reference card name: its line, and behind which one."""


@pytest.mark.parametrize("target", ["the bot", "the large one"])
def test_what_the_reference_card_names_is_shown_first(tmp_path: Path, target: str) -> None:
    """Among the rows that a reader is shown without asking for more."""
    path = samples.copy_bot(tmp_path, "small") if target == "the bot" else samples.make_large(tmp_path)
    lines = path.read_text(encoding="utf-8").split("\n")
    shown = _shown(path)
    for start, behind in CARD.values():
        after = next(number for number, line in enumerate(lines) if line.startswith(behind))
        assert next(n for n, line in enumerate(lines, 1) if n > after and line.startswith(start)) in shown, start
