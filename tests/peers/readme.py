"""The tables in `README.md`: each stands between markers of its own and is replaced as a whole, with its date."""

from __future__ import annotations

import platform
import re
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

README = Path(__file__).with_name("README.md")


def replace(proof: str, arguments: str, table: str, seconds: float) -> None:
    """Put ``table`` between the markers of ``proof``; SystemExit where the README has no such markers."""
    text = README.read_text(encoding="utf-8")
    block = re.compile(rf"(<!-- {proof} -->\n).*?(<!-- /{proof} -->)", re.DOTALL)
    if not block.search(text):
        raise SystemExit(f"{README} has no markers for {proof}")
    made = f"{_made(proof, arguments, seconds)}\n\n{table}\n\n"
    README.write_text(block.sub(lambda found: found[1] + made + found[2], text), encoding="utf-8")


def _made(proof: str, arguments: str, seconds: float) -> str:
    day = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    releases = f"Python {platform.python_version()}, libcst {version('libcst')}, ast-grep-py {version('ast-grep-py')}"
    command = " ".join(("python tests/peers/run.py", proof, *arguments.split()))
    return f"*{day}: `{command}` with {releases}, in {seconds / 60:.0f} min.*"
