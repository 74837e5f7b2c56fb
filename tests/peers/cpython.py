"""Proof 2, cpython: CPython's own tests give the same results on a standard library full of checkpoints."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from memmon.errors import MemmonError
from memmon.files import deploy
from memmon.model import Instrumented
from memmon.source import instrument
from peers import everything, exceptions, logs, stdlib

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from memmon.model import Config

PROCESSES = 2
_SECONDS = 600
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
class Tested:
    """One test module's results both ways: what each of its tests came to."""

    name: str
    plain: Mapping[str, str]
    bracketed: Mapping[str, str]

    @property
    def differing(self) -> dict[str, str]:
        """The tests whose results differ, with both results."""
        if set(self.bracketed) == {self.name}:  # no results at all
            return dict(self.bracketed)
        every = sorted({*self.plain, *self.bracketed})
        pairs = {test: (self.plain.get(test, "missing"), self.bracketed.get(test, "missing")) for test in every}
        return {test: f"{one} became {other}" for test, (one, other) in pairs.items() if one != other}


@dataclass(frozen=True)
class Result:
    """The whole proof."""

    modules: list[Module]
    tested: list[Tested]


def prove(every: int = 1, only: tuple[str, ...] = ()) -> Result:
    """Bracket a copy of the running interpreter's library and run the tests on it and on an untouched copy."""
    tests = [test for test in only or stdlib.TESTS[::every] if (_library(Path(sys.base_prefix)) / "test").is_dir()]
    with tempfile.TemporaryDirectory(prefix="memmon-cpython-") as folder:
        plain, bracketed, records = (Path(folder) / name for name in ("plain", "bracketed", "records"))
        for prefix in (plain, bracketed):
            _copy_python(prefix)
        modules = _bracket(_library(bracketed), records)
        deploy.put(_library(bracketed))
        with ThreadPoolExecutor(PROCESSES) as pool:
            tested = list(pool.map(lambda test: _test(test, plain, bracketed), tests))
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


def _test(name: str, plain: Path, bracketed: Path) -> Tested:
    return Tested(name, _results(name, plain), _results(name, bracketed))


def _results(name: str, prefix: Path) -> dict[str, str]:
    """What each test of a test module came to: ``passed``, ``skipped``, ``failure`` or ``error``."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MEMMON_", "PYTHON"))}
    with tempfile.TemporaryDirectory(prefix="memmon-tests-") as folder:
        report = Path(folder) / "report.xml"
        # Frozen modules would come from the executable and not from the library; with a hash seed, tests that walk
        # sets do the same both times.
        command = [prefix / "bin" / _VERSION, "-X", "frozen_modules=off", "-m", "test", "--junit-xml", report, name]
        environment |= {"PYTHONHASHSEED": "1", "TMPDIR": folder}
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
            return {name: f"not finished in {_SECONDS} s"}
        if not report.exists():
            return {name: f"no report, exit status {process.returncode}"}
        return dict(_outcomes(report))


def _outcomes(report: Path) -> Iterator[tuple[str, str]]:
    seen: Counter[str] = Counter()
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        name = case.get("name", "")
        seen[name] += 1  # doctests and generated tests may share a name
        inner = next((child.tag for child in case if child.tag in {"failure", "error", "skipped"}), "passed")
        yield (f"{name} ({seen[name]})" if seen[name] > 1 else name), inner


def unexplained(result: Result) -> list[str]:
    """Differences that no entry of :mod:`peers.exceptions` explains."""
    return [
        f"{test}: {change}"
        for tested in result.tested
        for test, change in tested.differing.items()
        if test not in exceptions.CPYTHON
    ]


def table(result: Result) -> str:
    """The proof as it stands in the README."""
    every = frozenset(stdlib.EVERY_STATEMENT)
    head = "| module | bracketed | sites | refused | checkpoints recorded |\n|---|---|--:|--:|--:|"
    rows = [
        f"| {module.name} | {'functions, assignments, returns' if module.name in every else 'functions'} |"
        f" {module.sites:,} | {len(module.refused):,} | {_rounded(module.checkpoints)} |"
        for module in sorted(result.modules, key=lambda module: module.name)
    ]
    counts = Counter(kind for tested in result.tested for kind in tested.plain.values())
    differing = {test: change for tested in result.tested for test, change in tested.differing.items()}
    text = [
        f"{len(result.modules)} modules bracketed, {len(every)} of them with every assignment and return;"
        f" {len(result.tested)} test modules, {sum(counts.values()):,} tests on the untouched copy"
        f" ({', '.join(f'{count:,} {kind}' for kind, count in sorted(counts.items()))});"
        f" {len(differing)} differ on the bracketed one, of which {len(unexplained(result))} are unexplained.",
        "\n".join([head, *rows]),
    ]
    refused = [f"- {line}" for module in result.modules for line in module.refused]
    if refused:
        text.append("\n".join(["Refused:", "", *refused]))
    if differing:
        lines = [f"| `{test}` | {change} | {exceptions.CPYTHON.get(test, '**unexplained**')} |" for test, change in differing.items()]
        text.append("\n".join(["| test | result | why |", "|---|---|---|", *lines]))
    return "\n\n".join(text)


def _rounded(count: int) -> str:
    """The size of a count that timers, threads and memory make differ a little from run to run."""
    return "0" if not count else f"≥ {10 ** (len(str(count)) - 1):,}"
