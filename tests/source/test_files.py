"""Every way in which a Python file can be written down: encodings, line ends, blanks, and hardly anything at all."""

from __future__ import annotations

import codecs
import re
import sys
from bisect import bisect_right
from typing import TYPE_CHECKING

import pytest

from memmon.errors import SourceError
from memmon.model import Config, Hotspot, Instrumented, Selector
from memmon.source import prove
from memmon.source.injected_text import without_pieces
from memmon.source.instrument import instrument
from memmon.source.strip import injected_lines, strip
from memmon.source.text import LINE_END, decode
from support import cases

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = '''"""文档 docstring"""
def load(value):
	"""制表符"""
	if value:
		return value
	return [
		value,
	]

文本 = load("值"); print(ascii(文本))
if load(1): print("one")
class 类:
\x0c\t甲 = load("form feed")
	属性 = load("é" "中")
	\x0c
	print(ascii(属性))
	for _ in range(2):
		load(_)
		if _: break
print(load(0))'''
WHOLE = (Hotspot("加载 🔥", Selector(match="load($$$)"), normal_mb=0.001, alarm_mb=1e6), Hotspot("f", function="*"))

COOKIE = "# -*- coding: {} -*-\n"
LATIN = "# vim: set fileencoding=latin-1 :\nname = 'é'\ndef load(value): return ascii(value)\nprint(load(name))\n"

SOURCES = {
    "plain": PROGRAM.encode(),
    "last newline": PROGRAM.encode() + b"\n",
    "blank lines and a comment at the end": PROGRAM.encode() + b"\n\n  # \xe5\xae\x8c\n\n\t",
    "BOM": codecs.BOM_UTF8 + PROGRAM.encode(),
    "BOM and cookie": codecs.BOM_UTF8 + (COOKIE.format("utf-8") + PROGRAM).encode(),
    "BOM without a docstring": codecs.BOM_UTF8 + b"load = ascii\nprint(load(1))\n",
    "shebang": ("#!/usr/bin/env python3\n" + PROGRAM).encode(),
    "shebang and cookie": ("#!/usr/bin/env python3\n" + COOKIE.format("gbk") + PROGRAM.replace("é", "")).encode("gbk"),
    "gbk": (COOKIE.format("gbk") + PROGRAM.replace("é", "")).encode("gbk"),
    "gb18030": (COOKIE.format("gb18030") + PROGRAM).encode("gb18030"),
    "big5": (COOKIE.format("big5") + "load = ascii\nprint(load('\u4e2d\u6587'))\n").encode("big5"),
    "latin-1": LATIN.encode("latin-1"),
    "cookie on the second line": b"\n# coding: latin-1\nload = ascii\nprint(load('\xe9'))\n",
    "cookie-like on the third line": b"\n\n# coding: latin-1\nload = ascii\nprint(load('\xc3\xa9'))\n",
    "CRLF": PROGRAM.replace("\n", "\r\n").encode(),
    "CR": PROGRAM.replace("\n", "\r").encode(),
    "CR and cookie": (COOKIE.format("latin-1") + LATIN.split("\n", 1)[1]).replace("\n", "\r").encode("latin-1"),
    "mixed line ends": PROGRAM.replace("\n", "\r\n", 4).replace("]\n", "]\r").encode(),
    "CRLF in a string": b'text = """a\r\nb\nc\rd"""\r\nload = ascii\r\nprint(load(text))\r\n',
    "form feeds between": b"\x0cload = ascii\n\x0c\n\x0cprint(load(1))\n  \x0c\n",
    "tabs and spaces": b"if 1:\n\tif 2:\n\t        load = ascii\n\t        print(load(1))\n",
    "continued lines": (
        b"load = \\\n  ascii\nvalue = load(1) + \\\n  load(2); print(value) \\\n\nif load(3) \\\n  : print('x')\n"
    ),
    "a continued start": b"load = ascii\n\\\nload(1)\n\\\n\\\nprint(load(3))\n",
    "one statement": b"print(ascii(load) if 'load' in dir() else 'none')",
    "a docstring that a backslash continues": b'"""doc""";\\\n load = ascii; print(load(__doc__))\n',
    "a docstring with a backslash behind": b'"""doc"""; \\\n\nload = ascii\nprint(load(__doc__))\n',
    "a future that a backslash continues": b"from __future__ import division \\\n\nprint(ascii(load) if 0 else 1)",
    "a docstring alone": b'"""load()"""',
    "a docstring and a statement": b'"""doc"""; load = ascii; print(load(__doc__))',
    "a future import alone": b"from __future__ import annotations",
    "futures joined": b"from __future__ import annotations; load = ascii; print(load(1));",
    "empty": b"",
    "a newline": b"\n",
    "a comment": b"# load()",
    "blanks": b"  \t ",
    "a function at the end": b"load = ascii\ndef last():\n    return load(1)",
    "a compound at the end": b"load = ascii\nfor number in load(1):\n    load(2)",
    "no space after the last comment": b"load = ascii\nload(1)#comment",
}


