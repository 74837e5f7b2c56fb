"""Proof 1, strip: what hits everything can be taken out again, byte for byte, on every source there is."""

from __future__ import annotations

import os
import sysconfig
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.errors import MemmonError, ProofError
from memmon.model import Instrumented
from memmon.source import instrument, prove, strip
from peers import everything, mutations, tree
from support import interpreters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PROCESSES = 2


@dataclass
class Checked:
    """What became of one source."""

    name: str
    sites: int = 0
    refused: list[str] = field(default_factory=list)
    """The sites that could not be bracketed, as ``file:line: reason``."""
    unread: bool = False
    """Not valid Python, which memmon said itself and left alone."""
    newer: bool = False
    """Valid for a newer Python only: proved by libcst and strip, and not compiled."""
    wrong: str = ""
    """What failed; empty where everything held."""


@dataclass
class Tally:
    """The counts over one corpus; it grows by one :class:`Checked` at a time."""

    corpus: str
    files: int = 0
    unread: int = 0
    newer: int = 0
    sites: int = 0
    refused: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, checked: Checked) -> None:
        """Count one source in."""
        self.files += 1
        self.unread += checked.unread
        self.newer += checked.newer
        self.sites += checked.sites
        self.refused += checked.refused
        if checked.wrong:
            self.wrong.append(f"{checked.name}: {checked.wrong}")


def check(source: bytes, name: str) -> Checked:
    """Instrument ``source`` with selectors that hit everything, and prove the result in four ways.

    It compiles where the input did; memmon's strip gives the input back; the syntax tree without the injected calls
    is the input's (which proves the line numbers too); and a second instrument leaves it alone.
    """
    result = Checked(name)
    compiles = prove.compiles(source, name) is None
    try:
        outcome = instrument.instrument(source, name, everything.ALL)
    except ProofError as error:
        result.wrong = f"not proved: {error.message}"
        return result
    except MemmonError as error:
        result.unread = not compiles
        result.wrong = f"refused, though it compiles: {error.message}" if compiles else ""
        return result
    except Exception as error:  # noqa: BLE001  # whatever it is, it is a finding about this file
        result.wrong = f"{type(error).__name__}: {error}"
        return result
    if not isinstance(outcome, Instrumented):
        result.wrong = "taken for an instrumented file"
        return result
    result.newer = not compiles
    result.sites = len(outcome.sites) + len(outcome.refusals)
    result.refused = [f"{name}:{refusal.site.line}: {refusal.reason}" for refusal in outcome.refusals]
    result.wrong = _disproved(source, outcome.source, name, compiles=compiles)
    return result


def _disproved(source: bytes, output: bytes, name: str, *, compiles: bool) -> str:
    """What does not hold of ``output``; empty where all does."""
    if strip.strip(output, name) != source:
        return "strip does not give the input back"
    if isinstance(instrument.instrument(output, name, everything.ALL), Instrumented):
        return "instrumented twice"
    if not compiles:
        return ""
    error = prove.compiles(output, name)
    if error is not None:
        return f"the output does not compile: {error}"
    return tree.difference(source, output) or ""


def check_all(corpus: str, sources: Iterable[tuple[str, bytes]]) -> Tally:
    """Check every source of a corpus, over two processes; the tally does not depend on which took what."""
    tally = Tally(corpus)
    with get_context("spawn").Pool(PROCESSES, maxtasksperchild=400) as pool:
        for checked in pool.imap(_check, sources, chunksize=8):
            tally.add(checked)
    return tally


def _check(item: tuple[str, bytes]) -> Checked:
    return check(item[1], item[0])


def standard(every: int = 1) -> Tally:
    """The running interpreter's standard library, its tests included; every n-th file."""
    return check_all(f"standard library, Python {sysconfig.get_python_version()}", standard_files(every))


def changed(every: int = 1) -> Tally:
    """The same files, each changed in one way."""
    return check_all(
        f"the same files, each changed in one way ({', '.join(mutations.NAMES)})", mutations.of(standard_files(every))
    )


def installed(every: int = 1) -> Tally:
    """The packages that are installed beside memmon."""
    folder = Path(sysconfig.get_path("purelib"))
    return check_all("installed packages", list(_files(folder, folder))[::every])


def others(every: int = 1) -> Iterator[Tally]:
    """The standard libraries of the other interpreters on this machine."""
    for version, executable in interpreters.found().items():
        folder = executable.parents[1] / "lib" / f"python{version}"
        if version != sysconfig.get_python_version() and folder.is_dir():
            yield check_all(f"standard library, Python {version}", list(_files(folder, folder))[::every])


def standard_files(every: int = 1) -> list[tuple[str, bytes]]:
    """The files of the running interpreter's standard library as (name, bytes), every n-th of them."""
    folder = Path(sysconfig.get_path("stdlib"))
    return list(_files(folder, folder))[::every]


def _files(folder: Path, top: Path) -> Iterator[tuple[str, bytes]]:
    """The Python files below ``folder`` as (name, bytes), sorted; not those of packages installed below it."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in {"site-packages", "__pycache__"}:
                    yield from _files(path, top)
            elif entry.name.endswith(".py") and entry.is_file():
                yield str(path.relative_to(top)), path.read_bytes()


def _places(tally: Tally) -> Iterator[str]:
    """The refused sites, a file a line; a line number stands as often as sites were refused there."""
    lines: dict[str, list[str]] = {}
    for refused in tally.refused:
        file, _, line = refused.split(": ", 1)[0].rpartition(":")
        lines.setdefault(file, []).append(line)
    for file, numbers in lines.items():
        yield f"  - `{file}`, line {', '.join(numbers)} ({tally.corpus})"


def table(tallies: list[Tally]) -> str:
    """The tallies as they stand in the README."""
    head = "| corpus | files | not Python | syntax of a newer Python | sites | refused | failed |"
    line = "|---|--:|--:|--:|--:|--:|--:|"
    rows = [
        f"| {tally.corpus} | {tally.files:,} | {tally.unread:,} | {tally.newer:,} | {tally.sites:,} |"
        f" {len(tally.refused):,} | {len(tally.wrong):,} |"
        for tally in tallies
    ]
    reasons = Counter(line.split(": ", 1)[1] for tally in tallies for line in tally.refused)
    refused = [f"- {count:,} × {reason}" for reason, count in reasons.most_common()]
    places = [place for tally in tallies for place in _places(tally)]
    failed = [f"- {line} ({tally.corpus})" for tally in tallies for line in tally.wrong]
    parts = ["\n".join([head, line, *rows])]
    if refused:
        parts.append("\n".join(["Refused, by reason and by place:", "", *refused, *places]))
    if failed:
        parts.append("\n".join(["Failed:", "", *failed]))
    return "\n\n".join(parts)
