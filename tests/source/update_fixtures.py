"""Write the ``after.py`` of the cases under fixtures/ anew, to be read and committed; run it by hand.

    python tests/source/update_fixtures.py [CASE…]

It only records what memmon does: whether that is right is for the reader of the diff to say.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import cases


def main(names: list[str]) -> None:
    """Write those that differ."""
    for case in cases.found():
        if names and case.folder.name not in names:
            continue
        outcome = case.instrumented()
        file = case.folder / "after.py"
        if not file.exists() or cases.VERSION.sub(b"", case.after) != cases.VERSION.sub(b"", outcome.source):
            file.write_bytes(outcome.source)
            sys.stdout.write(f"{case.folder.name}\n")
        for refusal in outcome.refusals:
            sys.stdout.write(f"  refused: line {refusal.site.line}: {refusal.reason}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
