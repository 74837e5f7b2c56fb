"""How the runtime's own modules are found and read in a quarter of the time: a start is of seventy of them.

Of a tenth of a millisecond that a module takes, most goes into asking every finder there is, into looking around its
folder for five sorts of files, and into three looks at when its source was changed. Here it is known where a module is,
and its .pyc is read at once; and where an earlier start has left the code of all of them in one file, and no source has
changed since, that alone is read. Where a .pyc is missing or older than the source, or Python keeps its .pyc files
elsewhere, Python does as it always does. No finder of this is left once the package has been imported, and the record
begun.
"""

from __future__ import annotations

import mmap
import os
import sys
from _frozen_importlib import ModuleSpec, _load  # type: ignore[attr-defined]
from _frozen_importlib_external import MAGIC_NUMBER, SourceFileLoader
from marshal import dumps, loads
from os import O_RDONLY, W_OK, access, close, fstat, read, stat
from os import open as open_file

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any, Iterable, Union

    Code = Union[CodeType, memoryview]

_PACKAGE = __name__.partition(".")[0]
_ROOMS = frozenset(("attribution", "checkpoints", "measure", "record", "session", "system", "watcher"))
_FLAGS: int = O_RDONLY | (getattr(os, "O_CLOEXEC", 0) or os.O_NOINHERIT | os.O_BINARY)  # type: ignore[attr-defined]
_HEADER = 16
"""Bytes of a .pyc before its code: a magic number, flags, and the time and the size of the source."""
_NO_FLAGS = bytes(4)
_LARGEST = 1 << 16
"""A .pyc of so many bytes is left to Python."""
_LARGEST_START = 1 << 22
"""So is what an earlier start has left, if it is of so many."""
_LENGTH = 4
"""Bytes in which that says, after the magic number, how long the part is that a start needs at once."""
_WORD = 0xFFFFFFFF
_READ_WRITE, _OWN_WRITE = 0o666, 0o200
"""A .pyc may be read by whoever may read its source, and written by its owner."""


class _Loader(SourceFileLoader):
    """Python's own, which reads the .pyc at once where that is up to date."""

    compiled = ""
    """Where the .pyc is."""

    def get_code(self, fullname: str) -> CodeType | None:
        """The module's code."""
        try:
            known = _ahead.pop(fullname, None) or self.read()
            if known is not None:
                return loads(known) if isinstance(known, memoryview) else known  # noqa: S302 - as Python does
        except Exception:
            pass
        return super().get_code(fullname)

    def bytecode(self, fullname: str) -> memoryview | None:
        """The code as the .pyc has it, which is made where there is none; None or OSError where it can't be."""
        try:
            code = self.read()
        except OSError:
            code = None
        if code is None:
            super().get_code(fullname)  # leaves a .pyc
            code = self.read()
        return code

    def read(self) -> memoryview | None:
        """The code as the .pyc has it; None where that is not up to date. OSError where there is none."""
        fd = open_file(self.compiled, _FLAGS)
        try:
            data = read(fd, _LARGEST)
        finally:
            close(fd)
        source = stat(self.path)  # noqa: PTH116 - no pathlib in the user's program
        times = [(word & _WORD).to_bytes(4, "little") for word in (int(source.st_mtime), source.st_size)]
        is_right = len(data) < _LARGEST and data[:_HEADER] == MAGIC_NUMBER + _NO_FLAGS + b"".join(times)
        return memoryview(data)[_HEADER:] if is_right else None


_ahead: dict[str, Code] = {}
"""By name the code of modules that are to be made, or its bytes in a .pyc."""


def _stamp(path: str) -> tuple[int, int]:
    """What changes where a source does, as a .pyc has it: when it was changed, and its size in bytes.

    In seconds, since a layer of a container's image keeps no more of the time.
    """
    found = stat(path)  # noqa: PTH116 - no pathlib in the user's program
    return int(found.st_mtime), found.st_size


