"""`memmon run` as a command: usage, configuration, what it says, and the cache."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import memmon
import memmon_runtime
from memmon.run import cache

if TYPE_CHECKING:
    from conftest import Place


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "name a script"),
        (["-"], "stdin"),
        (["nowhere.py"], "no such file"),
        (["--limit", "lots", "main.py"], "not a size"),
        (["--limit", "900", "main.py"], "not a size"),
        (["--limit", "0MB", "main.py"], "not a size"),
        (["--limit"], "needs a value"),
        (["--config", "nowhere.toml", "main.py"], "no such file"),
        (["--what", "main.py"], "no such option"),
        (["-m"], "needs a value"),
    ],
)
def test_usage(place: Place, words: list[str], said: str) -> None:
    """A command line that makes no sense is one message with a way out, exit 2, and no log."""
    place.write("main.py", "print(1)\n")
    done = place.memmon(*words)
    assert (done.stdout, done.returncode) == (b"", 2)
    assert done.stderr.startswith(b"memmon: error: ")
    assert said in done.stderr.decode()
    assert place.logs() == []


def test_help(place: Place) -> None:
    """The help names the options, without click, libcst or rich in memory."""
    done = place.memmon("--help")
    assert done.returncode == 0
    assert all(option in done.stdout.decode() for option in ("--config", "--include", "--limit", "-m MODULE"))
    listed = subprocess.run(
        [sys.executable, "-m", "memmon", "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert "run " in listed
    program = (
        "import sys, memmon.run.launch\n"
        "print(sorted({'click', 'libcst', 'rich', 'json', 'subprocess', 're'} & set(sys.modules)))"
    )
    seen = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys\nsys.path.insert(0, {str(_root())!r})\n{program}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout == "[]\n"


def _root() -> Path:
    return Path(memmon.__file__).parents[1]


def test_a_configuration_that_can_not_be_used(place: Place) -> None:
    """An error in the configuration is told as by `memmon instrument`, and nothing runs."""
    place.write("main.py", "print('ran')\n")
    place.write("memmon.toml", '[[hotspot]]\nname = "x"\nmatch = "a b c"\n')
    done = place.memmon("main.py")
    assert (done.stdout, done.returncode) == (b"", 2)
    assert b"memmon.toml:3" in done.stderr


def test_a_hotspot_that_is_nowhere(place: Place) -> None:
    """A hotspot that matches in no file that was loaded is a note in the log and one line on stderr at the end."""
    place.write(
        "memmon.toml",
        "".join(f'[[hotspot]]\nname = "{name}"\nfunction = "{name}"\n' for name in ("here", "there", "nowhere")),
    )
    place.write("other.py", "def there(): return [1]\n")
    place.write("main.py", "import other\ndef here(): return other.there()\nhere()\n")
    for _ in range(2):
        done = place.memmon("main.py")
        assert done.returncode == 0
        said = done.stderr.decode()
        assert said.startswith("memmon: matched in no file that was loaded: nowhere (")
        assert said.count("\n") == 1
        assert "memmon.toml:8" in said
    assert {name for note in place.facts("note") for name in ("there", "nowhere") if name in note} == {
        "there",
        "nowhere",
    }
    assert place.facts("supervisor")[0]["missing"] == [f"nowhere ({place.folder / 'memmon.toml'}:8)"]


def test_another_configuration(place: Place) -> None:
    """`--config` wins, and what was cached for another configuration is not used."""
    place.write("main.py", "def f(): return [1]\ndef g(): return [2]\nf(); g()\n")
    place.write("memmon.toml", '[[hotspot]]\nname = "one"\nfunction = "f"\n')
    place.write("other.toml", '[[hotspot]]\nname = "two"\nfunction = "g"\n')
    place.memmon("main.py")
    place.memmon("--config", "other.toml", "main.py")
    assert [site["name"] for site in place.facts("site")] == ["one", "two"]


def test_a_changed_source(place: Place) -> None:
    """A script that was changed, to the same size and time even, is not mistaken for what it was."""
    script = place.write("main.py", "print('one')\n")
    assert place.memmon("main.py").stdout == b"one\n"
    times = script.stat()
    script.write_text("print('two')\n", encoding="utf-8")
    os.utime(script, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert place.memmon("main.py").stdout == b"two\n"


def entries(cache: Path) -> list[Path]:
    """The cache's files."""
    return [path for path in cache.rglob("*") if path.is_file()]


@pytest.fixture
def own_cache(place: Place, tmp_path: Path) -> Path:
    """A cache of this test's own."""
    place.environment["MEMMON_CACHE_DIR"] = str(tmp_path / "own cache")
    return tmp_path / "own cache"


