"""Proof 4, differential: random programs do the same with every place in them bracketed, and without."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from bisect import bisect_right
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.files import deploy
from memmon.model import Instrumented
from memmon.source import instrument
from peers import everything, generate, logs, tree

if TYPE_CHECKING:
    from collections.abc import Iterable

PROCESSES = 2
_SECONDS = 60
_FRAME = re.compile(r'^(?P<lead>.*?)File "(?P<file>[^"]*program\.py)", line (?P<line>\d+)(?P<rest>.*)$')
_ADDRESS = re.compile(r"0x[0-9a-f]+")


@dataclass(frozen=True)
class Compared:
    """One program, run both ways."""

    seed: int
    lines: int
    """Lines that it printed, untouched."""
    sites: int
    checkpoints: int
    """Checkpoints that its log says were passed."""
    refused: tuple[str, ...]
    difference: str
    """Where the two runs differ; empty where they do not."""


@dataclass(frozen=True)
class Ran:
    """What a run left: its exit status and both streams."""

    status: int
    out: str
    err: str


def compare(seed: int) -> Compared:
    """Run the program of ``seed`` untouched and with everything bracketed, each in a folder of its own."""
    source = generate.program(seed).encode()
    outcome = instrument.instrument(source, "program.py", everything.ALL)
    if not isinstance(outcome, Instrumented):
        raise TypeError(outcome)
    with tempfile.TemporaryDirectory() as folder:
        plain, bracketed, records = (Path(folder) / name for name in ("plain", "bracketed", "records"))
        for place, content in ((plain, source), (bracketed, outcome.source)):
            place.mkdir()
            (place / "program.py").write_bytes(content)
        deploy.put(bracketed, [bracketed / "program.py"])
        without = normal(_run(plain, records), ())
        within = normal(_run(bracketed, records), tree.added_lines(outcome.source))
        passed = logs.checkpoints(records).total() if records.is_dir() else 0
    differing = difference(without, within)
    if not differing and not passed:
        differing = "no checkpoint was recorded"
    refused = tuple(f"seed {seed}, line {refusal.site.line}: {refusal.reason}" for refusal in outcome.refusals)
    sites = len(outcome.sites) + len(refused)
    return Compared(seed, without.out.count("\n"), sites, passed, refused, differing)


def compare_all(seeds: Iterable[int]) -> list[Compared]:
    """Compare the programs of ``seeds``, over two processes, in the order of the seeds."""
    with get_context("spawn").Pool(PROCESSES) as pool:
        return list(pool.imap(compare, seeds, chunksize=4))


def _run(folder: Path, records: Path) -> Ran:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MEMMON_", "PYTHON"))}
    environment |= {"MEMMON_LOG_DIR": str(records), "PYTHONHASHSEED": "0", "PYTHONIOENCODING": "utf-8"}
    # A coroutine that is thrown away unstarted is a warning that quotes the source: not part of the comparison.
    command = [sys.executable, "-W", "ignore::RuntimeWarning", "program.py"]
    ran = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=_SECONDS, check=False
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def normal(ran: Ran, added: tuple[int, ...]) -> Ran:
    """Without what may differ: addresses, and in tracebacks the quoted source; line numbers are the original's."""
    lines: list[str] = []
    quoting = False
    for line in ran.err.splitlines():
        frame = _FRAME.match(line)
        if frame:
            number = int(frame["line"])
            original = number - bisect_right(added, number)
            lines.append(f'{frame["lead"]}File "program.py", line {original}{frame["rest"]}')
        elif not (quoting and line.startswith("    ")):
            lines.append(line)
        quoting = frame is not None or (quoting and line.startswith("    "))
    return Ran(ran.status, _ADDRESS.sub("0x", ran.out), _ADDRESS.sub("0x", "\n".join(lines)))


def difference(without: Ran, within: Ran) -> str:
    """Where two normal runs differ first, in words; empty where they do not."""
    if without.status != within.status:
        return f"exit status {without.status} became {within.status}; stderr ends {within.err[-200:]!r}"
    for name in ("out", "err"):
        before, after = (getattr(ran, name).splitlines() for ran in (without, within))
        for number, (one, other) in enumerate(zip(before, after, strict=False), 1):
            if one != other:
                return f"std{name}, line {number}: {one!r} became {other!r}"
        if len(before) != len(after):
            return f"std{name}: {len(before)} lines became {len(after)}: {(before + after)[-1]!r}"
    return ""


def table(results: list[Compared]) -> str:
    """The comparison as it stands in the README."""
    differing = [result for result in results if result.difference]
    refused = [line for result in results for line in result.refused]
    head = "| programs | lines printed | sites | refused | checkpoints recorded | differ |\n|--:|--:|--:|--:|--:|--:|"
    lines, sites, passed = (
        sum(getattr(result, count) for result in results) for count in ("lines", "sites", "checkpoints")
    )
    row = f"| {len(results):,} | {lines:,} | {sites:,} | {len(refused):,} | {passed:,} | {len(differing):,} |"
    notes = [f"- refused: {line}" for line in refused]
    notes += [f"- seed {result.seed}: {result.difference}" for result in differing]
    return "\n".join([head, row, *([""] if notes else []), *notes])
