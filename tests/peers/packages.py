"""Proof 3, packages: packages from PyPI pass and fail the same tests with all their functions bracketed."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
import venv
from dataclasses import dataclass, field, replace
from pathlib import Path

from memmon.files import deploy
from memmon.model import Instrumented
from memmon.source import instrument
from peers import everything, exceptions, logs, suites

TOOLS = ("pytest==9.0.1", "hypothesis==6.148.2", "cloudpickle==3.1.2", "trio==0.32.0")
"""What the suites need, the same every time."""


@dataclass(frozen=True)
class Package:
    """A release on PyPI whose source distribution brings its tests."""

    name: str
    version: str
    modules: tuple[str, ...]
    """The packages in it that are bracketed."""
    tests: str = "tests"


PACKAGES = (
    Package("attrs", "25.4.0", ("attr", "attrs")),
    Package("click", "8.3.1", ("click",)),
    Package("jinja2", "3.1.6", ("jinja2",)),
)


@dataclass
class Result:
    """One package, tested both ways."""

    package: Package
    tested: suites.Tested
    functions: int
    checkpoints: int
    refused: list[str] = field(default_factory=list)


def prove() -> list[Result]:
    """Download, install, bracket and test every package, all in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="memmon-packages-") as folder:
        python = _interpreter(Path(folder) / "venv")
        return [_prove(package, python, Path(folder) / package.name) for package in PACKAGES]


def _interpreter(place: Path) -> Path:
    venv.create(place, with_pip=True)
    python = place / "bin" / "python"
    _pip(python, "install", *TOOLS)
    return python


def _pip(python: Path, *arguments: str | Path) -> None:
    subprocess.run([python, "-m", "pip", "--disable-pip-version-check", "-q", *arguments], check=True)


def _prove(package: Package, python: Path, folder: Path) -> Result:
    source, records = _unpacked(package, python, folder), folder / "records"
    plain, bracketed = folder / "plain", folder / "bracketed"
    _pip(python, "install", "--target", plain, source)
    shutil.copytree(plain, bracketed)
    functions, refused = _bracket(package, bracketed, records)
    deploy.put(bracketed, bracketed.glob("*.py"))
    tested = suites.Tested(
        package.name,
        _results(package, python, source, folder / "run-plain", plain),
        _results(package, python, source, folder / "run-bracketed", bracketed),
    )
    return Result(package, tested, functions, logs.checkpoints(records).total(), refused)


def _unpacked(package: Package, python: Path, folder: Path) -> Path:
    release = f"{package.name}=={package.version}"
    _pip(python, "download", "--no-deps", "--no-binary", package.name, "--dest", folder, release)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(folder / "source", filter="data")
    (source,) = (folder / "source").iterdir()
    return source


def _bracket(package: Package, folder: Path, records: Path) -> tuple[int, list[str]]:
    """Bracket every function of the installed package in place; their number, and what was refused."""
    config = replace(everything.FUNCTIONS, settings=replace(everything.FUNCTIONS.settings, log_dir=str(records)))
    functions, refused = 0, []
    for module in package.modules:
        for file in sorted((folder / module).rglob("*.py")):
            outcome = instrument.instrument(file.read_bytes(), str(file), config)
            assert isinstance(outcome, Instrumented)
            file.write_bytes(outcome.source)
            functions += len(outcome.sites) + len(outcome.refusals)
            refused += [f"{file.relative_to(folder)}:{one.site.line}: {one.reason}" for one in outcome.refusals]
    return functions, refused


def _results(package: Package, python: Path, source: Path, run: Path, installed: Path) -> dict[str, str]:
    """Run the suite in a copy of its own, without the sources beside it."""
    shutil.copytree(source, run, ignore=shutil.ignore_patterns("src"))
    report = run / "report.xml"
    command: list[str | Path] = [
        python,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        f"--junit-xml={report}",
        package.tests,
    ]
    command += ["--hypothesis-seed=0"]
    return suites.results(package.name, command, report, run, PYTHONPATH=str(installed))


def failures(results: list[Result]) -> int:
    """Tests that differ without a known reason, and packages of which no checkpoint was recorded."""
    differing = suites.unexplained([result.tested for result in results], exceptions.PACKAGES)
    return differing + sum(not result.checkpoints for result in results)


def table(results: list[Result]) -> str:
    """The proof as it stands in the README."""
    head = "| package | functions bracketed | refused | tests untouched | differ | checkpoints recorded |"
    rows = [
        f"| {result.package.name} {result.package.version} | {result.functions:,} | {len(result.refused)} |"
        f" {result.tested.counts()} | {len(result.tested.differing)} | {suites.about(result.checkpoints)} |"
        for result in results
    ]
    refused = [f"- refused: {line}" for result in results for line in result.refused]
    explained = suites.explained([result.tested for result in results], exceptions.PACKAGES)
    parts = ["\n".join([head, "|---|--:|--:|---|--:|--:|", *rows]), "\n".join(refused), explained]
    return "\n\n".join(part for part in parts if part)