def instrumented(source: bytes, *hotspots: Hotspot, notes: tuple[str, ...] = ()) -> Instrumented:
    """The proved outcome, which comes back byte for byte and compiles."""
    outcome = instrument(source, "target.py", Config("memmon.toml", hotspots=hotspots))
    assert isinstance(outcome, Instrumented)
    assert strip(outcome.source, "target.py") == source
    if not notes:
        assert prove.compiles(outcome.source, "target.py") is None
    assert outcome.notes == notes
    return outcome


@pytest.mark.parametrize("name", SOURCES)
def test_keeps_every_byte_and_runs_the_same(name: str, tmp_path: Path) -> None:
    """The file comes back byte for byte, and prints the same with checkpoints in it."""
    source = SOURCES[name]
    every_line = [Hotspot(f"line {number}", Selector(line=number)) for number in range(1, source.count(b"\n") + 2)]
    outcome = instrumented(source, *WHOLE, *every_line)
    assert outcome.refusals == ()
    folders = tmp_path / "before", tmp_path / "after"
    for folder in folders:
        folder.mkdir()
    before, after = cases.run(source, folders[0]), cases.run(outcome.source, folders[1])
    assert before.exit == 0, before.stderr
    assert (after.stdout, after.stderr, after.exit, after.open) == (before.stdout, before.stderr, 0, {})


@pytest.mark.parametrize("name", SOURCES)
def test_without_any_site(name: str) -> None:
    """The preamble alone goes in and out of any file."""
    instrumented(SOURCES[name])


def test_added_lines_have_the_line_ends_around_them() -> None:
    """No line end of another kind comes into a file that has one kind."""
    for end in ("\r\n", "\r"):
        output = instrumented(PROGRAM.replace("\n", end).encode(), *WHOLE).source.decode()
        assert output.count("\n") == (output.count("\r\n") if end == "\r\n" else 0)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (b"x = '\xff'\n", "target.py:1:6: byte 0xff is not utf-8"),
        (b"# coding: latin-9000\n", "target.py:1: unknown encoding"),
        (codecs.BOM_UTF8 + b"# coding: latin-1\n", "target.py:1: "),
        (b"# coding: gbk\nx = '\xff'\n", "target.py:2:6: byte 0xff is not gbk"),
        *((f"# coding: {name}\n".encode(), f"{name} is no text encoding") for name in ("rot13", "idna", "undefined")),
        (b"x = 1\ny = (\n", "target.py:2:5: is not valid Python here"),
        (b"x = 1\0\n", "is not valid Python here"),
        (b"return\n", "target.py:1:1: is not valid Python here: 'return' outside function"),
    ],
)
def test_what_python_refuses_is_refused(source: bytes, says: str) -> None:
    """A source that Python can't read is an error with file, line and column, and what to do."""
    with pytest.raises(SourceError) as refused:
        instrument(source, "target.py", Config("memmon.toml", hotspots=WHOLE))
    assert says in str(refused.value)


DEEP = {
    "sum": " + ".join(["load(1)"] * 1500),
    "chain": "load(1)" + ".real" * 900,
    "not": "not " * 700 + "load(1)",
    "conditional": "1 if load(1) else " * 500 + "0",
}


