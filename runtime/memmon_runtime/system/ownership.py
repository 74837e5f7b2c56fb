"""Whose code a file is, and what file a code is of: answered here alone.

The user's is what belongs neither to Python nor to an installed distribution nor to the runtime, in whatever folder it
lies; a script that an installer wrote to start a program is nobody's. What was typed in has no file and is the user's:
a notebook's cell, or what came by a pipe. What has merely been made by a program, as ``<string>`` is, is not.

A project of the user's own that was installed by ``pip install .`` lies among the libraries. That it came from a folder
stands beside it, in ``direct_url.json`` (PEP 610); conda builds all its packages so, and is left out.
"""

from __future__ import annotations

import os
import sys
from os import listdir, stat

from memmon_runtime.system.descriptors import read_text
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.source import absolute, last_line

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Iterable


def _slashed(file: str) -> str:
    return file.replace("\\", "/")


_PACKAGE = _slashed(absolute(__file__)).rpartition("/")[0].rpartition("/")[0] + "/"
_LIBRARY = _slashed(absolute(os.__file__)).rpartition("/")[0] + "/"
_SITES = ("/site-packages", "/dist-packages")
_MOST_ROOTS = 50
"""So many folders and files of the user's own projects are told."""
_GENERATED = ("import ", "from ", "if __name__ ", "sys.exit(")
"""How the lines begin that an installer writes into a script, where they are not indented."""
_GENERATED_WITHIN = ("sys.argv[0]", "if sys.argv[0]", "elif sys.argv[0]", "sys.exit(")
"""How those begin that are."""
_MARK_OPEN, _MARK_CLOSE = "# >>> memmon ", "# <<< memmon <<<"
"""What was injected into a script stands between these."""
_INSTALLED = ("/site-packages/", "/dist-packages/", "/__pypackages__/", ".whl/", ".egg/")
_TYPED = (
    "<ipython-input-",
    "<python-input-",
    "<command-",
    "<stdin>",
    "<console>",
    "<doctest ",
)
"""What code is called that somebody typed in."""
_SHIPPED = "<dynamic-code>"
"""What cloudpickle calls the file of a function that came from another process; its lines are those of the file."""
_COMPILED = (".pyx", ".pxi", ".pxd")
"""Sources that a library was compiled from; its tracebacks name them though they are not there."""
_FILE_TYPE, _REGULAR = 0o170000, 0o100000
"""S_IFMT and S_IFREG of a file's mode."""
_MOST_FILES = 4096
"""Of so many files it is remembered whose they are."""
_MOST_SHIPPED = 500
"""Of so many functions without a file it is remembered where they are from."""

_own: tuple[str, ...] = ()
_whose: dict[str, bool] = {}
_shipped: dict[tuple[str, int, str], int] = {}
"""The last line of each of them, by its name, its first line and its file."""


def settle(target: str) -> None:
    """Find out what is the user's among what is installed; ``target`` is the program that runs."""
    global _own  # noqa: PLW0603 - a process runs one program
    _own = tuple(map(_slashed, own_projects(sys.path))) + ((target,) if target[:1] == "<" else ())
    _whose.clear()
    is_user_code(target)  # now, since the script itself may have to be read for it


def own_files() -> tuple[str, ...]:
    """What is the user's own though its path does not say so: files, and folders with a slash at their ends."""
    return _own


def is_runtime(file: str) -> bool:
    """Whether a file is one of the runtime's own."""
    return _slashed(absolute(file)).startswith(_PACKAGE)


def is_user_code(file: str) -> bool:
    """Whether a file, as a code names it, is the user's."""
    own = _whose.get(file)
    if own is None:
        own = _is_users(file)
        if len(_whose) < _MOST_FILES:
            _whose[file] = own
    return own


def _is_users(file: str) -> bool:
    path = _slashed(absolute(file))
    if path.startswith(_own):
        return not path.startswith(_PACKAGE)
    if path[:1] == "<":
        return path == _SHIPPED or path.startswith(_TYPED)
    if path.startswith((_PACKAGE, _LIBRARY)) or any(folder in path for folder in _INSTALLED):
        return False
    if path.endswith(_COMPILED):
        return _is_file(path)
    return not is_launcher(path)


def file_of(frame: FrameType) -> str:
    """The absolute file that a frame's code is of, or what is in the place of one."""
    return note_shipped(frame) or absolute(frame.f_code.co_filename)


