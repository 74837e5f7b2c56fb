"""Which places a hotspot means: patterns, texts, lines, functions, regions, comments, and the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from memmon.config import load_config
from memmon.errors import HotspotError
from memmon.model import Config, Hotspot, Instrumented, Selector
from memmon.source import find
from memmon.source.instrument import instrument
from memmon.source.text import decode

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = '''\
"""A docstring: load() and phase."""

import json


def outer(value=load(0)):
    """Documented: load()."""
    data = load(1)
    if load(2):
        other = json.load(
            open("a"),

            # a comment inside
            **load(3),
        )
    # a comment between

    elif load(4): pass
    else:
        load(5); load(6)

    def inner():
        return load(7)

    return inner


class Holder:
    """
    A docstring

    of several lines.
    """

    @property
    def method(self): return load(8)

    async def phase_one(self):
        text = """
load(9)

"""


for number in load(10):
    print(number)  # load(11)
table = {
    "a": load(12),
}; last = load(13)
'''


def sites(*hotspots: Hotspot, source: str = SOURCE, path: str = "target.py") -> list[tuple[int, str]]:
    """Line and kind of each site, in the order of the text."""
    found = find.Finder(decode(source.encode(), path), path).find(Config("memmon.toml", hotspots=hotspots)).found
    return [(item.site.line, item.site.kind) for item in found]


def lines(hotspot: Hotspot, source: str = SOURCE) -> list[int]:
    """The lines of each site."""
    return [line for line, _ in sites(hotspot, source=source)]


def on(line: int) -> list[int]:
    """Where the sites of a line selector begin."""
    return lines(Hotspot("n", Selector(line=line)))


def test_a_pattern_chooses_the_innermost_statement_or_the_expression_in_a_header() -> None:
    """`match` is a statement but in headers, lambdas, comprehensions, defaults and decorators."""
    assert sites(Hotspot("n", Selector(match="load($$$)"))) == [
        (6, "expression"),
        (8, "statement"),
        (9, "expression"),
        (10, "statement"),
        (18, "expression"),
        (20, "statement"),
        (20, "statement"),
        (23, "statement"),
        (36, "statement"),
        (45, "expression"),
        (47, "statement"),
        (49, "statement"),
    ]


def test_text_alone_chooses_statements_by_their_own_source() -> None:
    """A compound statement's own source is its header and its clauses', not its body, comments or docstrings."""
    assert lines(Hotspot("n", Selector(text="load\\(4\\)"))) == [9]
    assert lines(Hotspot("n", Selector(text="load\\(5\\)"))) == [20]
    assert lines(Hotspot("n", Selector(text="load\\(11\\)|of several|Documented"))) == []
    assert lines(Hotspot("n", Selector(text="^def inner|^class"))) == [22, 28]
    assert lines(Hotspot("n", Selector(text="number$"))) == []
    assert lines(Hotspot("n", Selector(text="\\)$", match="load($$$)"))) == [6, 8, 9, 10, 18, 20, 20, 23, 36, 45, 49]


def test_text_and_pattern_must_both_hold() -> None:
    """`text` narrows what `match` finds, in plain words and as an expression."""
    assert lines(Hotspot("n", Selector(match="load($$$)", text="data"))) == [8]
    assert lines(Hotspot("n", Selector(match="load($$$)", text="d.ta|tabl."))) == [8, 47]


@pytest.mark.parametrize(
    ("line", "begins"),
    [
        (1, [1]),
        (3, [3]),
        (6, [6]),
        (7, [7]),
        (8, [8]),
        (9, [9]),
        (10, [10]),
        (11, [10]),
        (12, [10]),
        (13, [10]),
        (14, [10]),
        (15, [10]),
        (16, []),
        (17, []),
        (18, [9]),
        (19, [9]),
        (20, [20]),
        (21, []),
        (22, [22]),
        (23, [23]),
        (31, [29]),
        (33, [29]),
        (34, []),
        (35, [35]),
        (36, [35]),
        (38, [38]),
        (39, [39]),
        (40, [39]),
        (41, [39]),
        (43, []),
        (45, [45]),
        (48, [47]),
        (49, [47]),
        (50, []),
        (99, []),
    ],
)
def test_a_line_is_the_innermost_statement_that_covers_it(line: int, begins: list[int]) -> None:
    """Headers mean the whole statement, inner lines the one they belong to, blanks and comments between nothing."""
    assert on(line) == begins


def test_the_statements_of_one_line_are_one_site() -> None:
    """`a; b` on the chosen line is one bracket, from the first to the last of them."""
    config = Config("memmon.toml", hotspots=(Hotspot("n", Selector(line=20)),))
    outcome = instrument(SOURCE.encode(), "target.py", config)
    assert isinstance(outcome, Instrumented)
    assert b'        __memmon__.before("n", 20); load(5); load(6); __memmon__.after("n", 20)\n' in outcome.source


def test_function_globs() -> None:
    """A glob with a dot fits the qualified name, one without the function's own name."""
    assert lines(Hotspot("n", function="inner")) == [22]
    assert lines(Hotspot("n", function="outer.<locals>.inner")) == [22]
    assert lines(Hotspot("n", function="outer.*")) == [22]
    assert lines(Hotspot("n", function="Holder.*")) == [36, 38]
    assert lines(Hotspot("n", function="phase*")) == [38]
    assert lines(Hotspot("n", function="*")) == [6, 22, 36, 38]
    assert lines(Hotspot("n", function="Holder")) == []