class OwnModules:
    """The finder of this package's modules, in a ``with`` block that imports them; in one thread at a time."""

    has_start = False
    """Whether this start has its code from what an earlier one left."""

    def __init__(self) -> None:
        """A package that Python has not read from files is left to what has read it."""
        package = getattr(sys.modules.get(_PACKAGE), "__spec__", None)
        loader, folders = getattr(package, "loader", None), getattr(package, "submodule_search_locations", None)
        self._prefix, self._folder, self._start = "", "", ""
        self._before = sys.meta_path
        self._ending = f".{sys.implementation.cache_tag}.pyc"
        if folders and type(loader) is SourceFileLoader and _keeps_bytecode_beside():
            self._prefix, self._folder = _PACKAGE + ".", folders[0] + "/"
            self._start = f"{self._folder}__pycache__/{_PACKAGE}.start{self._ending}"

    def __enter__(self) -> None:
        """Be asked before all others."""
        if self._prefix:
            # Not by a change of the list: another thread may be going through it.
            self._before = sys.meta_path
            sys.meta_path = [self, *self._before]
            if _PACKAGE + ".session" not in sys.modules:  # the first time
                self._read_start()

    def __exit__(self, *_: object) -> None:
        """Be asked no more."""
        if self._prefix:
            others = [finder for finder in sys.meta_path if finder is not self]
            sys.meta_path = self._before
            if list(map(id, others)) != list(map(id, self._before)):  # another thread has changed them
                self._before[:] = others

    def _read_start(self) -> None:
        try:
            fd = open_file(self._start, _FLAGS)
            try:
                head = read(fd, len(MAGIC_NUMBER) + _LENGTH)
                at_once = int.from_bytes(head[len(MAGIC_NUMBER) :], "little")
                size = fstat(fd).st_size
                if head[: len(MAGIC_NUMBER)] != MAGIC_NUMBER or not len(head) + at_once < size < _LARGEST_START:
                    return
                # Not by malloc(), which keeps back more of what the program frees once so large a block has been freed;
                # nor by a mapping of the file, which might be cut short meanwhile.
                # With all pages at once, where `mmap` knows how: since Python 3.10.
                kind = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | getattr(mmap, "MAP_POPULATE", 0)
                now = mmap.mmap(-1, at_once, flags=kind)
                later = mmap.mmap(-1, size - len(head) - at_once, flags=kind)
                if os.readv(fd, [now, later]) + len(head) != size:
                    return
            finally:
                close(fd)
            stamps, codes, places = loads(memoryview(now))  # noqa: S302 - as Python does with a .pyc
            if all(_stamp(self._folder + source) == known for source, known in stamps.items()):
                _ahead.update(codes)
                _ahead.update((name, memoryview(later)[begin:end]) for name, (begin, end) in places.items())
                OwnModules.has_start = True
        except Exception:
            pass

    def leave_start(self, late: Iterable[str]) -> None:
        """Leave the code of all that has been loaded so far to later starts, where there is none of it that is right.

        The code of ``late`` modules is left as it stands in their .pyc files: they are made when they are asked for.
        Nothing is left where Python would leave none. It takes ten milliseconds, once, and so is for a program's end:
        in a new container every start is the first.
        """
        if OwnModules.has_start or not self._prefix or sys.dont_write_bytecode:
            return
        try:
            if access(f"{self._folder}__pycache__", W_OK):
                self._write_start(frozenset(late))
        except Exception:
            pass  # the next start reads each file, as this one did

    def _write_start(self, late: frozenset[str]) -> None:
        own = {name: module for name, module in list(sys.modules.items()) if name.startswith(self._prefix)}
        loaded = {name for name, module in own.items() if type(module.__loader__) is _Loader}
        stamps, codes, places = {}, {}, {}
        later = b""
        for name in loaded | late:
            spec = self.find_spec(name)
            loader: Any = spec.loader if spec is not None else None
            stamps[loader.path[len(self._folder) :]] = _stamp(loader.path)
            code = loader.bytecode(name)
            if name in late:
                places[name] = len(later), len(later) + len(code)
                later += code
            else:
                codes[name] = loads(code)  # noqa: S302 - as Python does
        now = dumps((stamps, codes, places))
        mode = stat(loader.path).st_mode & _READ_WRITE | _OWN_WRITE  # noqa: PTH116 - no pathlib in the user's program
        loader.set_data(self._start, MAGIC_NUMBER + len(now).to_bytes(_LENGTH, "little") + now + later, _mode=mode)

    def read_ahead(self, names: Iterable[str]) -> bool:
        """Read the code of modules that are imported later, when no file shall be read; False where that can't be."""
        try:
            for name in names:
                if name not in sys.modules and name not in _ahead:
                    spec: Any = self.find_spec(name) if self._prefix else None
                    code = spec.loader.read() if spec is not None else None
                    if code is None:
                        return False
                    _ahead[name] = code
        except OSError:
            return False
        return True

    def make(self, names: Iterable[str]) -> None:
        """Make modules whose code has been read ahead, in this order: each after those that it imports.

        It is for a thread beside the program's: no finder is among those that the program can see meanwhile. What can't
        be made is left to whoever imports it.
        """
        for name in names:
            spec: Any = self.find_spec(name) if self._prefix and name not in sys.modules else None
            if spec is not None:
                try:
                    room, _, module = name.rpartition(".")
                    setattr(sys.modules[room], module, _load(spec))
                except Exception:
                    pass

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """Where a module of the package is; None for all others."""
        if not name.startswith(self._prefix):
            return None
        room, _, module = name[len(self._prefix) :].partition(".")
        if not module and room in _ROOMS:
            room_spec = ModuleSpec(name, None, is_package=True)
            room_spec.submodule_search_locations = [self._folder + room]
            return room_spec
        folder = f"{self._folder}{room}/" if module else self._folder
        module = module or room
        loader: Any = _Loader(name, f"{folder}{module}.py")
        spec = ModuleSpec(name, loader, origin=loader.path)
        spec.cached = loader.compiled = f"{folder}__pycache__/{module}{self._ending}"
        spec.has_location = True
        return spec


def _keeps_bytecode_beside() -> bool:
    """Whether .pyc files are beside the sources, by their usual names."""
    return bool(sys.implementation.cache_tag and not sys.flags.optimize and not sys.pycache_prefix)