@pytest.mark.parametrize("name", DEEP)
def test_a_very_deep_expression_is_refused_and_the_rest_is_done(name: str) -> None:
    """Where libcst would recurse out, that site is refused in words; lines around a statement need no libcst."""
    source = f"def load(value):\n    return {DEEP[name]}\nkept = {DEEP[name]}\nother = load(2)\n".encode()
    if prove.compiles(source, "target.py") is not None:
        pytest.skip("this Python can't compile so deep an expression itself")
    outcome = instrumented(
        source, Hotspot("deep", Selector(text="^(return|kept)")), Hotspot("other", Selector(text="^other"))
    )
    assert [(one.site.line, one.reason) for one in outcome.refusals] == [(2, "it is nested too deeply for libcst")]
    assert [site.line for site in outcome.sites] == [3, 4]


def test_what_the_search_tree_misreads_is_refused() -> None:
    """Where the tree and Python see other statements (the indentation of a backslash line), nothing is misplaced."""
    source = b"if f(0):\n    \\\n  f(1)\n    f(2)\nf(3)\n"
    outcome = instrumented(source, Hotspot("f", Selector(match="f($A)")), Hotspot("if", Selector(text="^if")))
    assert [(one.site.hotspot, one.site.line) for one in outcome.refusals] == [("if", 1), ("f", 1)]
    assert {one.reason for one in outcome.refusals} == {"the search tree and Python read the source differently there"}
    assert [site.line for site in outcome.sites] == [3, 4, 5]


@pytest.mark.parametrize("name", [name for name in SOURCES if SOURCES[name].strip()])
def test_added_lines_lead_back_to_the_original_ones(name: str) -> None:
    """Less the added lines, each line of the output is, less what was put into it, the original's of that number."""
    source = SOURCES[name]
    outcome = instrumented(source, *WHOLE)
    output = decode(outcome.source, "")
    added = injected_lines(output)
    assert re.search(r"added=\((.*?)\)", output.text)[1] == "".join(f"{number}, " for number in added).strip()
    original = LINE_END.split(decode(source, "").text)
    for number, line in enumerate(LINE_END.split(output.text), 1):
        if number not in added:
            stripped = without_pieces("__memmon__", line)
            assert stripped.strip() in original[number - bisect_right(added, number) - 1]


def test_a_statement_that_was_joined_to_the_docstring_keeps_its_line() -> None:
    """The preamble parts the two; what follows it still is on the docstring's line, whatever stands between."""
    source = b'# one\n"""two"""; load(2)\nload(3)\n'
    for hotspots in ((), (Hotspot("doc", Selector(line=2)), Hotspot("load", Selector(match="load($X)")))):
        output = decode(instrumented(source, *hotspots).source, "")
        added = injected_lines(output)
        for expected in (2, 3):
            at = output.line_at(output.text.index(f"load({expected})"))
            assert at - bisect_right(added, at) == expected


@pytest.mark.parametrize(
    "source",
    [
        b"def f[T](x): load(1)\nx = 1 1\n",
        b"type X = int\nf() = 1\n",
        b"x = f'{load(1)['a']}'\nreturn = 2\n",
        b"x = f'{load(1}'\n",
        b"x = '\\x'\n",
        b"def f():\n    return *\n",
        b"x = *a\n",
    ],
)
def test_a_mistake_beside_newer_syntax_is_a_mistake(source: bytes) -> None:
    """Syntax that only a newer Python knows is let through; a plain error is not, wherever it stands."""
    with pytest.raises(SourceError, match="is not valid Python here"):
        instrument(source, "target.py", Config("memmon.toml", hotspots=WHOLE))


@pytest.mark.parametrize(
    ("source", "version"),
    [
        (b"def f[T](x): return load(x)\n", (3, 12)),
        (b"type X = load(1)\n", (3, 12)),
        (b"x = f'{load(1)['a']}'\n", (3, 12)),
        (b"class A[T = int]: pass\nload(1)\n", (3, 13)),
        (b"x = t'{load(1)}'\n", (3, 14)),
        (b"try: load(1)\nexcept A, B: load(2)\n", (3, 14)),
    ],
)
def test_newer_syntax_is_proved_without_compiling(source: bytes, version: tuple[int, int]) -> None:
    """A file for a newer Python is instrumented, and the user is told what the proof lacks."""
    if sys.version_info >= version:
        pytest.skip("this Python knows the syntax")
    here = ".".join(map(str, sys.version_info[:2]))
    note = (
        "has syntax of Python {}.{}, which Python {} here can't compile: proved by libcst and by taking it back alone"
    )
    outcome = instrumented(source, *WHOLE, notes=(note.format(*version, here),))
    assert outcome.sites
