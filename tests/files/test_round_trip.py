"""instrument, then restore: the very file comes back, with all that the file system knows of it."""

from __future__ import annotations

import ctypes
import os
import stat
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from support.tool import listing, memmon

PR_CAPBSET_DROP = 24
CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER = range(4)


def test_everything_as_it_was(folder: Path, script: Path) -> None:
    """Bytes, mode and times come back, and nothing else is left in the folder."""
    script.chmod(0o751)
    os.utime(script, ns=(10**18, 10**18 + 5))
    before, times = listing(folder), script.stat().st_mtime_ns
    assert memmon("instrument", "bot.py", cwd=folder).returncode == 0
    assert memmon("restore", "bot.py", cwd=folder).returncode == 0
    assert listing(folder) == before
    assert script.stat().st_mtime_ns == times


def test_instrumented_file_keeps_mode_and_attributes(script: Path) -> None:
    """What is written has the original's mode and extended attributes, and so has the backup."""
    script.chmod(0o640)
    try:
        os.setxattr(script, "user.origin", b"here")
    except OSError as error:
        pytest.skip(f"no extended attributes on this file system: {error}")
    original = script.read_bytes()
    memmon("instrument", "bot.py", cwd=script.parent)
    kept = script.with_name("bot.py.monitor_backup")
    assert script.read_bytes() != kept.read_bytes() == original
    for path in (script, kept):
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        assert os.getxattr(path, "user.origin") == b"here"


def _access_list(*entries: tuple[int, int, int]) -> bytes:
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


LIST = _access_list((1, 6, 2**32 - 1), (2, 6, 4242), (4, 4, 2**32 - 1), (16, 6, 2**32 - 1), (32, 0, 2**32 - 1))
"""Owner rw, user 4242 rw, the owner's group r, at most rw, others nothing."""
ACCESS = "system.posix_acl_access"


@pytest.mark.parametrize("when", ["before", "since", "taken away since"])
def test_an_access_control_list_survives(folder: Path, script: Path, when: str) -> None:
    """It is the instrumented file's too; one that was set or taken away since is kept, and no group gets more by it."""
    try:
        os.setxattr(script, ACCESS, LIST)
    except OSError as error:
        pytest.skip(f"no access control lists on this file system: {error}")
    if when == "since":
        os.removexattr(script, ACCESS)
        script.chmod(0o640)
    memmon("instrument", "bot.py", "--runtime", "installed", cwd=folder)
    assert (ACCESS in os.listxattr(script)) == (when != "since")
    if when == "since":
        os.setxattr(script, ACCESS, LIST)
    elif when == "taken away since":
        os.removexattr(script, ACCESS)
    expected = script.stat().st_mode
    assert memmon("restore", "bot.py", cwd=folder).returncode == 0
    assert script.stat().st_mode == expected
    if when == "taken away since":
        assert ACCESS not in os.listxattr(script)
    else:
        assert os.getxattr(script, ACCESS) == LIST


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_owner_is_kept(script: Path) -> None:
    """Another user's file is still theirs when root has instrumented it, and when root has restored it."""
    os.chown(script, 12345, 23456)
    memmon("instrument", "bot.py", cwd=script.parent)
    assert (script.stat().st_uid, script.stat().st_gid) == (12345, 23456)
    memmon("restore", "bot.py", cwd=script.parent)
    assert (script.stat().st_uid, script.stat().st_gid) == (12345, 23456)


