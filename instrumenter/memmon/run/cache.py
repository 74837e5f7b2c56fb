"""The cache: code that was instrumented once, kept like .pyc files, but never in the user's folders.

An entry is a file that Python can run as it is: a .pyc header, the code, and behind it what is known of the code and
a checksum. An entry that is damaged, or that somebody else could have written, counts as none; one that has not been
read for a month is removed when others are made, and so are those read least lately where all take too much room.

Python opens a script's entry by its path once more, after it was looked at here. So a cache is used only where no other
user can change what any name on the way to it means.
"""

from __future__ import annotations

import _imp
import marshal
import os
import stat
import sys

from memmon import __version__
from memmon.record import foreign_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    Entry = tuple[bytes, dict[str, Any]]

_FORM = 5
"""Of the entries: raised when what they call or hold changes, so that those of another memmon are not run."""
_KEYS = (0x6D656D6D6F6E, 0x72756E)
"""The keys of the two hashes that make a digest."""
_HEADER = 16
"""Bytes of a .pyc before its code."""
_SUM = 16
"""Bytes of the checksum at an entry's end."""
_LENGTH = 8
"""Bytes of the number that tells how long the facts before it are."""
_OTHERS_WRITE = 0o022
_MOST_STEPS = 1000
"""Names and links on one way: more of them are a circle."""
_UNREAD_DAYS = 30
_MOST_BYTES = 200 << 20
"""Bytes that the entries may take on the disk together."""
_DIGEST = 32
"""Characters in what `digest` returns."""
_BUCKET = 2
"""So many of a digest's characters are the name of a folder that holds the folders of entries."""
_NOWHERE = os.path.join(os.devnull, "memmon")
"""A folder that nobody can make."""
_ours: dict[str, bool] = {}
"""Of folders whether nobody else can change them: entries are read by the dozen."""
_UNCHECKED = b"\x01\x00\x00\x00"
"""The flags of a .pyc that is valid by a hash of the source, which Python does not check."""


def folder() -> str:
    """Where the entries are: ``MEMMON_CACHE_DIR``, or ``memmon`` in the user's cache folder.

    Where the latter can't be made, a private folder among the temporary ones stands in.
    """
    named = os.environ.get("MEMMON_CACHE_DIR")
    if named:
        return os.path.abspath(named)
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    own = os.path.abspath(os.path.join(base, "memmon"))
    # A home that is not there is not made.
    if os.path.isdir(os.path.dirname(base)) and refusal(own) is None:
        return own
    return _private() or _NOWHERE


def refusal(cache: str) -> str | None:
    """Why nothing can be kept in *cache*, which is made where it is missing; None where it can."""
    above = cache
    while not os.path.lexists(above):
        above = os.path.dirname(above)
    try:
        other = changeable(above)
        if other is not None:
            return f"other users may change {other}"
        _make(cache)
    except OSError as error:
        return (error.strerror or str(error)).lower()
    return None if os.access(cache, os.W_OK | os.X_OK) else "not writable"


def _make(folder: str) -> None:
    """Make a folder and those above it, each for this user alone, whatever the umask; those that are there stay."""
    if not os.path.isdir(folder):
        _make(os.path.dirname(folder))
        try:
            os.mkdir(folder, 0o700)
        except FileExistsError:  # somebody was quicker
            pass


def _private() -> str | None:
    """A folder that nobody but this user can have put anything into; None where it can't be had."""
    place = os.path.join(os.path.abspath(os.environ.get("TMPDIR") or "/tmp"), f"memmon-{os.geteuid()}")  # noqa: S108  # checked below: private, and this user's
    try:
        if not os.path.lexists(place):
            os.mkdir(place, 0o700)
        status = os.lstat(place)
        private = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077
        return place if private and changeable(place) is None else None
    except OSError:
        return None


def changeable(path: str) -> str | None:
    """What on the way to the absolute *path*, itself included, another user may change; None where nothing is.

    In a folder that all may write to, as the one for temporary files, each may change but their own where it is sticky.
    Raises OSError where there is no such way.
    """
    waiting, at = path.split("/")[::-1], "/"
    for _ in range(_MOST_STEPS):
        status = os.lstat(at)
        is_link, is_folder = stat.S_ISLNK(status.st_mode), stat.S_ISDIR(status.st_mode)
        if status.st_uid not in (0, os.geteuid()):
            return at
        if is_link:
            target = os.readlink(at)
            waiting += target.split("/")[::-1]
            at = "/" if target.startswith("/") else os.path.dirname(at)
        elif status.st_mode & _OTHERS_WRITE and not (is_folder and status.st_mode & stat.S_ISVTX):
            return at
        while waiting and waiting[-1] in ("", "."):
            waiting.pop()
        if not waiting:
            return None
        name = waiting.pop()
        at = os.path.dirname(at) if name == ".." else os.path.join(at, name)
    raise OSError(f"{path}: there are too many links on the way")


def _is_ours(folder: str, depth: int = 2) -> bool:
    """Whether nobody else can put anything into *folder*, which is so many folders below the cache's own."""
    if folder not in _ours:
        status = os.lstat(folder)
        if not depth:
            _ours[folder] = changeable(folder) is None
        elif stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & _OTHERS_WRITE:
            _ours[folder] = _is_ours(os.path.dirname(folder), depth - 1)
        else:
            _ours[folder] = False
    return _ours[folder]


