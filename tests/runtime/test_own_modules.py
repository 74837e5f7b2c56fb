"""The runtime finds its own modules itself: what is imported is as by Python's own ways, and nothing is left of it."""

from __future__ import annotations

import compileall
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import memmon_runtime

LOOK = """
import sys
before = list(sys.meta_path)
from memmon_runtime.system import sizes
import inspect, memmon_runtime.session.install
assert sys.meta_path == before
assert "def megabytes" in inspect.getsource(sizes)
assert sizes.__spec__.name == sizes.__name__ and sizes.__spec__.origin == sizes.__file__
print(sizes.MB, sizes.__file__, *sys.modules["memmon_runtime.system"].__path__)
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with a copy of the runtime, and no .pyc file."""
    shutil.copytree(
        Path(memmon_runtime.__file__).parent, tmp_path / "memmon_runtime", ignore=shutil.ignore_patterns("__pycache__")
    )
    return tmp_path


def printed(folder, program, *options, path=None):
    """What a program prints, word by word, that imports the runtime of a folder."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE"))}
    variables["PYTHONPATH"] = str(path or folder)
    command = [sys.executable, *options, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", env=variables)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


def look(folder, *options, path=None):
    """What such a program sees."""
    return printed(folder, LOOK, *options, path=path)


def test_what_a_source_says_holds(folder):
    """Without .pyc files, with those that the first start has left, and where a source is another one by then."""
    source = folder / "memmon_runtime/system/sizes.py"
    seen = [str(1 << 20), str(source), str(source.parent)]
    assert look(folder) == seen
    compiled = list((folder / "memmon_runtime").rglob("__pycache__/*.pyc"))
    assert {path.name.partition(".")[0] for path in compiled} >= {"sizes", "install", "own_modules"}
    written = {path: path.stat().st_mtime_ns for path in compiled}
    assert look(folder) == seen
    assert {path: path.stat().st_mtime_ns for path in compiled} == written
    source.write_text(source.read_text(encoding="utf-8").replace("MB = 1 << 20", "MB = 1 << 22"), encoding="utf-8")
    os.utime(source, (1_000_000_000, 1_000_000_000))
    assert look(folder)[0] == str(1 << 22)


@pytest.mark.parametrize("kept", ["-OO", "-Xpycache_prefix="])
def test_where_bytecode_is_kept_otherwise(folder, kept):
    """What is beside the sources, and not for such a start, is not read."""
    look(folder)
    for path in (folder / "memmon_runtime").rglob("__pycache__/sizes.*.pyc"):
        path.write_bytes(path.read_bytes()[:16] + b"no code")
    option = kept + str(folder / "elsewhere") if kept.endswith("=") else kept
    assert look(folder, option)[0] == str(1 << 20)


def test_from_an_archive(folder):
    """What is read by another loader than Python's own for files is left to that."""
    archive = folder / "runtime.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in (folder / "memmon_runtime").rglob("*.py"):
            file.write(path, path.relative_to(folder))
    assert look(folder, path=archive)[:2] == [str(1 << 20), f"{archive}/memmon_runtime/system/sizes.py"]


AHEAD = """
import sys, threading
import memmon_runtime
from memmon_runtime.attribution.late_census import MODULES, LateCensus
before = set(sys.modules)
opened = []
sys.addaudithook(lambda event, args: opened.append(args[0]) if event == "open" else None)
census = LateCensus(0, 0, 0.0)
assert len(opened) == len(MODULES) and not before & set(MODULES)
assert not census.is_due(1 << 20, 0, 0.0) and set(sys.modules) == before
assert not census.is_due(3 << 20, 0, 0.0)
print(set(sys.modules) - before == set(MODULES), len(opened) == len(MODULES))
"""


def test_a_census_is_loaded_without_a_file_once_there_is_growth(folder):
    """The list of its modules is whole, none of them is there before, and no file is read in the midst of a leak."""
    assert compileall.compile_dir(folder / "memmon_runtime", quiet=1)
    assert printed(folder, AHEAD) == ["True", "True"]
