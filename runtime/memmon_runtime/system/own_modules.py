"""How the runtime's own modules are found and read in a third of the time: a start is of sixty of them.

Of a tenth of a millisecond that a module takes, most goes into asking every finder there is, into looking around its
folder for five sorts of files, and into three looks at when its source was changed. Here it is known where a module is,
and its .pyc is read at once. Where that is missing or older than the source, or Python keeps its .pyc files elsewhere,
Python does as it always does. Nothing of this is left once the package has been imported, and the record begun.
"""

from __future__ import annotations

import os
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import MAGIC_NUMBER, SourceFileLoader
from marshal import loads
from os import O_RDONLY, close, read, stat
from os import open as open_file

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any, Iterable

_PACKAGE = __name__.partition(".")[0]
_ROOMS = frozenset(("attribution", "checkpoints", "measure", "record", "session", "system", "watcher"))
_FLAGS: int = O_RDONLY | (getattr(os, "O_CLOEXEC", 0) or os.O_NOINHERIT | os.O_BINARY)  # type: ignore[attr-defined]
_HEADER = 16
"""Bytes of a .pyc before its code: a magic number, flags, and the time and the size of the source."""
_NO_FLAGS = bytes(4)
_LARGEST = 1 << 16
"""A .pyc of so many bytes is left to Python."""
_WORD = 0xFFFFFFFF


class _Loader(SourceFileLoader):
    """Python's own, which reads the .pyc at once where that is up to date."""

    compiled = ""
    """Where the .pyc is."""

    def get_code(self, fullname: str) -> CodeType | None:
        """The module's code."""
        try:
            data = _ahead.pop(fullname, None) or self.read()
            if data is not None:
                code: CodeType = loads(data)  # noqa: S302 - as Python does
                return code
        except Exception:
            pass
        return super().get_code(fullname)

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


_ahead: dict[str, memoryview] = {}
"""By name the code of modules that are to be made later."""


class OwnModules:
    """The finder of this package's modules, in a ``with`` block that imports them; in one thread at a time."""

    def __init__(self) -> None:
        """A package that Python has not read from files is left to what has read it."""
        package = getattr(sys.modules.get(_PACKAGE), "__spec__", None)
        loader, folders = getattr(package, "loader", None), getattr(package, "submodule_search_locations", None)
        self._prefix, self._folder = "", ""
        self._before = sys.meta_path
        self._ending = f".{sys.implementation.cache_tag}.pyc"
        if folders and type(loader) is SourceFileLoader and _keeps_bytecode_beside():
            self._prefix, self._folder = _PACKAGE + ".", folders[0] + "/"

    def __enter__(self) -> None:
        """Be asked before all others."""
        if self._prefix:
            # Not by a change of the list: another thread may be going through it.
            self._before = sys.meta_path
            sys.meta_path = [self, *self._before]

    def __exit__(self, *_: object) -> None:
        """Be asked no more."""
        if self._prefix:
            others = [finder for finder in sys.meta_path if finder is not self]
            sys.meta_path = self._before
            if list(map(id, others)) != list(map(id, self._before)):  # another thread has changed them
                self._before[:] = others

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
