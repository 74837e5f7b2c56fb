"""Proof 2, cpython: CPython's own tests give the same results on a standard library full of checkpoints."""

from __future__ import annotations

import shutil
import sys
import sysconfig
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.errors import MemmonError
from memmon.files import deploy
from memmon.model import Instrumented
from memmon.source import instrument
from peers import everything, exceptions, logs, stdlib, suites

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from memmon.model import Config

PROCESSES = 2
_VERSION = f"python{sysconfig.get_python_version()}"
_LEFT_OUT = ("site-packages", "__pycache__", "idlelib", "turtledemo", "ensurepip", "tkinter")


@dataclass
class Module:
    """A module (or a package with all that it holds) after it was bracketed."""

    name: str
    sites: int = 0
    refused: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    checkpoints: int = 0


@dataclass(frozen=True)
class Result:
    """The whole proof."""

    modules: list[Module]
    tested: list[suites.Tested]


def prove(every: int = 1, only: Sequence[str] = ()) -> Result:
    """Bracket a copy of the running interpreter's library and run the tests on it and on an untouched copy.

    Tests with timers, sockets and signals may fail by chance on either. So what differs for no known reason is run
    once more, alone, and the table says so.
    """
    tests = [test for test in only or stdlib.TESTS[::every] if (_library(Path(sys.base_prefix)) / "test").is_dir()]
    with tempfile.TemporaryDirectory(prefix="memmon-cpython-") as folder:
        plain, bracketed, records = (Path(folder) / name for name in ("plain", "bracketed", "records"))
        for prefix in (plain, bracketed):
            _copy_python(prefix)
        modules = _bracket(_library(bracketed), records)
        deploy.put(_library(bracketed), _library(bracketed).glob("*.py"))
        with ThreadPoolExecutor(PROCESSES) as pool:
            tested = list(pool.map(lambda test: _test(test, plain, bracketed), tests))
        for at, suite in enumerate(tested):
            if suites.unexplained([suite], exceptions.CPYTHON):
                tested[at] = replace(suite, again=_test(suite.name, plain, bracketed))
        passed = logs.checkpoints(records)
    for module in modules:
        module.checkpoints = sum(passed[str(file)] for file in module.files)
    return Result(modules, tested)


def _library(prefix: Path) -> Path:
    return prefix / "lib" / _VERSION


def _copy_python(prefix: Path) -> None:
    """An interpreter of its own: Python finds its library from where its executable lies."""
    original = Path(sys.base_prefix)
    shutil.copytree(_library(original), _library(prefix), symlinks=True, ignore=shutil.ignore_patterns(*_LEFT_OUT))
    (_library(prefix) / "site-packages").mkdir()
    (prefix / "bin").mkdir()
    shutil.copy2(original / "bin" / _VERSION, prefix / "bin")


def _bracket(library: Path, records: Path) -> list[Module]:
    """Bracket the modules of the two lists in place."""
    tasks: list[tuple[str, Path, Path, bool]] = []
    for names, statements in ((stdlib.EVERY_STATEMENT, True), (stdlib.EVERY_FUNCTION, False)):
        tasks += [(name, file, records, statements) for name in names for file in _sources(library, name)]
    found: dict[str, Module] = {}
    with get_context("spawn").Pool(PROCESSES) as pool:
        for name, file, sites, refused in pool.imap(_bracket_file, tasks, chunksize=4):
            module = found.setdefault(name, Module(name))
            module.files.append(file)
            module.sites += sites
            module.refused += refused
    return list(found.values())


def _sources(library: Path, name: str) -> Iterator[Path]:
    """The module's file, or its package's files without the tests among them."""
    if (library / f"{name}.py").is_file():
        yield library / f"{name}.py"
    for file in sorted((library / name).rglob("*.py")):
        if not {"test", "tests", "__pycache__"} & set(file.relative_to(library).parts):
            yield file


def _bracket_file(task: tuple[str, Path, Path, bool]) -> tuple[str, str, int, list[str]]:
    name, file, records, statements = task
    config: Config = everything.STATEMENTS if statements else everything.FUNCTIONS
    config = replace(config, settings=replace(config.settings, log_dir=str(records)))
    outcome = instrument.instrument(file.read_bytes(), str(file), config)
    if not isinstance(outcome, Instrumented):
        raise MemmonError(f"{file} is instrumented already")
    file.write_bytes(outcome.source)
    refused = [f"{file.name}:{refusal.site.line}: {refusal.reason}" for refusal in outcome.refusals]
    return name, str(file), len(outcome.sites) + len(refused), refused


def _test(name: str, plain: Path, bracketed: Path) -> suites.Tested:
    return suites.Tested(name, _results(name, plain), _results(name, bracketed))


def _results(name: str, prefix: Path) -> dict[str, str]:
    with tempfile.TemporaryDirectory(prefix="memmon-tests-") as folder:
        report = Path(folder) / "report.xml"
        # Frozen modules would come from the executable and not from the library.
        command: list[str | Path] = [
            prefix / "bin" / _VERSION,
            "-X",
            "frozen_modules=off",
            "-m",
            "test",
            "--junit-xml",
            report,
            name,
        ]
        return suites.results(name, command, report, Path(folder), TMPDIR=folder)


def failures(result: Result) -> int:
    """Tests that differ without a known reason, and bracketed modules of which no checkpoint was recorded."""
    silent = sum(module.sites > 0 and not module.checkpoints for module in result.modules)
    return silent + suites.unexplained(result.tested, exceptions.CPYTHON)


def table(result: Result) -> str:
    """The proof as it stands in the README."""
    every = frozenset(stdlib.EVERY_STATEMENT)
    head = "| module | bracketed | sites | refused | checkpoints recorded |\n|---|---|--:|--:|--:|"
    rows = [
        f"| {module.name} | {'functions, assignments, returns' if module.name in every else 'functions'} |"
        f" {module.sites:,} | {len(module.refused):,} | {suites.about(module.checkpoints)} |"
        for module in sorted(result.modules, key=lambda module: module.name)
    ]
    counts = Counter(kind for tested in result.tested for kind in tested.plain.values())
    differing = sum(len(tested.differing) for tested in result.tested)
    summary = (
        f"{len(result.modules)} modules bracketed, {len(every)} of them with every assignment and return:"
        f" {sum(module.sites for module in result.modules):,} sites. {len(result.tested)} test modules with"
        f" {counts.total():,} tests: {suites.said(counts)} on the untouched copy; {differing} differ on the bracketed"
        f" one, {suites.unexplained(result.tested, exceptions.CPYTHON)} of them unexplained."
    )
    refused = [f"- refused: {line}" for module in result.modules for line in module.refused]
    parts = [summary, "\n".join([head, *rows]), "\n".join(refused)]
    return "\n\n".join(part for part in (*parts, suites.explained(result.tested, exceptions.CPYTHON)) if part)