def test_within_globs() -> None:
    """`within` is the enclosing function; a default belongs to the function around."""
    pattern = Selector(match="load($$$)")
    assert lines(Hotspot("n", pattern, within="outer")) == [8, 9, 10, 18, 20, 20]
    assert lines(Hotspot("n", pattern, within="outer*")) == [8, 9, 10, 18, 20, 20, 23]
    assert lines(Hotspot("n", pattern, within="inner")) == [23]
    assert lines(Hotspot("n", pattern, within="<module>")) == [6, 45, 47, 49]
    assert lines(Hotspot("n", function="*", within="Holder")) == [36, 38]


def test_hotspots_for_other_files_are_passed_over(tmp_path: Path) -> None:
    """`file` is a glob on the name, the path as given, or the path from the configuration's folder."""
    config = str(tmp_path / "memmon.toml")
    for glob, path, meant in (
        ("target.py", "src/target.py", True),
        ("src/*.py", "src/target.py", True),
        ("lib/*", str(tmp_path / "lib" / "x.py"), True),
        ("other.py", "src/target.py", False),
    ):
        hotspot = Hotspot("n", Selector(match="nothing_like_it"), file=glob)
        found = find.Finder(decode(b"x = 1\n", path), path).find(Config(config, hotspots=(hotspot,)))
        assert bool(found.missing) == meant


PHASES = """\
def run(flag):
    begin(1)
    work()
    end(1)
    begin(2)
    if flag:
        begin(3)
        end(3)
    end(2)
begin(4); end(4)
"""


def region(source: str, **keys: str) -> list[int]:
    """Where the regions from `begin` to `end` start."""
    hotspot = Hotspot("n", start=Selector(match="begin($$$)"), stop=Selector(match="end($$$)"), **keys)
    return lines(hotspot, source)


def test_a_from_pairs_with_the_next_to_in_its_block() -> None:
    """Blocks are told apart: an inner block's ends don't close an outer block's beginning."""
    assert region(PHASES) == [2, 5, 7, 10]
    assert region(PHASES, within="run") == [2, 5, 7]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("begin()\nbegin()\nend()\n", "the 'from' at target.py:1 (begin()) has no 'to' in its block"),
        ("begin()\n", "the 'from' at target.py:1 (begin()) has no 'to' in its block"),
        ("end()\nbegin()\n", "the 'to' at target.py:1 (end()) has no 'from' in its block"),
        ("begin()\nif x:\n    end()\n", "the 'from' at target.py:1 (begin()) has no 'to' in its block"),
        ("begin()\nend()\nend()\n", "the 'to' at target.py:3 (end()) has no 'from' in its block"),
    ],
)
def test_one_end_without_the_other_is_an_error(source: str, says: str) -> None:
    """The message names the end that has no partner, and the way out."""
    with pytest.raises(HotspotError) as refused:
        region(source)
    assert says in str(refused.value)
    assert "narrow it by text or within" in str(refused.value)


def test_one_statement_may_be_both_ends() -> None:
    """A region of a single statement begins and ends with it."""
    hotspot = Hotspot("n", start=Selector(text="begin"), stop=Selector(text="end"))
    assert sites(hotspot, source="begin(end)\n") == [(1, "region")]


COMMENTED = """\
x = 1  # memmon: plain
y = call(  # memmon: opening line
    2,  # memmon: inner line
)  # memmon: closing line
a(); b()  # memmon: both
if x:  # memmon: header
    pass
else:  # memmon: clause
    pass
def f():  # memmon: function
    return 1  # memmon: 名字 [1]
@decorated  # memmon: decorator
def g(): pass
class C:  # memmon: class
    z = 1
text = "# memmon: in a string"
# memmon: alone
x = 2  # not memmon: this
x = 3  #memmon:tight
"""


