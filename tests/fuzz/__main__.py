"""Looks for bytes on which memmon hangs, crashes or eats memory, guided by what of its code they reach.

    python -m tests.fuzz config|log|page|strip [--seconds N] [--keep FOLDER]

Needs ``pip install 'memmon[fuzz]'``, which has a wheel for Python 3.11 to 3.13. An exception that is no refusal, more
than 20 seconds or more than 1.5 GB for one input end it with an exit code above 0, and the input is kept in the
current folder. ``--keep`` is where the inputs are kept that reached something new, to go on with another time.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

with atheris.instrument_imports(include=["memmon"]):
    from fuzz import targets

_WORDS = (
    '"[[hotspot]]"', '"[memmon]"', '"[tool.memmon]"', '"match"', '"text"', '"$$$"', '"within"', '"function"', '"%"',
    '"RSS="', '"_BEFORE] "', '"_AFTER] "', '" at="', '" line="', '" file="', '" tid="', '"MB"', '"[CRITICAL] ["',
    '"\\"frames\\": ["', '"\\"header\\": {"', '"null"', '"1e400"', '"-1"', '"NaN"', '"\\\\ud800"', '"\\\\u0000"',
    '"# >>> memmon "', '"# <<< memmon <<<"', '"__memmon__"', '".before("', '".after("', '"\\x0d\\x0a"', '"\\x0c"',
)  # fmt: skip


def main() -> int:
    """Fuzz one target for a time; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("target", choices=targets.TARGETS)
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    # The fuzzer ends its process without a word to Python: who tidies up is another one.
    fuzzer = os.fork()
    if fuzzer == 0:
        _fuzz(asked.target, asked.seconds, asked.keep or targets.folder() / "corpus")
        os._exit(0)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: os.kill(fuzzer, number))
    _, status = os.waitpid(fuzzer, 0)
    shutil.rmtree(targets.folder())
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _fuzz(target: str, seconds: int, corpus: Path) -> None:
    run, seeds = targets.TARGETS[target]
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    words = targets.folder() / "words"
    words.write_text("".join(f"{word}\n" for word in _WORDS))
    options = {
        "max_total_time": seconds,
        "timeout": 20,
        "rss_limit_mb": 1500,
        "max_len": 1 << 16,
        "dict": words,
        "print_final_stats": 1,
        "artifact_prefix": f"./memmon-{target}-",
    }
    atheris.Setup([sys.argv[0], *(f"-{name}={value}" for name, value in options.items()), str(corpus)], run)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