def _hash(data: bytes) -> bytes:
    """What Python keeps a hash of a source with: it is at hand."""
    return b"".join(_imp.source_hash(key, data) for key in _KEYS)


def _hash_of_all(data: bytes) -> bytes:
    """What all Pythons have."""
    from _blake2 import blake2b  # noqa: PLC0415  # where another Python has a part in it

    return blake2b(data, digest_size=_SUM).digest()


_chosen_hash: Callable[[bytes], bytes] = _hash


def share_with(other: str) -> None:
    """Agree on names and checksums with the Python of this `form`: the hash at hand is not the same in all."""
    global _chosen_hash  # noqa: PLW0603  # a process shares with one
    if other != form():
        _chosen_hash = _hash_of_all


def digest(*parts: bytes | str) -> str:
    """128 bits in hexadecimal of *parts* in their order."""
    return _chosen_hash(b"".join(b"%d:%b" % (len(part), part) for part in map(_bytes, parts))).hex()


def form() -> str:
    """The form of the code that this Python compiles: another's can't be run here."""
    return f"{sys.implementation.cache_tag} {sys.hexversion} {sys.flags.optimize}"


def path(  # noqa: PLR0913  # so much it depends on
    cache: str, config: str, filename: str, source: bytes, *, script: bool, python: str = ""
) -> str:
    """The file of an entry, by all that its code depends on; *config* is a digest of the configuration.

    *python* is the `form` of the code, by default this Python's own. The file has the name of the source, since that is
    what ``ps`` shows of a program.
    """
    entry = digest(f"{__version__} {_FORM}", f"{python or form()} {script:d}", config, filename, source)
    return os.path.join(cache, entry[:_BUCKET], entry[_BUCKET:], os.path.basename(filename) or "main")


def read(file: str) -> Entry | None:
    """An entry's .pyc and what is known of it; None where there is none that can be trusted."""
    try:
        with foreign_files.opened(file) as stream:
            status = os.fstat(stream.fileno())
            if status.st_uid != os.geteuid() or status.st_mode & _OTHERS_WRITE:
                return None
            if not _is_ours(os.path.dirname(file)):
                return None
            data = stream.read()
        body = data[:-_SUM]
        if len(body) < _HEADER + _LENGTH or bytes.fromhex(digest(body)) != data[-_SUM:]:
            return None
        at = len(body) - _LENGTH - int.from_bytes(body[-_LENGTH:], "little")
        known = marshal.loads(body[at:-_LENGTH])
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return body[:at], known


def write(file: str, magic: bytes, code: bytes, known: dict[str, Any]) -> None:
    """Keep an entry, whole or not at all; OSError where that can't be.

    *code* is marshalled, and *magic* the number by which the Python that compiled it knows its own.
    """
    pyc = magic + _UNCHECKED + bytes(_HEADER - len(magic) - len(_UNCHECKED)) + code
    facts = marshal.dumps(known)
    body = pyc + facts + len(facts).to_bytes(_LENGTH, "little")
    holder = os.path.dirname(file)
    _make(holder)
    bucket = os.path.dirname(holder)
    if os.stat(bucket).st_mode & _OTHERS_WRITE:  # made by an earlier memmon, under a lenient umask
        os.chmod(bucket, 0o700)
    draft = os.path.join(holder, f".{os.getpid()}.tmp")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as stream:
            stream.write(body + bytes.fromhex(digest(body)))
        os.replace(draft, file)
    except BaseException:
        if os.path.lexists(draft):
            os.unlink(draft)
        raise


def prune(cache: str) -> None:
    """Remove the entries that have long not been read, and of the others those that have been read least lately.

    That is as far as they take too much room. Nothing else is removed that may lie in the same folder.
    """
    from time import time  # noqa: PLC0415  # only where the cache is filled

    oldest, room = time() - _UNREAD_DAYS * 86_400, _MOST_BYTES
    for used, size, holder in sorted(map(_use_of, _holders(cache)), reverse=True):
        room -= size
        if used < oldest or room < 0:
            _remove(holder)


def _use_of(holder: str) -> tuple[float, int, str]:
    """When an entry was made or read last, the bytes that it takes on the disk, and its folder."""
    try:
        states = [os.lstat(os.path.join(holder, name)) for name in os.listdir(holder)]
    except OSError:
        states = []  # somebody else's, or somebody else was quicker
    used = max((max(state.st_atime, state.st_mtime) for state in states), default=0.0)
    return used, sum(state.st_blocks * 512 for state in states), holder


def _remove(holder: str) -> None:
    try:
        for name in os.listdir(holder):
            os.unlink(os.path.join(holder, name))
        os.rmdir(holder)
    except OSError:
        pass  # likewise


def _holders(cache: str) -> Iterator[str]:
    """The folders that hold an entry each, by their names."""
    for bucket in _names(cache):
        folder = os.path.join(cache, bucket)
        for rest in _names(folder) if len(bucket) == _BUCKET else ():
            if len(bucket + rest) == _DIGEST and not (bucket + rest).strip("0123456789abcdef"):
                yield os.path.join(folder, rest)


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []  # no folder, or somebody else's


def _bytes(part: bytes | str) -> bytes:
    return part if isinstance(part, bytes) else os.fsencode(part)
