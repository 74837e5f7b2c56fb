"""Two users and root against each other: which ways to a file memmon and the runtime take, and which they do not.

Both have an answer of their own, and one table holds for both. The users are made up: nobody has their numbers.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from memmon.record import ways
from memmon.run import cache
from memmon_runtime.system import descriptors, written_files

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be several users")

ROOT, MALLORY, ALICE = 0, 12001, 12002
NAME = "memory_monitor_20261122_103048.log"
SECRET = b"root's own\n"


@contextmanager
def being(user: int) -> Iterator[None]:
    """Have the rights of ``user`` for a while."""
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(user)
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


def made(path: Path, owner: int, mode: int = 0o755) -> Path:
    """A folder that belongs to ``owner``."""
    path.mkdir()
    path.chmod(mode)
    os.chown(path, owner, owner)
    return path


def linked(path: Path, target: Path, owner: int) -> Path:
    """A link that belongs to ``owner``."""
    path.symlink_to(target)
    os.lchown(path, owner, owner)
    return path


def written(path: Path, owner: int, mode: int = 0o644) -> Path:
    """A file that belongs to ``owner``."""
    path.write_bytes(SECRET)
    path.chmod(mode)
    os.chown(path, owner, owner)
    return path


@pytest.fixture
def world() -> Iterator[dict[str, Path]]:
    """A machine in small: folders of root, of two users and for all, and ways of all sorts that lead to them."""
    top = Path(tempfile.mkdtemp(prefix="memmon-users-"))
    top.chmod(0o755)
    root, mallory, alice = (made(top / name, user) for name, user in (("r", ROOT), ("m", MALLORY), ("a", ALICE)))
    shared, sticky = made(top / "shared", ROOT, 0o777), made(top / "tmp", ROOT, 0o1777)
    here = {
        "root's": root,
        "mallory's": mallory,
        "alice's": alice,
        "for all": shared,
        "for all, sticky": sticky,
        "root's below one for all": made(shared / "r", ROOT),
        "alice's below a sticky one": made(sticky / "a", ALICE),
        "root's below mallory's": made(mallory / "r", ROOT),
        "root's link to root's": linked(top / "rr", root, ROOT),
        "root's link to mallory's": linked(top / "rm", mallory, ROOT),
        "mallory's link to root's": linked(mallory / "to_r", root, MALLORY),
        "mallory's link to alice's": linked(sticky / "to_a", alice, MALLORY),
        "mallory's link to mallory's": linked(mallory / "to_m", mallory, MALLORY),
        "alice's link to alice's": linked(alice / "to_a", alice, ALICE),
        "through mallory's link up": linked(mallory / "up", top, MALLORY) / "r",
        "through mallory's link to a link": linked(mallory / "to_rr", top / "rr", MALLORY),
    }
    yield here
    shutil.rmtree(top)


EVERYBODY = {ROOT, MALLORY, ALICE}

TAKEN = {
    "root's": EVERYBODY,
    "mallory's": EVERYBODY,
    "for all": EVERYBODY,
    "for all, sticky": EVERYBODY,
    "root's below mallory's": EVERYBODY,
    "root's link to root's": EVERYBODY,
    "root's link to mallory's": EVERYBODY,
    "mallory's link to root's": {MALLORY},
    "mallory's link to alice's": {MALLORY},
    "mallory's link to mallory's": EVERYBODY,
    "alice's link to alice's": EVERYBODY,
    "through mallory's link up": {MALLORY},
    "through mallory's link to a link": {MALLORY},
}
"""By what stands there: who opens the folder, wherever rights would let them."""

UNCHANGEABLE = {
    "root's": EVERYBODY,
    "mallory's": {MALLORY},
    "alice's": {ALICE},
    "for all": set(),
    "for all, sticky": EVERYBODY,
    "root's below one for all": set(),
    "alice's below a sticky one": {ALICE},
    "root's below mallory's": {MALLORY},
    "root's link to root's": EVERYBODY,
    "root's link to mallory's": {MALLORY},
    "mallory's link to root's": {MALLORY},
    "mallory's link to alice's": set(),
    "mallory's link to mallory's": {MALLORY},
    "alice's link to alice's": {ALICE},
    "through mallory's link up": {MALLORY},
    "through mallory's link to a link": {MALLORY},
}
"""By what stands there: for whom nobody else can change what the path means, where a cache may be kept."""


@pytest.mark.parametrize("user", sorted(EVERYBODY))
def test_who_takes_which_way_to_a_folder(world: dict[str, Path], user: int) -> None:
    """Another user's link leads nobody elsewhere, unless to a folder of their own; memmon and the runtime agree."""
    for way, users in TAKEN.items():
        with being(user):
            try:
                os.close(ways.opened_folder(str(world[way])))
                memmon_takes = True
            except PermissionError:
                memmon_takes = False
            try:
                written_files.make_folder(str(world[way]))
                runtime_takes = True
            except PermissionError:
                runtime_takes = False
        assert (memmon_takes, runtime_takes) == (user in users,) * 2, (way, user)


