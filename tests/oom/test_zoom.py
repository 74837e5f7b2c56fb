"""The growth windows name the line that retains, on every Python, and give way to the program's own tracemalloc."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support import interpreters, watched
from support.marks import each_python, needs_cgroup

if TYPE_CHECKING:
    import subprocess

pytestmark = [needs_cgroup, pytest.mark.slow]

_LEAK = """\
def churn():
    return sum(list(range(500)))
def keep(rows, number):
    text = "row %d " % number * 40
    rows.append((text, [number] * 100))
def grow(rows, count):
    for number in range(count):
        churn()
        keep(rows, number)
"""
_BALLAST = 140
"""Megabytes that bring a program to half of its limit, from which on its growth is traced."""
_KEEPS = (4, 5)
"""The lines of ``keep`` that allocate what stays."""


def _run(
    folder: Path, python: Path, source: str, ballast: int = _BALLAST, **switches: str
) -> tuple[subprocess.CompletedProcess[str], list[dict[str, Any]]]:
    """Run a program under the runtime in 300 MB; return its end and the zoom lines of all its logs."""
    done = watched.run(folder, python, source, "-X", "dev", "-W", "error", environment=switches, ballast=ballast)
    return done, watched.told(folder, "zoom")


def _first(zooms: list[dict[str, Any]]) -> set[int]:
    """The innermost line of what each window saw most of."""
    return {zoom["lines"][0]["frames"][0][1] for zoom in zooms if zoom["by"] == "tracemalloc"}


@each_python()
def test_names_the_line_that_keeps(tmp_path: Path, python: Path) -> None:
    """Of a loop that mostly churns, every window's first line is one that keeps, and its path leads to the loop."""
    done, zooms = _run(tmp_path, python, _LEAK + "grow([], 60_000)\nprint('done')\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
    assert _first(zooms)
    assert _first(zooms) <= set(_KEEPS)
    frames = next(zoom["lines"][0]["frames"] for zoom in zooms if zoom["by"] == "tracemalloc")
    assert [frame[2].rpartition(".")[2] for frame in frames] == ["keep", "grow", "<module>"]


@each_python()
def test_traces_nothing_while_half_of_the_limit_is_left(tmp_path: Path, python: Path) -> None:
    """A call that holds the GIL would keep a window open, and what it allocates would take twice as much memory."""
    source = _LEAK + (
        "import json\n"
        "text = '[%s0]' % ('[0],' * 650_000)\n"
        "for turn in range(4):\n"
        "    rows = []\n"
        "    grow(rows, 30_000)\n"
        "    rows = json.loads(text)\n"
        "print('done')\n"
    )
    done = watched.run(tmp_path, python, source)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
    assert not _first(watched.told(tmp_path, "zoom"))


@each_python()
def test_names_it_in_a_thread_and_in_a_forked_child(tmp_path: Path, python: Path) -> None:
    """A leak is seen in whichever thread or child it runs."""
    source = _LEAK + (
        "import os, threading\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    thread = threading.Thread(target=grow, args=([], 60_000))\n"
        "    thread.start()\n"
        "    thread.join()\n"
        "    os._exit(0)\n"
        "print(os.waitpid(pid, 0)[1])\n"
    )
    done, zooms = _run(tmp_path, python, source)
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "")
    assert _first(zooms)
    assert _first(zooms) <= set(_KEEPS)


@each_python()
def test_leaves_the_programs_own_tracing_alone(tmp_path: Path, python: Path) -> None:
    """A program that traces by itself gets its own traces, and no window opens meanwhile."""
    source = _LEAK + (
        "import tracemalloc\n"
        "tracemalloc.start(3)\n"
        "grow([], 25_000)\n"
        "peak = tracemalloc.get_traced_memory()[1]\n"
        "print(tracemalloc.is_tracing(), tracemalloc.get_traceback_limit(), peak > 1 << 24)\n"
        "tracemalloc.stop()\n"
    )
    done, zooms = _run(tmp_path, python, source)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True 3 True\n", "")
    assert not _first(zooms)


@each_python()
def test_gives_way_to_a_program_that_begins_to_trace(tmp_path: Path, python: Path) -> None:
    """Whatever the moment, the program sees no foreign tracing, and its own is whole from its own start on."""
    source = _LEAK + (
        "import sys, types\n"
        "for number in range(300):  # among which it takes a while to see that none holds tracemalloc's functions\n"
        "    module = sys.modules[f'crowd{number}'] = types.ModuleType(f'crowd{number}')\n"
        "    vars(module).update((f'name{name}', name) for name in range(200))\n"
        "rows, seen = [], set()\n"
        "for turn in range(150):\n"
        "    grow(rows, 400)\n"
        "    import tracemalloc\n"
        "    seen.add(tracemalloc.is_tracing())\n"
        "    tracemalloc.start(2)\n"
        "    mine = [bytearray(1000) for _ in range(50)]\n"
        "    grow(rows, 3)\n"
        "    seen.add(('whole', len(tracemalloc.take_snapshot().traces) >= 50, tracemalloc.get_traceback_limit()))\n"
        "    tracemalloc.stop()\n"
        "    seen.add(tracemalloc.is_tracing())\n"
        "print(sorted(map(str, seen)))\n"
    )
    done, _ = _run(tmp_path, python, source)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "[\"('whole', True, 2)\", 'False']\n"


def test_forks_in_the_midst_of_windows(tmp_path: Path) -> None:
    """A child that is forked while a window is open does not inherit the tracing."""
    source = _LEAK + (
        "import os, sys, _tracemalloc\n"
        "rows, status = [], []\n"
        "for turn in range(6):\n"
        "    grow(rows, 20_000)\n"
        "    pid = os.fork()\n"
        "    if pid == 0:\n"
        "        os._exit(int(_tracemalloc.is_tracing()))\n"
        "    status.append(os.waitpid(pid, 0)[1])\n"
        "print(set(status))\n"
    )
    python = Path(interpreters.found().get("3.12") or interpreters.found()["3.11"])
    done, zooms = _run(tmp_path, python, source, ballast=0)
    assert (done.returncode, done.stdout, done.stderr) == (0, "{0}\n", "")
    assert zooms


def test_is_switched_off(tmp_path: Path) -> None:
    """MEMMON_ZOOM=0 opens no window and loads nothing for one."""
    source = (
        _LEAK
        + "grow([], 60_000)\nimport sys\nprint('memmon_runtime.attribution.borrowed_tracemalloc' in sys.modules)\n"
    )
    done, zooms = _run(tmp_path, Path(interpreters.found()["3.11"]), source, MEMMON_ZOOM="0")
    assert (done.returncode, done.stdout, zooms) == (0, "False\n", [])


def test_small_growth_opens_nothing(tmp_path: Path) -> None:
    """Without growth by a step nothing is traced."""
    source = _LEAK + "grow([], 1_000)\nimport time\ntime.sleep(0.5)\n"
    done, zooms = _run(tmp_path, Path(interpreters.found()["3.11"]), source)
    assert (done.returncode, done.stderr, zooms) == (0, "", [])
