"""Twenty programs that memory does not kill: they end well, fail, crash, or somebody kills them."""

from __future__ import annotations

from dataclasses import dataclass

_GROW = """\
rows = []
while len(rows) < {count}:
    rows.append({{"id": len(rows), "text": "row %d " % len(rows) * 40}})
"""


def _grown(count: int, rest: str) -> str:
    return _GROW.format(count=count) + rest


@dataclass(frozen=True)
class Innocent:
    """One program, how it ends, and what the report may say."""

    name: str
    source: str
    outcomes: tuple[str, ...]
    causes: tuple[str | None, ...]
    kill: str = ""
    """The signal that it is sent once it has printed a line."""


_WAIT = "print('ready', flush=True)\nimport time\nwhile True:\n    time.sleep(0.05)\n"
_BY_HAND = (None, "signal", "unknown")
_DIED = (None, "signal", "unknown", "crash")

INNOCENTS = (
    Innocent("nothing", "pass\n", ("finished",), (None,)),
    Innocent("grows and ends", _grown(150_000, "print(len(rows))\n"), ("finished",), (None,)),
    Innocent("grows and shrinks", _grown(150_000, "rows.clear()\n") * 2, ("finished",), (None,)),
    Innocent("exits with 3", _grown(20_000, "import sys\nsys.exit(3)\n"), ("finished", "exception"), (None,)),
    Innocent("exits with 137", "import sys\nsys.exit(137)\n", ("finished", "exception"), (None,)),
    Innocent("exits at once", _grown(20_000, "import os\nos._exit(0)\n"), ("finished", "killed"), (None, "unknown")),
    Innocent("raises", _grown(20_000, "raise KeyError('no such row')\n"), ("exception",), (None,)),
    Innocent(
        "raises in a thread",
        "import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()\n",
        ("finished", "exception"),
        (None,),
    ),
    Innocent("raises MemoryError", "b = bytearray(1 << 60)\n", ("exception",), ("memory-error",)),
    Innocent(
        "survives MemoryError",
        "try:\n    bytearray(1 << 60)\nexcept MemoryError:\n    print('no room')\n",
        ("finished",),
        (None,),
    ),
    Innocent("recurses too deep", "def f(n):\n    return f(n + 1) + 1\nf(0)\n", ("exception",), (None,)),
    Innocent("crashes", "import ctypes\nctypes.string_at(0)\n", ("killed",), ("crash", "signal", "unknown")),
    Innocent("aborts", "import os\nos.abort()\n", ("killed",), _DIED),
    Innocent("SIGKILL early", _WAIT, ("killed",), _BY_HAND, "SIGKILL"),
    Innocent("SIGKILL near the limit", _grown(330_000, _WAIT), ("killed",), _BY_HAND, "SIGKILL"),
    Innocent(
        "SIGKILL while growing",
        "print('ready', flush=True)\nimport time\nrows = []\nwhile True:\n"
        "    rows.append('x' * 50_000)\n    time.sleep(0.01)\n",
        ("killed",),
        _BY_HAND,
        "SIGKILL",
    ),
    Innocent("SIGTERM", _WAIT, ("killed", "exception"), _BY_HAND, "SIGTERM"),
    Innocent("SIGTERM near the limit", _grown(330_000, _WAIT), ("killed", "exception"), _BY_HAND, "SIGTERM"),
    Innocent("SIGINT", _WAIT, ("exception", "killed"), _BY_HAND, "SIGINT"),
    Innocent(
        "SIGKILL in a busy loop",
        "print('ready', flush=True)\nn = 0\nwhile True:\n    n += len([0] * 1000)\n",
        ("killed",),
        _BY_HAND,
        "SIGKILL",
    ),
)
