"""Runs every program in both ways, as it stands and renamed, and prints the table that README.md holds.

    python tests/oom/matrix.py [-o README.md] [NAME...]

It takes a quarter of an hour. What is not installed here, or can't be had, is a row that says so.
"""

from __future__ import annotations

import argparse
import importlib.util
import platform
import sys
import tempfile
import traceback
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]

from oom_runs import WAYS, kill
from scenarios import SCENARIOS, Scenario

HEADER = """\
| program | way | line exact | given by | cause | sure | report, s |
|---|---|---|---|---|---|---|"""


def row(scenario: Scenario, way: str, *, renamed: bool, keep: Path | None) -> str:
    """One line of the table."""
    name = scenario.name + (", renamed" if renamed else "")
    if scenario.needs and importlib.util.find_spec(scenario.needs) is None:
        return f"| {name} | {way} | {scenario.needs} is not installed | | | | |"
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        if keep:
            folder = keep / f"{scenario.name}-{way}{'-renamed' if renamed else ''}"
            folder.mkdir(parents=True)
        try:
            seen = kill(folder, scenario.source(renamed=renamed), way, scenario.needs)
        except Exception as error:  # noqa: BLE001 - a row that says what went wrong; the others are still wanted
            traceback.print_exc()
            return f"| {name} | {way} | {type(error).__name__} | | | | |"
    want, got = scenario.line(renamed=renamed), seen.line
    exact = "yes" if got == want else f"no: {got}, not {want}"
    last = seen.reports[1]
    causes = "/".join(sorted({str(one["verdict"]["cause"]) for one in seen.reports}))
    return f"| {name} | {way} | {exact} | {seen.evidence} | {causes} | {last['confidence']} | {seen.seconds:.2f} |"


def main() -> int:
    """Print the table; put it into the file that is named. 1 where a line is not exact or a program was not killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="programs (all)")
    parser.add_argument("-o", "--output", type=Path, help="a file whose table is replaced by this one")
    parser.add_argument("--way", choices=WAYS, action="append", help="only this way")
    parser.add_argument("--keep", type=Path, help="a folder in which everything is left behind")
    options = parser.parse_args()
    lines = [*HEADER.splitlines()]
    print("\n".join(lines), flush=True)
    for scenario in SCENARIOS:
        if options.names and scenario.name not in options.names:
            continue
        for way in options.way or WAYS:
            for renamed in (False, True):
                lines.append(row(scenario, way, renamed=renamed, keep=options.keep))
                print(lines[-1], flush=True)
    if options.output:
        text = options.output.read_text(encoding="utf-8")
        before, _, rest = text.partition(HEADER.splitlines()[0])
        after = rest.partition("\n\n")[2]
        where = f"Python {platform.python_version()}, Linux {platform.release()}, a memory cgroup of 300 MB"
        note = f"Measured on {where}."
        options.output.write_text(f"{before}{chr(10).join(lines)}\n\n{note}\n{after.partition(chr(10))[2]}", "utf-8")
    return int(any(" | yes | " not in line and " is not installed |" not in line for line in lines[2:]))


if __name__ == "__main__":
    sys.exit(main())
