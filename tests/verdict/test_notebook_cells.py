"""A line of a notebook's cell: told by its notebook, cell and line, and read there as the code that it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from memmon.notebooks import cell_at, places_of_cells
from memmon.verdict.code.source import code_at, parsed, source_lines
from memmon.verdict.read.process import read_process
from memmon.verdict.wording.language import place
from verdict.handwritten import START, fact, header, line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

LOAD = "frames = []\n\n\ndef load(day):\n    frames.append([day] * 1000)  # “kept”"
COMPILED = "/tmp/ipykernel_71/1087351412.py"
"""What ipykernel 7 calls the file of this cell, of process 71."""
RUN = "%time load(1)\nwhile True:\n    load(2)"


def notebook(path: Path, *codes: str, **layout: Any) -> Path:
    """A notebook of these cells behind one of text that has the same lines."""
    cells: list[dict[str, Any]] = [{"cell_type": "markdown", "metadata": {}, "source": LOAD.splitlines(keepends=True)}]
    for code in codes:
        printed = {"name": "stdout", "output_type": "stream", "text": code.splitlines(keepends=True)}
        cells.append({
            "cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [printed],
            "source": code.splitlines(keepends=True),
        })  # fmt: skip
    whole = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(whole, **{"indent": 1, "ensure_ascii": False, **layout}), encoding="utf-8")
    return path


def found_in(path: Path, text: str) -> int:
    """The last line of a file with this text."""
    lines: Sequence[str] = path.read_text(encoding="utf-8").splitlines()
    return max(number for number, one in enumerate(lines, 1) if text in one)


def test_a_notebook_is_one_module_on_the_lines_of_its_file(tmp_path: Path) -> None:
    """Code stands where the file has it, IPython's commands do nothing, and what is no Python is blank."""
    path = notebook(tmp_path / "a.ipynb", LOAD, "%%bash\nload(3)", "load(", RUN)
    kept, asked = found_in(path, "frames.append"), found_in(path, "load(2)")
    lines = source_lines(str(path))
    assert {number for number, one in enumerate(lines, 1) if one} == {
        kept - 4,
        kept - 1,
        kept,
        *range(asked - 2, asked + 1),
    }
    assert (lines[kept - 2], lines[asked - 3]) == ("def load(day):", "pass")
    assert parsed(str(path)) is not None
    code = code_at(str(path), kept)
    assert code is not None
    assert code.line == "frames.append([day] * 1000)"
    assert cell_at(str(path), kept) == (1, 5)
    assert place(str(path), asked) == "a.ipynb, cell 4, line 3"
    assert place(str(path), 1) == "a.ipynb:1"


def test_a_cell_is_found_by_its_text(tmp_path: Path) -> None:
    """However its characters are written; not one of another text, nor one in a notebook that is all on one line."""
    path = notebook(tmp_path / "a.ipynb", RUN, LOAD, ensure_ascii=True)
    begins = found_in(path, "frames.append") - 4
    other = "/tmp/ipykernel_71/1.py"
    assert places_of_cells([COMPILED, other, "/srv/1087351412.py"], [str(path)]) == {COMPILED: (str(path), begins)}
    one_line = notebook(tmp_path / "b.ipynb", LOAD, indent=None)
    broken = tmp_path / "c.ipynb"
    broken.write_text('{"cells": [{"cell_type": "code", "source": [3]}, 4]}', encoding="utf-8")
    assert places_of_cells([COMPILED], [str(one_line), str(broken), str(tmp_path / "none.ipynb")]) == {}


def test_a_kernels_record_tells_of_its_notebook(log: Callable[..., Path]) -> None:
    """Its stacks, and what a container was reached by, whose main module has no file."""
    grown = {
        "path": "frames", "type": "list", "before": 0, "items": 9, "item_bytes": 1, "mb": 1.0,
        "root": {"kind": "global", "name": "frames", "file": None},
    }  # fmt: skip
    stack = fact("stack", {"thread": "MainThread", "tid": "1", "frames": [[COMPILED, 5, "load"]]})
    census = fact("census", {"rss_mb": 90.0, "grown_mb": 30.0, "grown": [grown]})
    path = log(header(target="/srv/ipykernel_launcher.py"), START, stack, census, line("background", 90))
    without = read_process(str(path))
    assert without.stacks[0].frames[0].file == COMPILED
    book = notebook(path.parent / "flights.ipynb", LOAD)
    history = read_process(str(path))
    (frame,) = history.stacks[0].frames
    assert (frame.file, frame.line) == (str(book), found_in(book, "frames.append"))
    assert history.censuses[0].grown[0].root.file == str(book)