@pytest.mark.parametrize("user", sorted(EVERYBODY))
def test_where_nobody_else_can_change_the_way(world: dict[str, Path], user: int) -> None:
    """A cache is used only where each folder on the way is root's or the user's own."""
    for way, users in UNCHANGEABLE.items():
        with being(user):
            other = cache.changeable(str(world[way]))
        assert (other is None) == (user in users), (way, user, other)


@pytest.mark.parametrize("trap", ["link", "second name", "pipe", "folder"])
@pytest.mark.parametrize("victim", [ROOT, ALICE])
def test_what_is_planted_is_not_written_to(world: dict[str, Path], victim: int, trap: str) -> None:
    """Whatever Mallory has put there under a record's name, no file of another user is changed or made through it."""
    treasure = written(world["root's" if victim == ROOT else "alice's"] / "treasure", victim)
    planted = world["mallory's"] / NAME
    if trap == "link":
        linked(planted, treasure, MALLORY)
    elif trap == "second name":
        planted.hardlink_to(treasure)
    elif trap == "pipe":
        os.mkfifo(planted)
    else:
        made(planted, MALLORY)
    world["mallory's"].chmod(0o777)
    with being(victim):
        for flags in (os.O_RDWR | os.O_APPEND, os.O_RDWR | os.O_CREAT | os.O_EXCL):
            with pytest.raises(OSError):  # noqa: PT011  # which one depends on what stands there
                ways.open_known(str(planted), flags)
        with pytest.raises(OSError):  # noqa: PT011  # as above
            written_files.create(str(planted))
        with pytest.raises(OSError):  # noqa: PT011  # as above
            written_files.reopen(str(planted), (0, 0))
    assert treasure.read_bytes() == SECRET


def test_another_users_file_is_no_users_to_write_to(world: dict[str, Path]) -> None:
    """Alice opens but her own; root opens Mallory's, who could have written there anyhow."""
    own = written(world["for all"] / NAME, MALLORY, 0o666)
    with being(ALICE), pytest.raises(PermissionError):
        ways.open_known(str(own), os.O_RDWR | os.O_APPEND)
    os.close(ways.open_known(str(own), os.O_RDWR | os.O_APPEND))


def test_what_has_taken_the_place_of_a_file_is_not_opened_again(world: dict[str, Path]) -> None:
    """The runtime opens again the very file that it made, and removes nothing through another user's link."""
    path = world["mallory's"] / NAME
    fd = written_files.create(str(path))
    known = descriptors.identity(fd)
    os.close(fd)
    os.close(written_files.reopen(str(path), known))
    path.rename(path.with_name("moved"))
    written(path, ROOT)
    with pytest.raises(OSError, match="another file"):
        written_files.reopen(str(path), known)
    treasure = written(world["root's"] / NAME, ROOT)
    written_files.remove(str(world["mallory's link to root's"] / NAME))
    assert treasure.read_bytes() == SECRET
    written_files.remove(str(path))
    assert not path.exists()


@pytest.mark.parametrize(
    ("mode", "group", "expected"),
    [
        (0o600, ROOT, 0o600),
        (0o755, ROOT, 0o644),
        (0o640, ROOT, 0o640),
        (0o640, MALLORY, 0o600),
        (0o000, ROOT, 0o600),
    ],
)
def test_a_record_has_the_targets_readers_at_most(world: dict[str, Path], mode: int, group: int, expected: int) -> None:
    """A group reads what it can read of the target, and only where it is the same group."""
    target = written(world["root's"] / "bot.py", ROOT)
    os.chown(target, ROOT, group)
    target.chmod(mode)
    before = os.umask(0)
    try:
        written_files.admit_readers_of([str(target)])
        os.close(written_files.create(str(world["root's"] / NAME)))
    finally:
        os.umask(before)
        written_files.admit_readers_of(["/nowhere"])
    assert (world["root's"] / NAME).stat().st_mode & 0o777 == expected
