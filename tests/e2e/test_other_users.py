"""Two users and root against each other: what one plants, a command or a program of another does not fall for.

Real processes: the traps are laid in folders of users that are made up, and root or another user comes by.
"""

from __future__ import annotations

import json
import marshal
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from memmon.config import load_config
from memmon.run import cache
from support import events
from support.tool import plain_environment

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can be several users"),
    pytest.mark.skipif(shutil.which("setpriv") is None, reason="`setpriv` is missing"),
]

MALLORY, ALICE = 12001, 12002
EVIL = "import os; os.write(1, b'taken over by %d\\n' % os.geteuid())\n"


def _as(user: int) -> list[str]:
    """The command that runs another one as ``user``, who can read all that this Python consists of."""
    rights = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *rights]


class Machine:
    """Folders of root and of two users, which all can enter."""

    def __init__(self, top: Path) -> None:
        """Make them."""
        top.chmod(0o755)
        self.top = top
        self.root, self.mallory, self.alice = (
            self.folder(name, user) for name, user in (("root", 0), ("mallory", MALLORY), ("alice", ALICE))
        )
        self.shared = self.folder("tmp", 0)
        self.shared.chmod(0o1777)

    def folder(self, name: str, user: int) -> Path:
        """A folder of ``user``'s."""
        path = self.top / name
        path.mkdir(parents=True)
        path.chmod(0o755)
        os.chown(path, user, user)
        return path

    @staticmethod
    def file(path: Path, text: str, user: int) -> Path:
        """A file of ``user``'s."""
        path.write_text(text, encoding="utf-8")
        os.chown(path, user, user)
        return path

    def run(
        self, *words: str | Path, user: int = 0, cwd: Path, umask: int = 0o022, **changes: str
    ) -> subprocess.CompletedProcess[str]:
        """A command of ``user``'s, with a home and temporary folders of their own if nothing else is said."""
        home = {0: self.root, MALLORY: self.mallory, ALICE: self.alice}[user]
        dropped = ("MEMMON_", "XDG_", "PYTHON", "TMPDIR")
        kept = {key: value for key, value in plain_environment().items() if not key.startswith(dropped)}
        places = {"HOME": str(home), "TMPDIR": str(self.shared), "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [*(_as(user) if user else ()), sys.executable, *words],
            umask=umask,
            cwd=cwd,
            env={**kept, **places, **changes},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done


@pytest.fixture
def machine() -> Iterator[Machine]:
    """A machine in small."""
    top = Path(tempfile.mkdtemp(prefix="memmon-users-"))
    yield Machine(top)
    shutil.rmtree(top)


def owners(folder: Path) -> set[int]:
    """To whom what is below ``folder`` belongs."""
    return {path.lstat().st_uid for path in folder.rglob("*")}


def test_what_root_starts_as_another_user(machine: Machine) -> None:
    """A program for which a command gives up root's rights is watched with the user's: their log, a cache of theirs."""
    machine.file(machine.alice / "bot.py", "def load_config():\n    return [1]\nprint(load_config())\n", ALICE)
    machine.file(machine.alice / "memmon.toml", '[[hotspot]]\nname = "load"\nfunction = "load_*"\n', ALICE)
    go_there = ("sh", "-c", 'cd "$0" && exec "$@"', machine.alice, *_as(ALICE), sys.executable, "bot.py")
    done = machine.run("-m", "memmon", "run", "--", *go_there, cwd=machine.root, TMPDIR=str(machine.shared))
    assert (done.stdout, done.stderr, done.returncode) == ("[1]\n", "", 0)
    assert [site["name"] for site in events.told(machine.alice, "site")] == ["load"]
    (log,) = machine.alice.glob("memory_monitor_*.log")
    assert log.stat().st_uid == ALICE
    assert (machine.shared / f"memmon-{ALICE}").stat().st_uid == ALICE


@pytest.mark.parametrize("owner", [ALICE, 0], ids=["her own", "root's"])
def test_a_user_restores_what_root_instrumented(machine: Machine, owner: int) -> None:
    """In a folder of hers all comes back and nothing is left, though root has a strict umask."""
    script = machine.file(machine.alice / "bot.py", "import json\nprint(json.loads('[1]'))\n", owner)
    before = script.stat()
    memmon = ("-m", "memmon")
    assert machine.run(*memmon, "instrument", "bot.py", cwd=machine.alice, umask=0o077).returncode == 0
    assert {path.name for path in machine.alice.iterdir()} > {"bot.py"}
    done = machine.run(*memmon, "restore", user=ALICE, cwd=machine.alice)
    assert (done.returncode, "restored, byte for byte" in done.stderr) == (0, True), done.stderr
    after = script.stat()
    assert (after.st_ino, after.st_uid, after.st_mtime_ns) == (before.st_ino, owner, before.st_mtime_ns)
    assert {path.name for path in machine.alice.iterdir()} == {"bot.py"}


@pytest.mark.parametrize("named", [False, True], ids=["in a home", "by name"])
def test_another_users_cache_is_not_run(machine: Machine, *, named: bool) -> None:
    """Root in Mallory's home runs nothing that Mallory has put into the cache, not even where root's name is on it."""
    script = machine.file(machine.root / "bot.py", "print('root runs')\n", 0)
    planted = machine.mallory / ".cache" / "memmon"
    planted.mkdir(parents=True)
    changes = {"MEMMON_CACHE_DIR": str(planted)} if named else {"HOME": str(machine.mallory)}
    # What root's own cache holds, with other code under the same name.
    machine.run("-m", "memmon", "run", script, cwd=machine.root)
    own = machine.root / ".cache" / "memmon"
    for entry in [path for path in own.rglob("*") if path.is_file()]:
        there = planted / entry.relative_to(own)
        there.parent.mkdir(parents=True)
        pyc, known = cache.read(str(entry)) or pytest.fail("root's own cache can't be read")
        evil = marshal.dumps(compile(EVIL, str(script), "exec"))
        cache.write(str(there), MAGIC_NUMBER, evil if entry.name == "bot.py" else b"", known)
        assert pyc
    for path in (planted, *planted.rglob("*"), planted.parent):
        if path.is_dir():
            os.chown(path, MALLORY, MALLORY)
    before = sorted(planted.rglob("*"))
    done = machine.run("-m", "memmon", "run", script, cwd=machine.root, **changes)
    assert done.stdout == "root runs\n"
    assert sorted(planted.rglob("*")) == before
    if named:
        assert "other users may change" in done.stderr
    else:
        assert done.stderr == ""


def test_ones_own_cache_is_used(machine: Machine) -> None:
    """What the test above would prove of a cache that is never used: a user's own runs, under a lenient umask too."""
    script = machine.file(machine.alice / "bot.py", "print('alice runs')\n", ALICE)
    for _ in range(2):
        done = machine.run("-m", "memmon", "run", script, user=ALICE, umask=0, cwd=machine.alice)
        assert (done.stdout, done.stderr) == ("alice runs\n", "")
    (entry,) = (machine.alice / ".cache" / "memmon").rglob("bot.py")
    asking = "import sys; from memmon.run import cache; print(cache.read(sys.argv[1]) is not None)"
    for owner, answer in ((ALICE, "True\n"), (MALLORY, "False\n")):
        os.chown(entry.parent, owner, owner)
        assert machine.run("-c", asking, entry, user=ALICE, cwd=machine.alice).stdout == answer


def planted_log(machine: Machine, folder: Path, user: int) -> Path:
    """The log of a program that was killed, as somebody can write it by hand, whose proof is still to be kept."""
    header = {
        "memmon": "0.2.0", "pid": 4_000_000, "start_ticks": 5, "target": str(folder / "bot.py"), "language": "en",
        "python": "3.11.7", "started": "2026-11-22T10:30:48.123+00:00", "baseline_mb": 20.0, "reading": "procfs",
        "limit": {"mb": 300.0, "from": "cgroup", "path": str(machine.top / "cgroup")}, "parent": None, "argv": [],
        "levels": {"warning": "80%", "warning_mb": 240.0, "critical": "95%", "critical_mb": 285.0}, "peak": "off",
        "oom_kill": {"cgroup": {"path": str(machine.top / "cgroup"), "inode": 0, "count": 3}, "vmstat": None},
    }  # fmt: skip
    cgroup = machine.top / "cgroup"
    cgroup.mkdir(exist_ok=True)
    (cgroup / "memory.events").write_text("oom_kill 4\n", encoding="ascii")
    header["oom_kill"]["cgroup"]["inode"] = cgroup.stat().st_ino
    log = folder / "memory_monitor_20261122_103048.log"
    lines = [
        f"# memmon 0.2.0 · {folder / 'bot.py'}",
        "[2026-11-22 10:30:48.123] [INFO] [program start] RSS=20.00MB (Δ+0.00MB, +0.00MB)",
        "[2026-11-22 10:30:49.123] [CRITICAL] [load_BEFORE] RSS=290.00MB (Δ+270.00MB, +270.00MB) line=5",
    ]
    machine.file(log, "\n".join(lines) + "\n", user)
    fact = {"header": header, "at": "2026-11-22 10:30:48.123", "passed": 0}
    machine.file(log.with_name(".memory_monitor_20261122_103048.events"), json.dumps(fact) + "\n", user)
    return log


@pytest.mark.parametrize("trap", ["none", "link", "second name", "link to the folder"])
def test_a_report_writes_into_nobody_elses_files(machine: Machine, trap: str) -> None:
    """Root's report on Mallory's record adds what proves the kill to it, and to no file that Mallory has led it to."""
    log = planted_log(machine, machine.mallory, MALLORY)
    events = log.with_name(".memory_monitor_20261122_103048.events")
    treasure = machine.root / events.name
    if trap == "second name":
        shutil.copy(events, treasure)
        events.unlink()
        events.hardlink_to(treasure)
    elif trap == "link":
        shutil.move(events, treasure)
        os.chown(treasure, 0, 0)
        events.symlink_to(treasure)
    elif trap == "link to the folder":
        for path in (log, events):
            shutil.move(path, machine.root)
            os.chown(machine.root / path.name, 0, 0)
        link = machine.mallory / "logs"
        link.symlink_to(machine.root)
        os.lchown(link, MALLORY, MALLORY)
        log = link / log.name
    before = treasure.read_bytes() if trap != "none" else events.read_bytes()
    done = machine.run("-m", "memmon", "report", log, cwd=machine.root)
    assert (done.returncode, "oom" in done.stdout.lower()) == (1, True), done
    if trap == "none":
        assert b'{"proof"' in events.read_bytes()[len(before) :]
    else:
        assert treasure.read_bytes() == before


PROGRAM = """
import memmon_runtime, sys
memmon_runtime.install("__memmon__", log_dir=sys.argv[1])
__memmon__.before("work", 3)
__memmon__.after("work", 3)
print("done")
"""


def test_a_program_of_roots_makes_no_file_where_another_users_link_leads(machine: Machine) -> None:
    """The record goes to root's own folder, and one line says where, and what to set."""
    script = machine.file(machine.mallory / "bot.py", PROGRAM, MALLORY)
    way = machine.mallory / "logs"
    way.symlink_to(machine.folder("etc", 0))
    os.lchown(way, MALLORY, MALLORY)
    for log_dir in (way, way / "deeper"):
        done = machine.run(script, log_dir, cwd=machine.mallory)
        assert done.stdout == "done\n"
        assert list((machine.top / "etc").iterdir()) == []
        state = machine.root / ".local" / "state" / "memmon"
        assert done.stderr.startswith(
            f"memmon: no run log in {log_dir}: another user's link leads there; it is in {state}"
        )
        assert "MEMMON_LOG_DIR" in done.stderr
        assert done.stderr.count("\n") == 1
        assert len(list(state.glob("memory_monitor_*.log"))) == 1
        shutil.rmtree(state)


@pytest.mark.parametrize(
    ("state", "place"),
    [
        ("home", "alice/.local/state/memmon"),
        ("XDG_STATE_HOME", "alice/mine/memmon"),
        ("no home", f"tmp/memmon-{ALICE}/logs"),
        ("root's home", f"tmp/memmon-{ALICE}/logs"),
    ],
)
def test_a_folder_that_cannot_be_written_to(machine: Machine, state: str, place: str) -> None:
    """A user's record goes to their own folder for it or to a private one, is found by a report, and that is said."""
    script = machine.file(machine.root / "bot.py", PROGRAM, 0)
    changes = {"MEMMON_QUIET": "0"}
    if state == "XDG_STATE_HOME":
        machine.folder("alice/mine", ALICE)
        changes["XDG_STATE_HOME"] = str(machine.alice / "mine")
    elif state != "home":
        changes["HOME"] = "/nowhere" if state == "no home" else str(machine.root)
    done = machine.run(script, ".", user=ALICE, cwd=machine.root, **changes)
    assert done.stdout == "done\n"
    assert f"it is in {machine.top / place} (MEMMON_LOG_DIR names another folder)\n" in done.stderr
    (log,) = (machine.top / place).glob("memory_monitor_*.log")
    assert log.stat().st_uid == ALICE
    report = machine.run("-m", "memmon", "report", "--json", user=ALICE, cwd=machine.root, **changes)
    assert json.loads(report.stdout)["run"]["log"] == str(log)
    quiet = machine.run(script, ".", user=ALICE, cwd=machine.root, **{**changes, "MEMMON_QUIET": "1"})
    assert (quiet.stdout, quiet.stderr) == ("done\n", "")


@pytest.mark.parametrize(("mode", "expected"), [(0o600, 0o600), (0o640, 0o640), (0o644, 0o644)])
def test_a_record_is_as_secret_as_the_script(machine: Machine, mode: int, expected: int) -> None:
    """Nobody reads a log, events or a page that can't read the script: arguments and messages may hold secrets."""
    script = machine.file(machine.alice / "bot.py", PROGRAM + "import os; os.kill(os.getpid(), 9)\n", ALICE)
    script.chmod(mode)
    machine.run(script, ".", user=ALICE, cwd=machine.alice)
    left = [path for path in machine.alice.iterdir() if "memory_monitor" in path.name]
    assert {path.suffix for path in left} >= {".log", ".events", ".page"}
    assert {path.stat().st_mode & 0o777 for path in left} == {expected}


@pytest.mark.parametrize("owner", [0, ALICE, MALLORY])
@pytest.mark.parametrize("way", ["a file", "a link", "pyproject"])
def test_another_users_configuration_counts_for_nothing(
    machine: Machine, capfd: pytest.CaptureFixture[str], owner: int, way: str
) -> None:
    """What is above a script counts where it is root's, the user's or the script's owner's; else one line says so."""
    folder = machine.shared / "work"
    folder.mkdir()
    script = machine.file(folder / "bot.py", "value = [1]\n", ALICE)
    text = '[memmon]\nlog_dir = "/chosen"\n'
    found = machine.shared / "memmon.toml"
    if way == "pyproject":
        found = machine.file(machine.shared / "pyproject.toml", text.replace("[memmon]", "[tool.memmon]"), owner)
    elif way == "a link":
        machine.file(machine.alice / "other.toml", text, ALICE)
        found.symlink_to(machine.alice / "other.toml")
        os.lchown(found, owner, owner)
    else:
        machine.file(found, text, owner)
    chosen = load_config(script).settings.log_dir
    assert (chosen == "/chosen") == (owner != MALLORY)
    said = f"memmon: {found} belongs to another user, and counts for nothing (--config FILE would name it)\n"
    assert capfd.readouterr().err == said * (owner == MALLORY)


def test_another_users_configuration_counts_for_nothing_in_a_run(machine: Machine) -> None:
    """`memmon run` takes no folder for its logs from there either; a project of another user's is not spoken of."""
    folder = machine.shared / "work"
    folder.mkdir()
    script = machine.file(folder / "bot.py", "print('done')\n", 0)
    machine.file(machine.shared / "memmon.toml", f'[memmon]\nlog_dir = "{machine.mallory}"\n', MALLORY)
    machine.file(folder / "pyproject.toml", '[project]\nname = "other"\n', MALLORY)
    for _ in range(2):
        done = machine.run("-m", "memmon", "run", script, cwd=folder)
        assert done.stdout == "done\n"
        assert done.stderr.count("\n") == done.stderr.count("memmon.toml belongs to another user") == 1
    assert owners(machine.mallory) == set()
    assert len(list(folder.glob("memory_monitor_*.log"))) == 2
