"""A program under `memmon run` sees what it sees under plain Python."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.ends import same

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Place

LOOKS = (Path(__file__).parent / "programs" / "looks.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("how", ["relative", "dotted", "absolute", "linked", "below"])
def test_a_script(place: Place, everything: Callable[..., tuple], how: str) -> None:
    """Names, paths, arguments, environment, loader, source, stack and pickles are the same however it is named."""
    script = place.write("sub/看 it.py", LOOKS)
    (place.folder / "link.py").symlink_to(script)
    named = {
        "relative": "sub/看 it.py",
        "dotted": "./sub/../sub/看 it.py",
        "absolute": str(script),
        "linked": "link.py",
        "below": "看 it.py",
    }[how]
    where = script.parent if how == "below" else place.folder
    plain, watched = everything(named, "-x", "--config", "价 格", "", cwd=where)
    assert plain.returncode == 0
    same(plain, watched)


@pytest.mark.parametrize("module", ["looks", "pkg.looks", "pkg", "pkg.sub"])
def test_a_module(place: Place, everything: Callable[..., tuple], module: str) -> None:
    """`-m` is Python's own, with the same frames of runpy below."""
    for name in ("looks.py", "pkg/looks.py", "pkg/__main__.py", "pkg/sub/__main__.py"):
        place.write(name, LOOKS)
    place.write("pkg/__init__.py", "import sys\nprint('package', sys.argv[:1])\n")
    place.write("pkg/sub/__init__.py", "")
    plain, watched = everything("-m", module, "-m", "x")
    assert plain.returncode == 0
    same(plain, watched)
    assert any(site["name"] == "函数" for site in place.facts("site"))
    target = {"looks": "looks.py", "pkg.looks": "pkg/looks.py", "pkg": "pkg/__main__.py"}
    assert place.facts("header")[0]["target"] == str(place.folder / target.get(module, "pkg/sub/__main__.py"))


def test_a_module_that_is_none(everything: Callable[..., tuple]) -> None:
    """A module that is not there is Python's own error."""
    plain, watched = everything("-m", "nowhere.at_all")
    assert (watched.stderr, watched.returncode) == (plain.stderr, plain.returncode)


def test_a_folder(place: Place, everything: Callable[..., tuple]) -> None:
    """A folder with a `__main__.py` runs as under plain Python."""
    place.write("app/__main__.py", LOOKS)
    plain, watched = everything("app", "1")
    assert plain.returncode == 0
    same(plain, watched)


def test_python_path(place: Place, everything: Callable[..., tuple]) -> None:
    """PYTHONPATH, set, empty or absent, arrives as it was, and a sitecustomize of the user's is still run."""
    place.write(
        "main.py", "import os, sys\nprint(os.environ.get('PYTHONPATH'), sys.path, 'sitecustomize' in sys.modules)\n"
    )
    place.write("site/sitecustomize.py", "print('customized')\n")
    for value in (None, "", str(place.folder / "site"), f"{place.folder / 'site'}:/nowhere"):
        if value is None:
            place.environment.pop("PYTHONPATH", None)
        else:
            place.environment["PYTHONPATH"] = value
        plain, watched = everything("main.py")
        assert plain.returncode == 0
        same(plain, watched)
    assert b"customized" in watched.stdout


def test_nothing_else_is_imported(place: Place, everything: Callable[..., tuple]) -> None:
    """Beyond memmon's own small modules, the program has in `sys.modules` only what the runtime itself needs."""
    program = "import sys\nfor name in sorted(sys.modules): print(name)\nx = [1]\n"
    place.write("main.py", program)
    plain, watched = everything("main.py")
    runtime = place.plain(
        "-c", f"import memmon_runtime; memmon_runtime.install('__m__', log_dir='elsewhere')\n{program}"
    )
    extra = set(watched.stdout.decode().split()) - set(plain.stdout.decode().split())
    ours = {name for name in extra if name.partition(".")[0] in ("memmon", "memmon_runtime")}
    assert extra - ours <= set(runtime.stdout.decode().split())
    assert {name for name in ours if name.startswith("memmon.")} <= {
        "memmon.ownership", "memmon.record", "memmon.record.foreign_files",
        "memmon.run", "memmon.run.bootstrap", "memmon.run.cache", "memmon.run.cache_process", "memmon.run.descendants",
        "memmon.run.scope",
    }  # fmt: skip