def note_shipped(frame: FrameType) -> str | None:
    """The file of a function that came from another process, by its module's variables; it is remembered.

    None for any other function.
    """
    code = frame.f_code
    if code.co_filename != _SHIPPED:
        return None
    file = frame.f_globals.get("__file__") if type(frame.f_globals) is dict else None
    if type(file) is not str:
        return None
    if len(_shipped) < _MOST_SHIPPED:
        _shipped[code.co_name, code.co_firstlineno, file] = last_line(code)
    return absolute(file)


def file_at(file: str, line: int | None) -> str:
    """The absolute file of a line in what a code calls its file, as far as the functions that were noted tell."""
    if file != _SHIPPED or line is None:
        return absolute(file)
    found = {known for (_, first, known), last in list(_shipped.items()) if first <= line <= last}
    return absolute(found.pop()) if len(found) == 1 else file


def own_projects(search_path: Iterable[str]) -> list[str]:
    """Where the projects' files are that were installed from a folder, by the folders in which modules are looked for.

    A path that ends with a slash means all that is in it.
    """
    found: dict[str, None] = {}
    for folder in search_path:
        if type(folder) is str and folder.replace("\\", "/").rstrip("/").endswith(_SITES):
            try:
                names = listdir(folder)  # noqa: PTH208 - no pathlib here
            except (OSError, ValueError):
                continue
            for name in names:
                if name.endswith(".dist-info") and _is_from_folder(f"{folder}/{name}"):
                    found.update(dict.fromkeys(_roots(folder, read_text(f"{folder}/{name}/RECORD"))))
    return list(found)[:_MOST_ROOTS]


def _is_from_folder(info: str) -> bool:
    if info.rpartition("/")[2].startswith("memmon-"):
        return False
    return '"dir_info"' in read_text(f"{info}/direct_url.json") and read_text(f"{info}/INSTALLER").strip() != "conda"


def _roots(folder: str, record: str) -> list[str]:
    """The packages and modules of a distribution, by its list of files."""
    files = [line.partition(",")[0] for line in record.splitlines()]
    sources = [file for file in files if file.endswith(".py") and not file.startswith(("..", "/", "__editable__"))]
    packages = {file[: -len("__init__.py")] for file in sources if file.endswith("/__init__.py")}
    roots: dict[str, None] = {}
    for file in sources:
        parts = file.split("/")
        above = ["/".join(parts[:count]) + "/" for count in range(1, len(parts))]
        # A namespace package is shared with others, so it is no root.
        roots[next((one for one in above if one in packages), above[-1] if above else file)] = None
    return [f"{folder}/{root}" for root in roots]


def is_launcher(path: str) -> bool:
    """Whether a script was written by an installer to start a program: ``bin/gunicorn`` and the like.

    One that can't be read is taken for it by its folder alone.
    """
    folder, _, name = path.replace("\\", "/").rpartition("/")
    suffix = name.rpartition(".")[2] if "." in name else ""
    if suffix and not suffix.isdigit() and not name.endswith(("-script.py", "-script.pyw")):
        return False  # a suffix of digits is a version, as in pip3.11
    # To open a pipe that a script came by would wait for somebody to write into it.
    text = read_text(path) if _is_file(path) else ""
    return is_launchers_text(text) if text else folder.rpartition("/")[2] in ("bin", "Scripts")


def _is_file(path: str) -> bool:
    """Whether there is a regular file; not by `os.path`, which the program may have put functions of its own into."""
    try:
        return stat(path).st_mode & _FILE_TYPE == _REGULAR  # noqa: PTH116 - no pathlib here
    except (OSError, ValueError):
        return False


def is_launchers_text(text: str) -> bool:
    """Whether a script holds nothing but what an installer writes."""
    if "EASY-INSTALL" in text or "load_entry_point(" in text:
        return True
    injected = leaves = False
    for line in text.splitlines():
        injected = (injected or line.startswith(_MARK_OPEN)) and not line.startswith(_MARK_CLOSE)
        words = line.strip()
        if injected or not words or words.startswith(("#", _MARK_CLOSE)):
            continue
        if not words.startswith(_GENERATED_WITHIN if line[0] in " \t" else _GENERATED):
            return False
        leaves = leaves or words.startswith("sys.exit(")
    return leaves
