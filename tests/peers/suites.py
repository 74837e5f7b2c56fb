"""Run a test suite twice, on untouched and on bracketed code, and compare test by test."""

from __future__ import annotations

import os
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import IO

_SECONDS = 900
_NONE = "no result"
"""What the report says of a test in which a subtest failed: it is there without a name."""


@dataclass(frozen=True)
class Tested:
    """One suite's results both ways: what each of its tests came to."""

    name: str
    plain: Mapping[str, str]
    bracketed: Mapping[str, str]
    again: Tested | None = None
    """The same suite once more, both ways, where something differed for no reason that is known."""

    @property
    def differing(self) -> dict[str, str]:
        """The tests whose results differ, with both results."""
        if set(self.bracketed) == {self.name}:  # no results at all
            return dict(self.bracketed)
        every = sorted({*self.plain, *self.bracketed})
        pairs = {test: (self.plain.get(test, _NONE), self.bracketed.get(test, _NONE)) for test in every}
        return {test: f"{one} became {other}" for test, (one, other) in pairs.items() if one != other}

    def why(self, test: str, reasons: Mapping[str, str]) -> str | None:
        """Why ``test`` differs: for a known reason, or by chance, since it did not when run again; None: not known.

        That a suite crashed or hung is never called chance.
        """
        if test in reasons or self.again is None or test in self.again.differing or test == self.name:
            return reasons.get(test)
        return "chance: run again, both results are the same"

    def counts(self) -> str:
        """The untouched results, as in ``283 passed, 1 skipped``."""
        return said(Counter(self.plain.values()))


def said(counts: Counter[str]) -> str:
    """Counts of results in words."""
    return ", ".join(f"{count:,} {kind}" for kind, count in sorted(counts.items()))


def results(name: str, command: Sequence[str | Path], report: Path, cwd: Path, **variables: str) -> dict[str, str]:
    """What each test came to by the JUnit ``report`` that ``command`` writes; one entry, ``name``, if it did not."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MEMMON_", "PYTHON"))}
    # With a hash seed, tests that walk sets do the same both times.
    environment |= {"PYTHONHASHSEED": "1", **variables}
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        process = subprocess.Popen(
            command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
            return {name: f"not finished in {_SECONDS} s: {_last_words(output)}"}
        if not report.exists():
            return {name: f"no report, exit status {process.returncode}: {_last_words(output)}"}
    return dict(_outcomes(report))


def _last_words(output: IO[str]) -> str:
    """What a suite said before it crashed or hung: Python's fatal error, or else its last line."""
    output.seek(0)
    lines = [line.strip() for line in output if line.strip()]
    return next((line for line in reversed(lines) if line.startswith("Fatal")), lines[-1] if lines else "nothing said")


def _outcomes(report: Path) -> Iterator[tuple[str, str]]:
    seen: Counter[str] = Counter()
    for case in ET.parse(report).getroot().iter("testcase"):
        name = ".".join(part for part in (case.get("classname"), case.get("name")) if part)
        if not name:
            continue
        seen[name] += 1  # doctests and generated tests may share a name
        inner = next((child.tag for child in case if child.tag in {"failure", "error", "skipped"}), "passed")
        yield (f"{name} ({seen[name]})" if seen[name] > 1 else name), inner


def explained(suites: Sequence[Tested], reasons: Mapping[str, str]) -> str:
    """The differing tests as a table, each with the reason that is known for it; empty where nothing differs."""
    rows = [
        f"| `{test}` | {change} | {suite.why(test, reasons) or '**unexplained**'} |"
        for suite in suites
        for test, change in suite.differing.items()
    ]
    return "\n".join(["| test | result | why |", "|---|---|---|", *rows]) if rows else ""


def unexplained(suites: Sequence[Tested], reasons: Mapping[str, str]) -> int:
    """How many tests differ without a reason."""
    return sum(suite.why(test, reasons) is None for suite in suites for test in suite.differing)


def about(count: int) -> str:
    """The size of a count of checkpoints, which timers, threads and memory make differ a little from run to run."""
    return f"≥ {10 ** (len(str(count)) - 1):,}" if count else "0"