def test_trailing_comments_are_hotspots() -> None:
    """A comment brackets the statement that it trails; on a function's header, the function."""
    found = find.Finder(decode(COMMENTED.encode(), ""), "").find(Config()).found
    assert [(item.site.hotspot, item.site.line, item.site.kind) for item in found] == [
        ("plain", 1, "statement"),
        ("opening line", 2, "statement"),
        ("inner line", 2, "statement"),
        ("closing line", 2, "statement"),
        ("both", 5, "statement"),
        ("header", 6, "statement"),
        ("clause", 6, "statement"),
        ("function", 10, "function"),
        ("名字 1", 11, "statement"),
        ("decorator", 13, "function"),
        ("class", 14, "statement"),
        ("tight", 19, "statement"),
    ]


def test_without_configuration_the_catalogue_applies() -> None:
    """Heavy calls and functions named like phases; a literal is not heavy; comments alone switch it off."""
    body = "    data = json.load(path)\n    json.loads('1')\n    return copy.deepcopy(data)\n"
    source = f"import json, copy\ndef run_all(path):\n{body}"
    assert sites(source=source) == [(2, "function"), (3, "statement"), (5, "statement")]
    assert sites(source=source + "x = 1  # memmon: mine\n") == [(6, "statement")]


def test_nested_matches_of_one_line_are_one_site() -> None:
    """The runtime knows a site by name and line, so a match inside a match of the same frame adds nothing."""
    pattern = Hotspot("n", Selector(match="load($$$)"))
    assert sites(pattern, source="if load(load(1)): pass\n") == [(1, "expression")]
    assert sites(pattern, source="if load(1) + load(2): pass\n") == [(1, "expression"), (1, "expression")]
    assert sites(pattern, source="load(lambda: load(1))\n") == [(1, "statement"), (1, "expression")]
    assert sites(pattern, source="load([load(1) for _ in x])\n") == [(1, "statement")]
    assert sites(pattern, source="if load(\n    load(1)): pass\n") == [(1, "expression"), (2, "expression")]


def test_dict_displays_match_braces() -> None:
    """`{$$$}` in a pattern stands for a dict display as well as for a set."""
    source = "a = {1: 2}\nb = {1, 2}\nc = {}\n"
    assert lines(Hotspot("n", Selector(match="$X = {$$$}")), source) == [1, 2, 3]


def test_calls_behind_a_star_match() -> None:
    """A call that is unpacked in a display or bare tuple is a call."""
    source = "x = *load(1), 2\nfor y in [*load(2)]: pass\nload(*load(3))\n"
    assert sites(Hotspot("n", Selector(match="load($$$)")), source=source) == [
        (1, "statement"),
        (2, "expression"),
        (3, "statement"),
    ]


def test_a_star_before_a_keyword_is_none_of_a_call() -> None:
    """`*return*` in a comment does not make the pattern `return $X` one of something unpacked."""
    source = "# see *return* and *x\ndef f():\n    return 1\nx = f(1) + y(2)\nx: int = f(1)\n"
    assert lines(Hotspot("n", Selector(match="return $X")), source) == [3]
    assert lines(Hotspot("n", Selector(match="x = f($$$) + y(2)")), source) == [4]
    assert lines(Hotspot("n", Selector(match="x: int = f($A)")), source) == [5]


def test_nearest_names_what_may_have_been_meant() -> None:
    """For a hotspot that matches nothing: the likeliest lines, and those around a line number."""
    nearest = [
        find.nearest(SOURCE.encode(), hotspot)
        for hotspot in (
            Hotspot("n", Selector(match="data = load(2)")),
            Hotspot("n", Selector(line=17)),
            Hotspot("n", function="phase_two"),
        )
    ]
    assert nearest[0][0] == "line 8: data = load(1)"
    assert "line 20: load(5)" in nearest[1]
    assert nearest[2] == ("line 38: async def phase_one(self):",)


def test_the_readme_configuration_finds_the_same_here(tmp_path: Path) -> None:
    """From a memmon.toml to sites: the whole way that a user goes."""
    (tmp_path / "memmon.toml").write_text(
        '[[hotspot]]\nname = "n"\nmatch = "load($$$)"\nwithin = "outer"\n', encoding="utf-8"
    )
    config = load_config(tmp_path / "target.py")
    outcome = instrument(SOURCE.encode(), "target.py", config)
    assert isinstance(outcome, Instrumented)
    assert [site.line for site in outcome.sites] == [8, 9, 10, 18, 20, 20]
