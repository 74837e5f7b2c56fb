"""The Top 10 at a risen level: what a bracket has grown by that has no end yet, which a killed program's never gets."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

PROGRAM = """
import memmon_runtime as memory
memory.configure(warning="60MB", critical="100GB", language={language!r})
kept = []

@memory.monitor("整理")
def arrange():
    with memory.span("small"):
        kept.append(bytearray(b"x" * (4 << 20)))
    with memory.span("large"):
        kept.append(bytearray(b"x" * (80 << 20)))
        memory.checkpoint("within")
        {end}

try:
    arrange()
except KeyError:
    pass
"""


def top(text):
    """The first block: for each place its growth, its name and whether it is open."""
    lines = text.partition("] [INFO] [Top 10]")[2].splitlines()[1:]
    found = (re.match(r" *\d+\. \+([\d.]+)MB  (\S+)  RSS=[\d.]+MB  line=\d+(?:  (\S+))?$", line) for line in lines)
    return [(float(one[1]), one[2], one[3]) for one in found if one]


@pytest.mark.parametrize(("language", "word"), [("en", "open"), ("zh", "未结束")])
@pytest.mark.parametrize("end", ["__import__('os').kill(__import__('os').getpid(), 9)", "raise KeyError"])
def test_what_is_open_is_ranked_by_its_growth_so_far(tmp_path, language, word, end):
    """The block that comes with the level has them under their openings' names, and says that they are open."""
    program = PROGRAM.format(language=language, end=end)
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=False)
    (log,) = tmp_path.glob("memory_monitor_*.log")
    text = log.read_text(encoding="utf-8")
    ranked = top(text)
    growth = {name: mb for mb, name, said in ranked if said == word}
    assert set(growth) == {"整理_START", "large_START"}
    assert growth["整理_START"] >= 84
    assert 80 <= growth["large_START"] < growth["整理_START"]
    assert ranked[0][1] == "整理_START"
    assert ("small_END", None) in [(name, said) for _, name, said in ranked]
    # At the program's end nothing is open any more: what was left by an exception is no growth so far.
    assert text.count(f"  {word}\n") == 2
