"""`memmon run -- COMMAND`: whatever a shell would find is supervised, and each Python that it starts is watched."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import libcst
import pytest

import memmon
import memmon_runtime
from support import cgroup, events, marks
from support.ends import same

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Place

LOOKS = (Path(__file__).parent / "programs" / "looks.py").read_text(encoding="utf-8")
HOTSPOT = '[memmon]\nlanguage = "en"\n[[hotspot]]\nname = "load"\nfunction = "load_*"\n'
LOAD = "def load_config(n):\n    rows = [n]\n    return rows\nload_config(1)\n"
LAUNCHER = "#!{python}\nimport sys\nfrom {package} import main\nif __name__ == '__main__':\n    sys.exit(main())\n"


def loaded(place: Place) -> set[str]:
    """The names of the files in which the hotspot was placed."""
    return {Path(site["file"]).name for site in place.facts("site") if site["name"] == "load"}


def shell(place: Place, script: str) -> subprocess.CompletedProcess[bytes]:
    """Run a shell script's text by `memmon run`."""
    return place.memmon("--", "sh", "-c", script)


def test_a_python_looks_the_same(place: Place, everything: Callable[..., tuple]) -> None:
    """A script behind its Python's own name sees what it sees without memmon, and has the same checkpoints."""
    place.write("sub/看 it.py", LOOKS)
    words = ("-u", "-X", "utf8", "-W", "ignore", "sub/看 it.py", "-x", "价 格", "")
    plain = place.plain(*words)
    watched = everything("--", sys.executable, *words)[1]
    assert plain.returncode == 0
    same(plain, watched)
    assert any(site["name"] == "函数" for site in place.facts("site"))
    (header,) = place.facts("header")
    assert (header["target"], header["command"]) == (str(place.folder / "sub/看 it.py"), None)


