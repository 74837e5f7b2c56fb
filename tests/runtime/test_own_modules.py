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
import sys
import memmon_runtime
from memmon_runtime.attribution import late_census, late_windows, line_events
from memmon_runtime.measure.limits import Limits
from memmon_runtime.measure.memory import best_reader
from memmon_runtime.session.settings import Settings
reader, settings = best_reader(), Settings()
limits = Limits(settings.warning, settings.critical, reader.unit)
before = set(sys.modules)
opened, finders = [], []
def note(event, args):
    if event == "open":
        opened.append(args[0])
    elif event == "exec":  # of a module that is made
        finders.append({type(finder).__name__ for finder in sys.meta_path})
sys.addaudithook(note)
def changes():
    seen = len(opened), {name for name in sys.modules if name.startswith("memmon")} - before
    del opened[:]
    return seen
MB = 1 << 20
census = late_census.LateCensus(0, 0, 0.0)
assert changes() == (len(late_census.MODULES), set())
windows = late_windows.LateWindows(reader, limits, 100 * MB // reader.unit)
# A module of both has been read by then.
assert changes() == (len(set(late_windows.MODULES) - set(late_census.MODULES)), set())
assert not census.is_due(1 * MB, 0, 0.0)
assert [windows.look(mb * MB // reader.unit, 0.0) for mb in (90, 91)] == [[], []] and not windows.slows_program
assert changes() == (0, set())
windows.look(92 * MB // reader.unit, 0.0)
assert changes() == (0, set(late_windows.MODULES))
before |= set(late_windows.MODULES)
assert not census.is_due(3 * MB, 0, 0.0)
print(changes()[1] == set(late_census.MODULES) - set(late_windows.MODULES), opened)
# Other threads of the program may look at its finders just then.
print(len(finders) >= len(late_census.MODULES), "OwnModules" in set().union(*finders))
"""


def test_census_and_windows_are_loaded_without_a_file_once_there_is_growth(folder):
    """The lists of their modules are whole, none is there before, and no file is read in the midst of a leak."""
    assert compileall.compile_dir(folder / "memmon_runtime", quiet=1)
    assert printed(folder, AHEAD) == ["True", "[]", "True", "False"]


STARTED = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
import memmon_runtime
memmon_runtime.install("__memmon__", log_dir=sys.argv[1])
from memmon_runtime.system import sizes
print(sizes.MB, sum("/memmon_runtime/" in path for path in opened))
"""


def test_a_start_leaves_the_code_of_all_modules_to_the_next(folder, tmp_path):
    """It is in one file, which is read alone, until a source changes or it is spoilt."""

    def started(*options):
        program = STARTED.replace("sys.argv[1]", repr(str(tmp_path / "logs")))
        value, files = printed(folder, program, *options)
        return int(value), int(files)

    def left():
        return list((folder / "memmon_runtime/__pycache__").glob("*.start.*"))

    source = folder / "memmon_runtime/system/sizes.py"
    assert started("-B")[0] == 1 << 20
    assert left() == []
    before = started()[1]
    (kept,) = left()
    few = started()[1]
    assert few < 10  # of the package itself, and its finder
    assert before > 60
    source.write_text(source.read_text(encoding="utf-8").replace("MB = 1 << 20", "MB = 1 << 21"), encoding="utf-8")
    os.utime(source, (1_000_000_000, 1_000_000_000))  # in another second
    assert started()[0] == 1 << 21
    assert started()[0] == 1 << 21
    assert started() == (1 << 21, few)
    for spoilt in (b"", kept.read_bytes()[:1000], b"no code"):
        kept.write_bytes(spoilt)
        value, files = started()
        assert (value, files > 60) == (1 << 21, True)
        assert started() == (1 << 21, few)


def test_where_no_start_can_leave_it(folder, tmp_path):
    """Nothing is said of it, and nothing is left half done."""
    program = STARTED.replace("sys.argv[1]", repr(str(tmp_path / "logs")))
    assert compileall.compile_dir(folder / "memmon_runtime", quiet=1)
    cache = folder / "memmon_runtime/__pycache__"
    (cache / f"memmon_runtime.start.{sys.implementation.cache_tag}.pyc").mkdir()
    before = sorted(cache.iterdir())
    assert printed(folder, program)[0] == str(1 << 20)
    assert sorted(cache.iterdir()) == before


BLOCK = """
import ctypes
block = bytearray(500_000)
at = ctypes.addressof(ctypes.c_char.from_buffer(block))
(heap,) = [line.split()[0] for line in open("/proc/self/maps") if "[heap]" in line]
first, last = (int(end, 16) for end in heap.split("-"))
print(first <= at < last)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc tells a block of its heap by its address")
def test_what_a_program_frees_goes_back_to_the_system_as_it_would(folder, tmp_path):
    """Once glibc has freed a block of a megabyte, it takes such blocks from its heap, which it gives back less of."""
    install = f"import memmon_runtime; memmon_runtime.install('__memmon__', log_dir={str(tmp_path / 'logs')!r})\n"
    said = [printed(folder, install + BLOCK) for _ in range(3)]
    assert list((folder / "memmon_runtime/__pycache__").glob("*.start.*"))
    assert said == [printed(folder, BLOCK)] * 3 == [["False"]] * 3
