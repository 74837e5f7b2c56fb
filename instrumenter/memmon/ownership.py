"""Whose code a file is, told by its path alone: the user's, or that of Python, of an installed package, of memmon.

A path in a log may be of another machine, so nothing is looked up, and either separator of folders counts. The module
is light, since `memmon run` has it in the program's memory.
"""

from __future__ import annotations

import os

_MEMMON = os.path.join(os.path.dirname(os.path.abspath(__file__)), "")  # noqa: PTH100, PTH118, PTH120  # light, as said above
"""Where memmon itself stands, installed or not."""
_RUNTIME = "/memmon_runtime"
_INSTALLED = ("/site-packages/", "/dist-packages/", _RUNTIME + "/", ".zip/")
_LIBRARIES = ("/lib/python", "/lib64/python")
"""How the standard library's folder begins; the version follows."""
_WINDOWS_LIBRARY = "/Lib/"
"""The standard library's folder on Windows, inside one that is called Python and perhaps a version."""


def is_user_code(file: str) -> bool:
    """Whether a line of ``file`` can be called the user's."""
    return not is_installed(file) and not is_memmons(file)


def is_installed(file: str) -> bool:
    """Whether ``file`` is of the standard library or an installed package, or made up, as ``<string>`` is."""
    path = file.replace("\\", "/")
    if path.endswith(">") and path.rpartition("/")[2].startswith("<"):
        return True
    if path.endswith(_RUNTIME + ".py") or any(folder in path for folder in _INSTALLED):
        return True
    return any(_is_below(path, library) for library in _LIBRARIES) or _is_below_windows_library(path)


def is_memmons(file: str) -> bool:
    """Whether it is a file of memmon or of its runtime; ``file`` may have a function's name after it."""
    path = file.replace("\\", "/")
    single = path.partition(_RUNTIME + ".py")
    return (
        file.startswith(_MEMMON)
        or _RUNTIME + "/" in path
        or (bool(single[1]) and not (single[2][:1].isalnum() or single[2][:1] == "_"))
    )


def _is_below(path: str, library: str) -> bool:
    """Whether ``path`` is in a folder whose path goes on behind ``library`` with a version."""
    *_, behind = path.partition(library)
    while behind:
        if behind[0].isdigit() and "/" in behind:
            return True
        *_, behind = behind.partition(library)
    return False


def _is_below_windows_library(path: str) -> bool:
    for above in path.split(_WINDOWS_LIBRARY)[:-1]:
        name = above.rpartition("/")[2]
        if name.startswith(("Python", "python")) and not name[6:].strip("0123456789."):
            return True
    return False
