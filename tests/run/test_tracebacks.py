"""A program under `memmon run` fails with the same words as under plain Python, to the byte."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Place

RAISES = Path(__file__).parent / "programs" / "raises.py"
SOURCE = RAISES.read_text(encoding="utf-8")
PLACES = [
    node.name
    for node in ast.parse(SOURCE).body
    if isinstance(node, ast.FunctionDef) and any(getattr(one, "id", "") == "place" for one in node.decorator_list)
]


def test_caught(place: Place, everything: Callable[..., tuple]) -> None:
    """Every traceback that a program prints is the same, with carets, lines and first lines."""
    place.write("raises.py", SOURCE)
    plain, watched = everything("raises.py")
    assert plain.stdout.count(b"Traceback") >= len(PLACES)
    assert watched.stdout == plain.stdout
    assert (watched.stderr, watched.returncode) == (plain.stderr, plain.returncode)
    assert len(place.facts("site")) > 30


@pytest.mark.parametrize(
    "name", ["in_call", "over_lines", "in_coroutine", "reraised", "in_fstring", "exits", "in_exec"]
)
def test_uncaught(place: Place, everything: Callable[..., tuple], name: str) -> None:
    """An exception that ends the program is printed the same, and the exit code is the same."""
    place.write("raises.py", SOURCE)
    plain, watched = everything("raises.py", name)
    assert plain.returncode == 1
    assert (watched.stdout, watched.stderr, watched.returncode) == (plain.stdout, plain.stderr, plain.returncode)


@pytest.mark.parametrize(
    ("end", "encoding", "head"),
    [
        ("\r\n", "utf-8", ""),
        ("\r", "utf-8", ""),
        ("\n", "utf-8-sig", ""),
        ("\n", "gbk", "# coding: gbk\n"),
        ("\n", "latin-1", "# -*- coding: latin-1 -*-\n"),
    ],
    ids=["crlf", "cr", "bom", "gbk", "latin-1"],
)
def test_other_texts(place: Place, everything: Callable[..., tuple], end: str, encoding: str, head: str) -> None:
    """Line ends, marks and encodings shift no caret."""
    name = "é" if encoding == "latin-1" else "价格"
    text = f'{head}"""doc"""; {name} = 1\ndef f(a): return a / 0\n\tx = 1\n\f\nf("{name}" + str({name} / 0))\n'
    text = text.replace("\n\tx = 1", "")
    (place.folder / "odd.py").write_bytes(text.replace("\n", end).encode(encoding))
    plain, watched = everything("odd.py")
    assert plain.returncode == 1
    assert (watched.stdout, watched.stderr, watched.returncode) == (plain.stdout, plain.stderr, plain.returncode)


def test_in_modules(place: Place, everything: Callable[..., tuple]) -> None:
    """What fails in an imported module, or while it is imported, is told the same."""
    place.write("pkg/__init__.py", "from . import deep\n")
    place.write("pkg/deep.py", "def get(n):\n    rows = [n]; return rows[n] + 1\n")
    place.write("bad.py", "import pkg\nvalue = pkg.deep.get(7)\n")
    place.write("main.py", "def go():\n    import bad\n    return bad\ngo()\n")
    plain, watched = everything("main.py")
    assert b"rows[n]" in plain.stderr
    assert (watched.stdout, watched.stderr, watched.returncode) == (plain.stdout, plain.stderr, plain.returncode)
    assert {Path(site["file"]).name for site in place.facts("site")} >= {"main.py", "bad.py", "deep.py"}


@pytest.mark.parametrize("text", ["x = (1\n", "def f(:\n", "x = 1\n  y = 2\n", "'\\ud800'.encode()\nx = '中\n", "\0"])
def test_not_python(place: Place, everything: Callable[..., tuple], text: str) -> None:
    """A script that is not valid Python is refused by Python itself, whether it is run or imported."""
    place.write("bad.py", text)
    place.write("main.py", "import bad\n")
    for script in ("bad.py", "main.py"):
        plain, watched = everything(script)
        assert (watched.stdout, watched.stderr, watched.returncode) == (plain.stdout, plain.stderr, plain.returncode)


def test_warnings_of_the_compiler(place: Place, everything: Callable[..., tuple]) -> None:
    """What Python says while it compiles a script is said each time, from the cache too."""
    place.write("warns.py", "import sys\nx = 1\nprint(x is 1, '\\d')\n")
    for _ in range(2):
        plain, watched = everything("warns.py")
        assert b"SyntaxWarning" in plain.stderr
        assert (watched.stdout, watched.stderr, watched.returncode) == (plain.stdout, plain.stderr, plain.returncode)
