"""The tables in `README.md`: each stands between markers of its own and is replaced as a whole, with its date.

Where the table that is replaced says the same, the line above says when that one was made.
"""

from __future__ import annotations

import platform
import re
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

README = Path(__file__).with_name("README.md")
_SIZE = re.compile(r"≥ [\d,]+")
"""Of the checkpoints recorded, which timers and threads make a little more or less."""


def replace(proof: str, arguments: str, table: str, seconds: float) -> None:
    """Put ``table`` between the markers of ``proof``; SystemExit where the README has no such markers."""
    text = README.read_text(encoding="utf-8")
    block = re.compile(rf"(<!-- {proof} -->\n)(.*?)(<!-- /{proof} -->)", re.DOTALL)
    found = block.search(text)
    if found is None:
        raise SystemExit(f"{README} has no markers for {proof}")
    made = _made(proof, arguments, seconds)
    before, _, old = found[2].strip().partition("\n\n")
    if _SIZE.sub("", old) == _SIZE.sub("", table.strip()):
        made += f"\nThe same came out before: {before.splitlines()[0]}"
    text = f"{text[: found.end(1)]}{made}\n\n{table}\n\n{text[found.start(3) :]}"
    README.write_text(text, encoding="utf-8")


def _made(proof: str, arguments: str, seconds: float) -> str:
    now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    releases = f"Python {platform.python_version()}, libcst {version('libcst')}, ast-grep-py {version('ast-grep-py')}"
    command = " ".join(("python tests/peers/run.py", proof, *arguments.split()))
    return f"*{now}: `{command}` with {releases}, in {seconds / 60:.0f} min.*"
