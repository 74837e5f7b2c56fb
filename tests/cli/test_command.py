"""The command line as a whole: light to start, clear when wrong, never a traceback."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import memmon
from across.runs import run as good_run
from support.tool import memmon as run

COMMANDS = ["instrument", "restore", "status", "scan", "report", "completion"]
HEAVY = {"libcst", "ast_grep_py", "rich", "psutil", "tomlkit", "difflib", "memmon_runtime"}


def _loaded(*arguments: str, cwd: Path) -> set[str]:
    """The top-level modules that a command has loaded when it ends."""
    program = (
        "import sys\n"
        "from memmon.cli import command\n"
        "code = command(sys.argv[1:])\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=cwd, capture_output=True, encoding="utf-8", check=True
    )
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], *([name, "--help"] for name in COMMANDS)])
def test_help_loads_nothing_heavy(tmp_path: Path, arguments: list[str]) -> None:
    """Help is there before anything is imported that takes time."""
    assert not _loaded(*arguments, cwd=tmp_path) & HEAVY


def test_list_of_commands_imports_none(tmp_path: Path) -> None:
    """`memmon --help` needs click, and of memmon's own the command line alone."""
    program = (
        "import sys, click\n"
        "before = set(sys.modules)\n"
        "from memmon.cli import command\n"
        "command(['--help'])\n"
        "print(*sorted(name for name in set(sys.modules) - before if 'memmon' in name), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True
    )
    language = ["memmon.cli.click_sentences", "memmon.cli.in_language", "memmon.language", "memmon.translation"]
    rest = ["memmon", "memmon.cli", "memmon.cli.streams", "memmon.errors"]
    assert done.stderr.split() == sorted(language + rest)
    assert all(f"  {name} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("arguments", [["instrument", "bot.py"], ["status"], ["restore", "bot.py"]])
def test_plain_use_draws_nothing(script: Path, arguments: list[str]) -> None:
    """Away from a terminal, no command loads what draws, and none loads psutil or difflib."""
    assert not _loaded(*arguments, cwd=script.parent) & {"rich", "psutil", "difflib"}


def test_version(tmp_path: Path) -> None:
    """The version is the package's, on stdout."""
    done = run("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"memmon {memmon.__version__}\n")


@pytest.mark.parametrize("arguments", [[], ["instrumnt"], ["instrument", "--no"], ["status", "--no"]])
def test_usage(tmp_path: Path, arguments: list[str]) -> None:
    """What the command line can't make sense of is exit 2 with the usage on stderr."""
    done = run(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage: memmon" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["instrumnt", "bot.py"], "'instrument'"),
        (["Scan", "bot.py"], "'scan'"),
        (["help", "reprot"], "'report'"),
        (["instrument", "--dryrun", "bot.py"], "'--dry-run'"),
        (["run", "--limt", "300MB", "bot.py"], "'--limit'"),
    ],
)
def test_what_is_mistyped_gets_a_suggestion(script: Path, arguments: list[str], meant: str) -> None:
    """A command as well as an option; nothing is done."""
    done = run(*arguments, cwd=script.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.search(f"[Dd]id you mean {meant}\\?", done.stderr)
    assert sorted(script.parent.iterdir()) == [script]


def test_what_is_like_nothing_gets_none(tmp_path: Path) -> None:
    """Nobody is sent astray."""
    for arguments in (["xyzzy"], ["run", "--zzzz"], ["help", "xyzzy"]):
        done = run(*arguments, cwd=tmp_path)
        assert done.returncode == 2
        assert "did you mean" not in done.stderr.lower()


@pytest.mark.parametrize("command", ["", "run", "help", *COMMANDS])
def test_help_is_a_command(tmp_path: Path, command: str) -> None:
    """`memmon help scan` is `memmon scan --help`."""
    words = [command] if command else []
    told = run("help", *words, cwd=tmp_path)
    assert told.stdout == run(*words, "--help", cwd=tmp_path).stdout
    assert (told.returncode, told.stdout.startswith("Usage: memmon")) == (0, True)


@pytest.mark.parametrize("stdout", [">/dev/full", "> >(exec true)", ">&-"], ids=["full", "nobody reads", "closed"])
def test_a_list_that_goes_nowhere(script: Path, stdout: str) -> None:
    """Where stdout takes nothing, what is told of is done, and the exit code says so."""
    shell = f'"$0" -m memmon instrument bot.py {stdout}; exit $?'
    done = subprocess.run(["bash", "-c", shell, sys.executable], cwd=script.parent, check=False)
    assert done.returncode == 0
    assert script.with_name("bot.py.monitor_backup").exists()


@pytest.mark.parametrize("variables", [{"LC_ALL": "C"}, {"LC_ALL": "POSIX"}, {"PYTHONIOENCODING": "ascii"}])
def test_any_locale(script: Path, variables: dict[str, str]) -> None:
    """Chinese names and arbitrary bytes are shown somehow in any locale, and worked on all the same."""
    names = ["机器人.py".encode(), b"\xff.py"]
    for name in names:
        (script.parent / os.fsdecode(name)).write_bytes(script.read_bytes())
    environment = {key: value for key, value in os.environ.items() if key not in ("LANG", "LC_ALL")}
    for command, code in (("instrument", 0), ("status", 1), ("restore", 0), ("restore", 1)):
        done = subprocess.run(
            [sys.executable, "-m", "memmon", command, *names],
            cwd=script.parent,
            env={**environment, **variables},
            capture_output=True,
            check=False,
        )
        assert done.returncode == code
        assert b"Traceback" not in done.stderr
        assert b".py" in done.stdout + done.stderr


def test_a_name_forges_nothing(script: Path) -> None:
    """The name of a file can't move the cursor, begin a line or turn the text round in what a command says."""
    name = "\x1b[2Jbot\n\rmemmon: error: \u202e\x9b.py"
    path = script.rename(script.with_name(name))
    for command, code in (("instrument", 0), ("status", 1), ("restore", 0), ("restore", 1), ("scan", 0)):
        done = run(command, path.name, cwd=path.parent)
        assert done.returncode == code, done.stderr
        said = done.stdout + done.stderr
        assert not set("\x1b\r\u202e\x9b") & set(said), command
        assert "\\x1b[2Jbot" in said
        assert not any(line.startswith("memmon: error: ") for line in said.splitlines())
    path.write_text("x = (", encoding="utf-8")
    done = run("instrument", path.name, cwd=path.parent)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_reader_that_goes_away(script: Path) -> None:
    """`memmon … | head -0` ends quietly."""
    ours, theirs = os.pipe()
    os.close(ours)
    done = subprocess.run(
        [sys.executable, "-m", "memmon", "instrument", "--dry-run", "bot.py"],
        cwd=script.parent,
        stdout=theirs,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    os.close(theirs)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_output_on_a_full_disk(script: Path) -> None:
    """A result that can't be written is exit 2 and one line."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "memmon", "instrument", "--dry-run", "bot.py"],
            cwd=script.parent,
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=False,
        )
    assert done.returncode == 2
    assert "error: the output can't be written (No space left on device)" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("stream", ["1", "2"])
def test_closed_stream(script: Path, stream: str) -> None:
    """With stdout or stderr closed, the work is done all the same."""
    command = f'exec "$0" -m memmon instrument bot.py {stream}>&-'
    done = subprocess.run(["sh", "-c", command, sys.executable], cwd=script.parent, check=False)
    assert done.returncode == 0
    assert script.with_name("bot.py.monitor_backup").exists()


@pytest.mark.parametrize("command", ["report a", "report a --json", "report a --html -", "compare a b --json"])
def test_what_is_drawn_for_nobody(tmp_path: Path, command: str) -> None:
    """With stdout closed, the exit code is what it is with one, and nothing is said on stderr."""
    for folder in ("a", "b"):
        good_run(tmp_path / folder, 20)
    shell = f'exec "$0" -m memmon {command} >&-'
    done = subprocess.run(["sh", "-c", shell, sys.executable], cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    """It is said to be, and the output to be nothing."""
    shell = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" -m memmon status'
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["sh", "-c", shell, sys.executable], cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8",
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "memmon: error: the current folder is gone: go to another\n"


@pytest.mark.parametrize("stderr", ["2>/dev/full", "2> >(exec true)", "2>&-"], ids=["full", "nobody reads", "closed"])
def test_messages_that_go_nowhere(script: Path, stderr: str) -> None:
    """Where stderr takes nothing, the work is done and the exit code is what it would be."""
    original = script.read_bytes()
    for command, code in (("instrument bot.py", 0), ("instrument bot.py", 0), ("restore", 0), ("restore bot.py", 1)):
        shell = f'"$0" -m memmon {command} {stderr}; exit $?'
        done = subprocess.run(["bash", "-c", shell, sys.executable], cwd=script.parent, check=False)
        assert done.returncode == code
        assert (script.read_bytes() == original) == command.startswith("restore")
    done = subprocess.run(
        ["bash", "-c", f'"$0" -m memmon status none {stderr}; exit $?', sys.executable], cwd=script.parent, check=False
    )
    assert done.returncode == 2


def test_interrupt(script: Path) -> None:
    """Ctrl-C ends with 130 and one line."""
    with subprocess.Popen(
        [sys.executable, "-m", "memmon", "instrument", "-"],
        cwd=script.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        _wait_until_reading(process.pid)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate()
    assert (process.returncode, stdout) == (130, "")
    assert stderr.strip() == "memmon: interrupted"


def _wait_until_reading(pid: int) -> None:
    """Until the process waits in a read from its stdin."""
    while True:
        call = Path(f"/proc/{pid}/syscall").read_text(encoding="ascii").split()
        if call[:2] == ["0", "0x0"]:
            return
        time.sleep(0.01)
