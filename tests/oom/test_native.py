"""Memory that Python's allocators know nothing of is put down to the line that keeps it, and the program unharmed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support import interpreters, watched
from support.marks import each_python, needs_cgroup

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

pytestmark = [needs_cgroup, pytest.mark.slow]

_TOLD = [name for name in interpreters.RUNTIME if name != "3.8"]
"""Python 3.8 has no way to be told of lines."""
_STRICT = ("-X", "dev", "-W", "error")
_LEAK = """\
import ctypes
libc = ctypes.CDLL(None)
libc.strdup.argtypes, libc.strdup.restype = [ctypes.c_char_p], ctypes.c_void_p
libc.free.argtypes, libc.memset.argtypes = [ctypes.c_void_p], [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
small, large = b"x" * 30_000, b"x" * 2_000_000
def grow(kept, count):
    for number in range(count):
        scratch = libc.strdup(large)
        kept.append(libc.strdup(small))
        libc.free(scratch)
"""
_KEEPS = 9
_BEYOND_HALF = 8000
"""So many passes come to some 250 MB: beyond half of the limit windows open however slow the machine is."""


def _run(folder: Path, python: Path, source: str) -> tuple[subprocess.CompletedProcess[str], list[dict[str, Any]]]:
    """Run a program under the runtime in 300 MB; return its end and the zoom lines that are by lines."""
    done = watched.run(folder, python, source, *_STRICT)
    return done, _by_lines(folder)


def _by_lines(folder: Path) -> list[dict[str, Any]]:
    return [zoom for zoom in watched.told(folder, "zoom") if zoom["by"] == "lines"]


def _first(zooms: list[dict[str, Any]]) -> set[int]:
    """The innermost line of what each window saw most of."""
    return {zoom["lines"][0]["frames"][0][1] for zoom in zooms}


@each_python(_TOLD)
def test_names_the_line_that_keeps(tmp_path: Path, python: Path) -> None:
    """Of a line that takes much and gives it back and one that keeps a little each time, it is the latter."""
    done, zooms = _run(tmp_path, python, _LEAK + f"grow([], {_BEYOND_HALF})\nprint('done')\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
    assert _first(zooms) == {_KEEPS}


@each_python([name for name in _TOLD if name not in ("3.9", "3.10", "3.11")])
def test_names_it_in_a_thread(tmp_path: Path, python: Path) -> None:
    """From Python 3.12 on, a thread's lines are told too."""
    source = (
        "import threading\n"
        f"thread = threading.Thread(target=grow, args=([], {_BEYOND_HALF}))\n"
        "thread.start()\nthread.join()\n"
    )
    done, zooms = _run(tmp_path, python, _LEAK + source)
    assert (done.returncode, done.stderr) == (0, "")
    assert _first(zooms) == {_KEEPS}


@each_python(_TOLD)
def test_leaves_a_debugger_alone(tmp_path: Path, python: Path) -> None:
    """A program that traces by itself goes on doing so, from the first call to the last, and no window opens."""
    source = (
        "import sys\nseen = []\n"
        "def mine(frame, event, arg):\n    seen.append(event)\n    return mine\n"
        "sys.settrace(mine)\ngrow([], 5000)\nprint(sys.gettrace() is mine, seen.count('line'))\nsys.settrace(None)\n"
    )
    done, zooms = _run(tmp_path, python, _LEAK + source)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"True {4 * 5000 + 1}\n", "")
    assert zooms == []


@each_python(_TOLD)
def test_what_a_signal_raises_comes_through(tmp_path: Path, python: Path) -> None:
    """Each exception that a handler raises is caught where it belongs, and what it stores stays stored."""
    source = (
        "import signal, sys, time\n"
        "class Alarm(Exception):\n    pass\n"
        "def work():\n"
        "    rung, kept, scratch = 0, [], libc.strdup(large)\n"
        "    def ring(*_):\n"
        "        nonlocal rung\n"
        "        rung += 1\n"
        "        raise Alarm\n"
        "    signal.signal(signal.SIGALRM, ring)\n"
        "    caught = 0\n"
        "    def fill():  # Python 3.13 may leave a loop by the way past the try statement that it stands in\n"
        "        signal.setitimer(signal.ITIMER_REAL, .004)\n"
        "        while len(kept) < 7500:\n"
        "            kept.append(libc.strdup(small))\n"
        "            libc.memset(scratch, 66, 1_000_000)\n"
        "        signal.setitimer(signal.ITIMER_REAL, 0)\n"
        "    while len(kept) < 7500:\n"
        "        try:\n"
        "            fill()\n"
        "        except Alarm:\n"
        "            caught += 1\n"
        "    return rung, caught\n"
        "rung, caught = work()\n"
        "end = time.monotonic() + 20\n"
        "while sys.gettrace() and time.monotonic() < end:\n    time.sleep(.01)\n"
        "print(rung > 20, rung - caught, sys.gettrace())\n"
    )
    done, zooms = _run(tmp_path, python, _LEAK + source)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True 0 None\n", "")
    assert zooms


@each_python(_TOLD)
def test_forks_in_the_midst_of_windows(tmp_path: Path, python: Path) -> None:
    """Neither parent nor child is traced after a fork, and both go on as they were."""
    source = (
        "import os, sys\nkept, ends = [], set()\n"
        "for turn in range(5):\n"
        "    grow(kept, 1500)\n"
        "    pid = os.fork()\n"
        "    if pid == 0:\n"
        "        grow([], 3)\n"
        "        tools = getattr(sys, 'monitoring', None)\n"
        "        used = tools and any(tools.get_tool(tool) for tool in range(6))\n"
        "        os._exit(1 if used or sys.gettrace() else 0)\n"
        "    ends.add(os.waitpid(pid, 0)[1])\n"
        "print(ends)\n"
    )
    done, zooms = _run(tmp_path, python, _LEAK + source)
    assert (done.returncode, done.stdout, done.stderr) == (0, "{0}\n", "")
    assert zooms


@each_python(_TOLD)
def test_the_edge_of_the_recursion_limit_is_a_recursion_error(tmp_path: Path, python: Path) -> None:
    """A program that goes to its limit again and again meets the error that it knows, a few levels early at most.

    No window opens while it is deep down, and looks may find it just there: it goes on until one has opened in between.
    """
    source = (
        "import os\n"
        "def down(level):\n"
        "    try:\n"
        "        return down(level + 1)\n"
        "    except RecursionError:\n"
        "        return level\n"
        "kept, seen, again = [], set(), True\n"
        "while again:\n"
        "    again = not os.path.exists('enough')\n"
        "    while len(kept) < 7500:\n"
        "        kept.append(libc.strdup(small))\n"
        "        if len(kept) % 20 == 0:\n"
        "            seen.add(down(0))\n"
        "    while kept:\n"
        "        libc.free(kept.pop())\n"
        "    libc.malloc_trim(0)\n"  # what is not given back grows no more in the next round
        "print(max(seen) - min(seen) < 12)\n"
    )
    done = watched.run_until(tmp_path, python, _LEAK + source, lambda: _by_lines(tmp_path), *_STRICT)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")
    assert _by_lines(tmp_path)


@each_python(_TOLD)
def test_a_program_that_closes_everything_goes_on(tmp_path: Path, python: Path) -> None:
    """The descriptor that is read at each line may be gone from one line to the next."""
    source = (
        "import os\nkept = []\nfor turn in range(40):\n    grow(kept, 120)\n    os.closerange(3, 1024)\nprint('done')\n"
    )
    done, _ = _run(tmp_path, python, _LEAK + source)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