def _without_rights_over_others_files() -> None:
    """Take away root's rights over files of other users, from the process that is about to start."""
    for capability in (CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER):
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file of another user's")
def test_backup_where_no_hard_link_can_be_made(folder: Path, script: Path) -> None:
    """Where the system forbids the link (here: somebody else's file), the backup is a copy, and serves as well."""
    if Path("/proc/sys/fs/protected_hardlinks").read_text(encoding="ascii").strip() == "0":
        pytest.skip("this system allows hard links to other users' files")
    os.utime(script, ns=(10**18, 10**18 + 5))
    original, inode, times = script.read_bytes(), script.stat().st_ino, script.stat().st_mtime_ns
    os.chown(script, 12345, 23456)
    for command in ("instrument", "restore"):
        done = subprocess.run(
            [sys.executable, "-m", "memmon", command, "bot.py"],
            cwd=folder,
            preexec_fn=_without_rights_over_others_files,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        kept = folder / "bot.py.monitor_backup"
        if command == "instrument":
            assert kept.read_bytes() == original != script.read_bytes()
            assert kept.stat().st_ino != inode
    assert (script.read_bytes(), script.stat().st_mtime_ns) == (original, times)
    assert {path.name for path in folder.iterdir()} == {"bot.py"}


def test_mode_set_in_between_is_kept(script: Path) -> None:
    """A chmod of the instrumented file is an edit too, and survives restore."""
    memmon("instrument", "bot.py", cwd=script.parent)
    script.chmod(0o700)
    memmon("restore", "bot.py", cwd=script.parent)
    assert stat.S_IMODE(script.stat().st_mode) == 0o700


def test_second_instrument_is_a_no_op(folder: Path, script: Path) -> None:
    """The second call says so, exits 0 and changes no byte."""
    memmon("instrument", "bot.py", cwd=folder)
    before = listing(folder)
    again = memmon("instrument", "bot.py", cwd=folder)
    assert (again.returncode, again.stdout) == (0, "")
    assert "already" in again.stderr
    assert listing(folder) == before
    assert script.exists()


def test_symbolic_link_is_followed(folder: Path, script: Path) -> None:
    """The real file changes and has the backup and the runtime beside it; the link stays a link."""
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "run").symlink_to(script)
    original = script.read_bytes()
    before = listing(folder)
    assert memmon("instrument", "run", cwd=elsewhere).returncode == 0
    assert (elsewhere / "run").is_symlink()
    assert script.read_bytes() != original
    assert {path.name for path in elsewhere.iterdir()} == {"run"}
    assert script.with_name("bot.py.monitor_backup").read_bytes() == original
    assert memmon("status", "run", cwd=elsewhere).returncode == 1
    assert memmon("restore", "run", cwd=elsewhere).returncode == 0
    assert listing(folder) == before


def test_hard_links_are_named_and_come_back(folder: Path, script: Path) -> None:
    """Another name of the file keeps the original, the user is told, and restore makes the two one again."""
    other = folder / "other.py"
    other.hardlink_to(script)
    original = script.read_bytes()
    done = memmon("instrument", "bot.py", cwd=folder)
    assert "hard links" in done.stdout
    assert other.read_bytes() == original != script.read_bytes()
    memmon("restore", "bot.py", cwd=folder)
    assert script.samefile(other)


def test_two_names_of_one_file_are_one_target(folder: Path, script: Path) -> None:
    """A file that is named twice in a call, once through a link, is instrumented once."""
    (folder / "link.py").symlink_to(script)
    done = memmon("instrument", "bot.py", "./bot.py", "link.py", cwd=folder)
    assert done.returncode == 0
    assert done.stdout.count("placed") == 1


def test_several_targets(folder: Path, script: Path) -> None:
    """Each file of a call gets its backup; one restore without a target gives all of them back."""
    (folder / "sub").mkdir()
    for name in ("b.py", "sub/c.py"):
        (folder / name).write_bytes(script.read_bytes())
    before = listing(folder)
    assert memmon("instrument", "bot.py", "b.py", "sub/c.py", cwd=folder).returncode == 0
    assert {path.name for path in folder.rglob("*.monitor_backup")} == {
        "bot.py.monitor_backup",
        "b.py.monitor_backup",
        "c.py.monitor_backup",
    }
    assert memmon("restore", cwd=folder).returncode == 0
    assert listing(folder) == before


def test_script_without_suffix(folder: Path, script: Path) -> None:
    """A script need not be called .py; its backup tells status and restore that it is ours."""
    plain = script.rename(folder / "bot")
    before = listing(folder)
    assert memmon("instrument", "bot", cwd=folder).returncode == 0
    assert "bot" in memmon("status", cwd=folder).stdout
    done = subprocess.run([sys.executable, plain], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "[1, 2]\n")
    assert memmon("restore", "--purge-logs", cwd=folder).returncode == 0
    assert listing(folder) == before


def test_backup_that_holds_the_same_is_used(folder: Path, script: Path) -> None:
    """A backup of the very same text (a killed call left it, or the user made it) is no obstacle."""
    original = script.read_bytes()
    script.with_name("bot.py.monitor_backup").write_bytes(original)
    assert memmon("instrument", "bot.py", cwd=folder).returncode == 0
    assert memmon("restore", "bot.py", cwd=folder).returncode == 0
    assert script.read_bytes() == original


def test_backup_of_something_else_is_an_obstacle(folder: Path, script: Path) -> None:
    """A backup beside a target that carries nothing injected: exit 1, said, nothing changed."""
    script.with_name("bot.py.monitor_backup").write_text("print('older')\n", encoding="utf-8")
    before = listing(folder)
    for command in ("instrument", "restore"):
        done = memmon(command, "bot.py", cwd=folder)
        assert (done.returncode, done.stdout) == (1, "")
        assert "carries nothing" in done.stderr
        assert "nothing was changed" in done.stderr
        assert listing(folder) == before