@pytest.mark.parametrize("damage", ["torn", "flipped", "empty", "foreign"])
def test_a_damaged_cache_is_a_miss(place: Place, own_cache: Path, damage: str) -> None:
    """A cache entry that is not whole, or that others may write, is made anew."""
    place.write("other.py", "value = [2]\n")
    place.write("main.py", "import other\nprint(other.value, __file__)\n")
    first = place.memmon("main.py")
    made = entries(own_cache)
    assert {path.name for path in made} == {"main.py", "other.py", "settings"}
    before = {path: path.stat().st_ino for path in made}
    for path in made:
        data = path.read_bytes()
        if damage == "foreign":
            path.chmod(0o666)
        else:
            path.write_bytes(
                {"torn": data[:-9], "empty": b"", "flipped": data[:40] + bytes([data[40] ^ 1]) + data[41:]}[damage]
            )
    again = place.memmon("main.py")
    assert (again.stdout, again.stderr, again.returncode) == (first.stdout, b"", 0)
    assert all(path.stat().st_ino != before[path] for path in entries(own_cache))
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in entries(own_cache))


def test_a_warm_start_makes_nothing(place: Place, own_cache: Path) -> None:
    """The second start uses what the first has made."""
    place.write("main.py", "print(1)\n")
    place.memmon("main.py")
    before = {path: path.stat().st_mtime_ns for path in entries(own_cache)}
    place.memmon("main.py")
    assert {path: path.stat().st_mtime_ns for path in entries(own_cache)} == before


def test_what_was_long_not_read_is_removed(place: Place, own_cache: Path) -> None:
    """When something new is kept, what nobody has read for more than a month goes, and nobody else's files do."""
    unread, lately = (
        Path(cache.path(str(own_cache), "", name, b"", script=True)) for name in ("unread.py", "lately.py")
    )
    foreign = [own_cache / "letter.txt", own_cache / "un" / "letter.txt", own_cache / "un" / "read" / "letter.txt"]
    for path, days in ((unread, 31), (lately, 29), *((path, 1000) for path in foreign)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
        os.utime(path, (time.time() - days * 86_400, 0))
    place.write("main.py", "print(1)\n")
    place.memmon("main.py")
    assert (unread.parent.exists(), lately.exists()) == (False, True)
    assert all(path.exists() for path in foreign)


def test_what_was_read_least_lately_goes_where_all_takes_too_much_room(place: Place, own_cache: Path) -> None:
    """Of two entries that fill the room together the newer one stays, and so does what has just been made."""
    older, newer = (Path(cache.path(str(own_cache), "", name, b"", script=True)) for name in ("older.py", "newer.py"))
    for path, days in ((older, 2), (newer, 1)):
        path.parent.mkdir(parents=True)
        with path.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, 110 << 20)
        os.utime(path, (time.time() - days * 86_400, 0))
    place.write("main.py", "print(1)\n")
    place.memmon("main.py")
    assert (older.parent.exists(), newer.exists()) == (False, True)
    newer.unlink()
    assert "main.py" in {path.name for path in entries(own_cache)}


@pytest.mark.parametrize("options", [[], ["--quiet"]], ids=["", "quiet"])
def test_no_cache_to_be_had(place: Place, options: list[str]) -> None:
    """Where nothing can be kept, the program runs watched, without checkpoints, and one line says that."""
    place.environment["MEMMON_CACHE_DIR"] = "/proc/nowhere"
    place.write("other.py", "value = 2\n")
    place.write("main.py", "import sys, other\nprint(sys.argv, __file__)\n")
    done = place.memmon(*options, "main.py", "1")
    assert (done.stdout, done.returncode) == (f"['main.py', '1'] {place.folder / 'main.py'}\n".encode(), 0)
    assert b"MEMMON_CACHE_DIR can't be used (/proc/nowhere: " in done.stderr
    assert b"runs watched, but without checkpoints" in done.stderr
    assert done.stderr.count(b"\n") == 1
    assert len(place.logs()) == 1


@pytest.fixture
def temporary(place: Place, tmp_path: Path) -> Path:
    """Where the private cache is made: the temporary folder is the test's own, and no cache is named."""
    del place.environment["MEMMON_CACHE_DIR"]
    place.environment["TMPDIR"] = str(tmp_path / "temporary")
    (tmp_path / "temporary").mkdir()
    place.write("memmon.toml", '[[hotspot]]\nname = "计算"\nmatch = "value = 1"\n')
    place.write("main.py", "value = 1\nprint(value)\n")
    return tmp_path / "temporary" / f"memmon-{os.geteuid()}"


@pytest.mark.parametrize("home", ["/proc", "missing"])
def test_a_home_in_which_no_cache_can_be_made(place: Place, temporary: Path, home: str) -> None:
    """A private temporary folder keeps what was instrumented, nothing is said of it, and no home is made."""
    place.environment["HOME"] = str(place.folder / home)
    for _ in range(2):
        done = place.memmon("main.py")
        assert (done.stdout, done.stderr, done.returncode) == (b"1\n", b"", 0)
        assert "[计算_AFTER]" in place.logs()[-1]
    assert stat.S_IMODE(temporary.stat().st_mode) == 0o700
    assert {path.name for path in entries(temporary)} == {"main.py", "settings"}
    assert not (place.folder / "missing").exists()