def test_the_tree_stays_as_it_is(place: Place) -> None:
    """Nothing but the run log and its events is left in the user's folder, and no file is changed."""
    place.write("pkg/__init__.py", "value = [1]\n")
    place.write("main.py", "import pkg\nprint(pkg.value)\n")
    place.write("memmon.toml", "")
    assert place.memmon("main.py").returncode == 0
    left = sorted(path.name for path in place.folder.rglob("*") if "memory_monitor_" not in path.name)
    assert left == ["__init__.py", "main.py", "memmon.toml", "pkg"]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(place: Place, everything: Callable[..., tuple], method: str) -> None:
    """Workers get what they get under plain Python, and have checkpoints and a log that names the parent."""
    place.write("work.py", "def square(n):\n    result = n * n\n    return result\n")
    program = f"""
import multiprocessing, sys, work
class Point:
    def __init__(self, x): self.x = x
def move(point):
    point = Point(work.square(point.x))
    names = sorted(set(vars(sys.modules["__main__"])) - {{"__warningregistry__"}})
    return point, __name__, sys.argv, sys.path, __file__, names
def fail(n):
    return 1 / n
if __name__ == "__main__":
    multiprocessing.set_start_method("{method}")
    with multiprocessing.Pool(2) as pool:
        for point, *rest in pool.map(move, [Point(1), Point(2), Point(3)]):
            print(point.x, *rest)
        try:
            pool.map(fail, [0])
        except ZeroDivisionError as error:
            print(error.__cause__)
    process = multiprocessing.Process(target=fail, args=(0,))
    process.start()
    process.join()
    print(process.exitcode)
"""
    place.write("main.py", program)
    plain, watched = everything("main.py", "a", "b")
    assert plain.returncode == 0
    same(plain, watched)
    parents = [header["parent"] for header in place.facts("header") if header["parent"]]
    assert parents
    assert {Path(site["file"]).name for log in place.logs()[1:] for site in place.facts("site")} >= {
        "main.py",
        "work.py",
    }


def test_executors_and_pickles(place: Place, everything: Callable[..., tuple]) -> None:
    """What a spawned executor's worker pickles of the main module can be read again."""
    program = """
import pickle, multiprocessing, concurrent.futures as futures
class Point:
    def __init__(self, x): self.x = x
def make(x):
    return Point(x)
if __name__ == "__main__":
    with futures.ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        print(pool.submit(make, 3).result().x, pickle.dumps(Point(1)))
"""
    place.write("main.py", program)
    same(*everything("main.py"))


def test_what_includes_names(place: Place) -> None:
    """`--include` chooses what else is instrumented; an installed package by default is not."""
    place.write("lib/python3.99/site-packages/other.py", "def grow(n):\n    rows = [n]\n    return rows\n")
    place.write("venv/pyvenv.cfg", "")
    place.write("venv/inner.py", "def grow(n):\n    rows = [n]\n    return rows\n")
    program = (
        "import sys\nsys.path += ['lib/python3.99/site-packages', 'venv']\n"
        "import other, inner\nother.grow(inner.grow(1))\n"
    )
    place.write(
        "main.py",
        program.replace("'lib", f"{str(place.folder)!r} + '/lib").replace("'venv", f"{str(place.folder)!r} + '/venv"),
    )
    place.write("memmon.toml", '[[hotspot]]\nname = "f"\nfunction = "*"\n')
    assert place.memmon("--quiet", "main.py").returncode == 0
    assert place.facts("site") == []
    assert place.memmon("--quiet", "--include", "lib", "--include=*/inner.py", "main.py").returncode == 0
    assert {Path(site["file"]).name for site in place.facts("site")} == {"other.py", "inner.py"}