def test_a_console_script(place: Place) -> None:
    """What an installer wrote to start a program is named as the user did, and what it imports of theirs is watched."""
    place.write("memmon.toml", HOTSPOT)
    place.write("app.py", LOAD)
    place.write(
        "serving.py", "import importlib, sys\ndef main():\n    importlib.import_module(sys.argv[1])\n    return 7\n"
    )
    place.write("bin/serve", LAUNCHER.format(python=sys.executable, package="serving")).chmod(0o755)
    place.environment |= {"PATH": f"{place.folder / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(place.folder)}
    done = place.memmon("--", "serve", "app")
    assert (done.stdout, done.stderr, done.returncode) == (b"", b"", 7)
    assert loaded(place) == {"app.py"}
    (header,) = place.facts("header")
    assert header["command"] == "serve app"
    assert "# program: serve app\n" in place.logs()[0]


def test_each_python_of_a_shell(place: Place) -> None:
    """A shell's own exit code counts; each script that it starts has its checkpoints, its record and one origin."""
    place.write("memmon.toml", HOTSPOT)
    for name in ("one.py", "two.py"):
        place.write(name, f"{LOAD}import os\nprint(os.environ.get('PYTHONPATH'), 'MEMMON_RUN' in os.environ)\n")
    done = shell(place, f"{sys.executable} one.py; {sys.executable} two.py; exit 5")
    assert (done.stdout, done.stderr, done.returncode) == (b"None False\n" * 2, b"", 5)
    assert loaded(place) == {"one.py", "two.py"}
    assert [header["command"][:5] for header in place.facts("header")] == ["sh -c"] * 2


CHILDREN = {
    "plain": "subprocess.run([sys.executable, 'child.py'], check=True)",
    "its own environment": "subprocess.run([sys.executable, 'child.py'], check=True, env={**os.environ, 'X': '1'})",
    "an empty environment": "subprocess.run([sys.executable, 'child.py'], check=True, env={})",
    "a shell": "os.system(f'{sys.executable} child.py')",
    "a search path of its own": (
        "os.environ['PYTHONPATH'] = 'x'; subprocess.run([sys.executable, 'child.py'], check=True)"
    ),
    "by exec with an environment": (
        "os.execve(sys.executable, [sys.executable, 'child.py'], {**os.environ, 'X': '1'})"
    ),
    "by exec": "os.execv(sys.executable, [sys.executable, 'child.py'])",
}


@pytest.mark.parametrize(
    "how", [pytest.param(how, marks=[marks.full] if how in ("plain", "a shell", "by exec") else []) for how in CHILDREN]
)
def test_a_child(place: Place, how: str) -> None:
    """A Python that the program starts is watched, and finds what it would find without memmon."""
    place.write("memmon.toml", HOTSPOT)
    place.write("child.py", f"{LOAD}import os, sys\nprint(sorted(os.environ.items()), sys.path, sys.argv)\n")
    place.write("main.py", f"import os, subprocess, sys\n{CHILDREN[how]}\n")
    done = place.memmon("--quiet", "main.py")
    same(place.plain("main.py"), done)
    assert done.returncode == 0
    assert loaded(place) == {"child.py"}


def test_what_is_no_program_of_the_users(place: Place) -> None:
    """A process that multiprocessing keeps for itself has no record, nor has a Python without its environment."""
    place.write(
        "main.py",
        "import subprocess, sys\nfrom multiprocessing import shared_memory\n"
        "shared = shared_memory.SharedMemory(create=True, size=10)\nshared.close(); shared.unlink()\n"
        "subprocess.run([sys.executable, '-I', '-c', '1'], check=True)\n",
    )
    done = place.memmon("main.py")
    assert (done.stderr, done.returncode) == (b"", 0)
    assert len(place.logs()) == 1


@pytest.mark.parametrize("code", ["sys.exit(7)", "sys.exit('no')", "1/0", "os.kill(os.getpid(), 15)"])
def test_exit_codes(place: Place, code: str) -> None:
    """The command's exit code is the supervisor's, 128+N for a signal."""
    place.write("main.py", f"import os, sys\n{code}\n")
    plain = place.plain("main.py").returncode
    done = place.memmon("--quiet", "--", sys.executable, "main.py")
    assert done.returncode == (plain if plain >= 0 else 128 - plain)


def test_what_a_command_may_be(place: Place) -> None:
    """A script that may be run is, by its first line or by the shell; one that may not is taken for a script."""
    (place.folder / "a b.sh").write_text('echo $# "$1"; cat\n', encoding="utf-8")
    (place.folder / "a b.sh").chmod(0o755)
    place.write("own.py", f"#!{sys.executable}\nimport sys\nprint(sys.argv)\n").chmod(0o755)
    place.write("main.py", "import sys\nprint(sys.argv)\n")
    assert place.memmon("--", "./a b.sh", "x y").stdout == b"1 x y\n"
    assert place.memmon("--", "./own.py", "1").stdout == b"['./own.py', '1']\n"
    assert place.memmon("--", "main.py", "1").stdout == b"['main.py', '1']\n"


def test_an_option_behind_the_program(place: Place) -> None:
    """A limit behind the script's name is the script's; one line says where memmon's own would stand."""
    place.write("main.py", "import sys\nprint(sys.argv[1:])\n")
    said = place.memmon("main.py", "--limit", "900MB", "--quiet")
    assert said.stdout == b"['--limit', '900MB', '--quiet']\n"
    assert said.stderr.decode().startswith("memmon: --limit 900MB goes to the program")
    for words in (("main.py", "--limit", "90"), ("--quiet", "main.py", "--limit=900MB")):
        assert place.memmon(*words).stderr == b""


@marks.each_python()
def test_another_python(place: Place, python: Path) -> None:
    """A script is run by the Python that is asked for, with its checkpoints, and nothing is installed there."""
    place.write("memmon.toml", HOTSPOT)
    place.write("other.py", LOAD)
    place.write("child.py", f"{LOAD}import os\nprint(os.environ['X'], 'MEMMON_RUN' in os.environ)\n")
    place.write(
        "main.py",
        "import os, subprocess, sys, other\nprint(sys.version_info[:2], __file__, flush=True)\n"
        "subprocess.run([sys.executable, 'child.py'], env={**os.environ, 'X': '1'}, check=True)\n"
        "def load_more():\n    1/0\nload_more()\n",
    )
    command = [python, "main.py"]
    plain = subprocess.run(command, cwd=place.folder, env=place.environment, capture_output=True, check=False)
    for _ in range(2):
        done = place.memmon("--quiet", "--python", str(python), "main.py")
        same(plain, done)
    assert loaded(place) == {"main.py", "other.py", "child.py"}
    assert [raised["type"] for raised in place.facts("exception")] == ["ZeroDivisionError"] * 2


@pytest.fixture
def tool(place: Place, tmp_path: Path) -> list[str]:
    """A memmon in an environment made for it alone, as pipx and uv make one."""
    make = "import venv, sys; venv.create(sys.argv[1], symlinks=True)"
    subprocess.run([sys.executable, "-c", make, tmp_path / "tool"], check=True)
    (tmp_path / "tool" / "uv-receipt.toml").write_text("", encoding="utf-8")
    (site,) = (tmp_path / "tool" / "lib").glob("python*/site-packages")
    folders = [Path(module.__file__).parents[1] for module in (memmon, memmon_runtime, libcst)]
    (site / "here.pth").write_text("\n".join(map(str, folders)), encoding="utf-8")
    place.environment.pop("VIRTUAL_ENV", None)
    return [str(tmp_path / "tool" / "bin" / "python"), "-m", "memmon", "run"]


def environment(folder: Path) -> Path:
    """A virtual environment with one module in it; returns its Python."""
    make = "import venv, sys; venv.create(sys.argv[1], symlinks=True)"
    subprocess.run([sys.executable, "-c", make, folder], check=True)
    (site,) = (folder / "lib").glob("python*/site-packages")
    (site / "installed.py").write_text("value = 3\n", encoding="utf-8")
    return folder / "bin" / "python"


@pytest.mark.parametrize("how", ["beside", "active", "first line"])
def test_the_programs_own_environment(place: Place, tmp_path: Path, tool: list[str], how: str) -> None:
    """From an environment of its own, memmon runs a script in the script's: that beside it, the active one, its own."""
    made = place.folder / "bot" / ".venv" if how == "beside" else tmp_path / "elsewhere"
    python = environment(made)
    first = f"#!{python}\n" if how == "first line" else ""
    place.write("bot/main.py", f"{first}import installed, sys\nprint(installed.value, sys.prefix)\n{LOAD}")
    place.write("bot/memmon.toml", HOTSPOT)
    if how == "active":
        place.environment["VIRTUAL_ENV"] = str(made)
    command = [*tool, "bot/main.py"]
    done = subprocess.run(command, cwd=place.folder, env=place.environment, capture_output=True, check=False)
    assert (done.stdout.decode(), done.stderr) == (f"3 {made}\n", b"")
    assert loaded(place) == {"main.py"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_an_environment_of_another_user(place: Place, tool: list[str]) -> None:
    """What another user has put beside the script is not run, and one line says so."""
    environment(place.folder / ".venv")
    os.chown(place.folder / ".venv" / "bin", 12345, -1)
    place.write("main.py", "import sys\nprint(sys.prefix)\n")
    done = subprocess.run([*tool, "main.py"], cwd=place.folder, env=place.environment, capture_output=True, check=False)
    assert str(place.folder) not in done.stdout.decode()
    assert done.stderr.decode().startswith(f"memmon: {place.folder}/.venv belongs to another user")
    shutil.rmtree(place.folder / ".venv")


@marks.needs_cgroup
def test_a_kill_below_a_shell(place: Place) -> None:
    """A Python that the kernel kills below a shell is told of, wherever its log is, and the shell's code stands."""
    place.write(
        "leak.py",
        "import time\nkept = []\nwhile True:\n    kept.append('%d' % len(kept) * 20000)\n"
        "    if len(kept) % 20 == 0: time.sleep(.01)\n",
    )
    (place.folder / "below").mkdir()
    with cgroup.limited(200) as group:
        done = subprocess.run(
            group.wrap([*place.command, "--", "sh", "-c", f"cd below; {sys.executable} ../leak.py; exit 4"]),
            cwd=place.folder, env=place.environment, capture_output=True, check=False,
        )  # fmt: skip
    assert done.returncode == 4
    assert "KILLED for want of memory" in done.stderr.decode()
    assert "leak.py:4" in done.stderr.decode()


CONFIGURED = """
import memmon_runtime as memory
memory.configure(warning="7MB", log_dir="logs", language="zh", interval=0.5)
memory.checkpoint("x")
"""


@pytest.mark.parametrize("words", [("main.py",), ("--", sys.executable, "main.py")], ids=["script", "command"])
def test_a_script_that_configures_itself(place: Place, words: tuple[str, ...]) -> None:
    """What a script that is marked by hand chooses for its log holds under `memmon run`, before its first line."""
    place.write("memmon.toml", '[memmon]\nlanguage = "en"\nwarning = "1GB"\n')
    place.write("main.py", CONFIGURED)
    place.environment["PYTHONPATH"] = str(Path(memmon_runtime.__file__).parents[1])
    done = place.memmon(*words)
    assert (done.stdout, done.stderr, done.returncode) == (b"", b"", 0)
    (log,) = (place.folder / "logs").glob("memory_monitor_*.log")
    text = log.read_text(encoding="utf-8")
    assert "[程序启动]" in text
    assert "[WARNING] [x]" in text
    assert events.told(place.folder / "logs", "header")[0]["levels"]["warning"] == "7MB"
    assert place.logs() == []


def test_a_script_that_configures_itself_late(place: Place) -> None:
    """What is no constant can't be known beforehand, and one line says that it counts for nothing."""
    place.write("main.py", "import memmon_runtime\nmemmon_runtime.configure(language='z' + 'h')\n")
    place.environment["PYTHONPATH"] = str(Path(memmon_runtime.__file__).parents[1])
    assert b"configure() came after the log was started" in place.memmon("main.py").stderr