@pytest.mark.parametrize("foreign", ["others may write", "somebody else's", "a link"])
def test_a_temporary_folder_that_is_not_private_is_not_trusted(place: Place, temporary: Path, foreign: str) -> None:
    """Nothing is read from or put into a folder that somebody else may have made: no checkpoints, and one line."""
    place.environment["HOME"] = "/proc"
    if foreign == "a link":
        (temporary.parent / "elsewhere").mkdir(mode=0o700)
        temporary.symlink_to("elsewhere")
    else:
        temporary.mkdir(mode=0o700)
        if foreign == "others may write":
            temporary.chmod(0o770)
        elif os.geteuid():
            pytest.skip("only root can give a folder away")
        else:
            os.chown(temporary, 12345, -1)
    done = place.memmon("main.py")
    assert (done.stdout, done.returncode, done.stderr.count(b"\n")) == (b"1\n", 0, 1)
    assert b"without checkpoints" in done.stderr
    assert list(temporary.iterdir()) == []


@pytest.fixture
def copied(own_cache: Path, tmp_path: Path) -> tuple[Path, list[str]]:
    """A copy of memmon that may be broken, and the command that runs it."""
    assert not own_cache.exists()
    copy = tmp_path / "installed"
    shutil.copytree(_root() / "memmon", copy / "memmon")
    shutil.copytree(Path(memmon_runtime.__file__).parent, copy / "memmon_runtime")
    start = f"import sys; sys.path.insert(0, {str(copy)!r}); sys.argv[:1] = ['memmon', 'run']\n"
    return copy, [sys.executable, "-c", f"{start}from memmon.__main__ import main; main()"]


def test_libcst_is_broken(place: Place, copied: tuple[Path, list[str]]) -> None:
    """Where instrumenting fails, the program runs all the same, watched."""
    copy, command = copied
    (copy / "memmon" / "source" / "transform.py").write_text("raise ImportError('broken')\n", encoding="utf-8")
    place.write("main.py", "print(sorted(vars()))\n")
    words = [*command, "main.py"]
    done = subprocess.run(words, cwd=place.folder, env=place.environment, capture_output=True, check=False)
    assert (done.stdout, done.returncode) == (place.plain("main.py").stdout, 0)
    assert b"without checkpoints" in done.stderr
    assert len(place.logs()) == 1


@pytest.mark.parametrize(
    "broken", ["memmon_runtime/__init__.py", "memmon_runtime/checkpoints/recorder.py", "memmon/run/bootstrap.py"]
)
def test_the_runtime_is_broken(place: Place, copied: tuple[Path, list[str]], broken: str) -> None:
    """Where the runtime or the loader fails, the program runs as it would without memmon, and one line says so."""
    copy, command = copied
    place.write("memmon.toml", '[[hotspot]]\nname = "x"\nmatch = "$X = $Y"\n')
    place.write("other.py", "def f(n):\n    y = [n]\n    return y\n")
    place.write(
        "main.py", "import sys, other\nx = other.f(1)\nprint(x, __file__, sys.argv, sys.path[0], __loader__.path)\n"
    )
    words = [*command, "--quiet", "main.py", "1"]
    subprocess.run(words, cwd=place.folder, env=place.environment, capture_output=True, check=True)
    path = copy / broken
    path.write_text(f"{path.read_text(encoding='utf-8')}\nraise ImportError('broken')\n", encoding="utf-8")
    done = subprocess.run(words, cwd=place.folder, env=place.environment, capture_output=True, check=False)
    assert (done.stdout, done.returncode) == (place.plain("main.py", "1").stdout, 0)
    assert done.stderr.count(b"broken") == done.stderr.count(b"\n") == 1


def test_an_instrumented_script(place: Place) -> None:
    """A script that `memmon instrument` has been at runs as it is, with one log."""
    place.write("main.py", "def load(): return [1]\nprint(load())\n")
    place.write("memmon.toml", '[[hotspot]]\nname = "x"\nfunction = "load"\n')
    subprocess.run(
        [sys.executable, "-m", "memmon", "instrument", "main.py"], cwd=place.folder, check=True, capture_output=True
    )
    done = place.memmon("--quiet", "main.py")
    assert (done.stdout, done.stderr, done.returncode) == (b"[1]\n", b"", 0)
    assert [site["line"] for site in place.facts("site")] == [1]
    assert "instrumented already" in place.facts("note")[0]


def test_switched_off(place: Place) -> None:
    """`MEMMON_DISABLE=1` leaves no log, and the program runs as ever."""
    place.environment["MEMMON_DISABLE"] = "1"
    place.write("main.py", "x = [1]\nprint(x)\n")
    done = place.memmon("main.py")
    assert (done.stdout, done.stderr, done.returncode) == (b"[1]\n", b"", 0)
    assert place.logs() == []


def test_an_exception_ends_with_the_verdict(place: Place) -> None:
    """After a traceback the verdict follows on stderr; `--quiet` leaves it out."""
    place.write("main.py", "def f():\n    raise ValueError('价格')\nf()\n")
    plain = place.plain("main.py")
    done = place.memmon("main.py")
    assert done.stderr.startswith(plain.stderr)
    assert "ENDED with ValueError at main.py:2" in done.stderr.decode()[len(plain.stderr.decode()) :]
    assert place.memmon("--quiet", "main.py").stderr == plain.stderr
