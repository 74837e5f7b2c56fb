"""Whose code a file is, told by its path: the user's, or that of Python, of an installed package, of memmon.

The user's is what belongs neither to Python nor to an installed distribution nor to memmon, in whatever folder it
lies; a script that an installer wrote to start a program is nobody's. What was typed in has no file and is the user's:
a notebook's cell, or what came by a pipe. What has merely been made by a program, as ``<string>`` is, is not.

A path in a log may be of another machine, so that only a script's text is looked up, where it is there; either
separator of folders counts. What a path does not tell, such as a project of the user's own that was installed, the
record does. The module is light, since `memmon run` has it in the program's memory.
"""

from __future__ import annotations

import os

from memmon.record import foreign_files

_MEMMON = os.path.join(os.path.dirname(os.path.abspath(__file__)), "")  # noqa: PTH100, PTH118, PTH120  # light, as said above
"""Where memmon itself stands, installed or not."""
_RUNTIME = "/memmon_runtime"
_SITES = ("/site-packages/", "/dist-packages/")
_INSTALLED = (*_SITES, "/__pypackages__/", ".whl/", ".egg/", _RUNTIME + "/")
_LIBRARIES = ("/lib/python", "/lib64/python", "/lib/pypy")
"""How the standard library's folder begins; the version follows."""
_ZIPPED_LIBRARY = "/python"
"""How the standard library's archive begins; the version and ``.zip`` follow."""
_WINDOWS_LIBRARY = "/Lib/"
"""The standard library's folder on Windows, inside one that is called Python and perhaps a version."""
SHIPPED = "<dynamic-code>"
"""What cloudpickle calls the file of a function that came from another process; its lines are those of the file."""
_TYPED = (SHIPPED, "<ipython-input-", "<python-input-", "<command-", "<stdin>", "<console>", "<doctest ")
"""What code is called that somebody typed in."""
_COMPILED = (".pyx", ".pxi", ".pxd")
"""Sources that a library was compiled from; its tracebacks name them though they are not there."""
_GENERATED = ("import ", "from ", "if __name__ ", "sys.exit(")
"""How the lines begin that an installer writes into a script, where they are not indented."""
_GENERATED_WITHIN = ("sys.argv[0]", "if sys.argv[0]", "elif sys.argv[0]", "sys.exit(")
"""How those begin that are."""
_MARK_OPEN, _MARK_CLOSE = "# >>> memmon ", "# <<< memmon <<<"
"""What was injected into a script stands between these."""
_SCRIPT_BYTES = 1 << 16
"""So much of a script is read."""
_MOST_SCRIPTS = 1000
_launchers: dict[str, bool] = {}
"""The scripts that were read, and whether they are launchers."""


def is_user_code(file: str) -> bool:
    """Whether a line of ``file`` can be called the user's."""
    return not is_installed(file) and not is_memmons(file) and not _is_launcher(file)


def is_installed(file: str) -> bool:
    """Whether ``file`` is of the standard library or an installed package, or made up, as ``<string>`` is."""
    path = file.replace("\\", "/")
    if path.startswith(_TYPED):
        return False
    if path.endswith(">") and path.rpartition("/")[2].startswith("<"):
        return True
    if path.endswith(_RUNTIME + ".py") or any(folder in path for folder in _INSTALLED):
        return True
    if path.endswith(_COMPILED) and not os.path.isfile(path):  # noqa: PTH113  # light, as said above
        return True
    return _is_library(path)


def distribution_of(file: str) -> str | None:
    """The folder or file of the installed package that ``file`` is of, with a slash at a folder's end."""
    path = file.replace("\\", "/")
    for folder in _SITES:
        above, found, within = path.rpartition(folder)
        if found and not is_memmons(file):
            name, slash, _ = within.partition("/")
            return above + found + name + slash
    return None


def is_memmons(file: str) -> bool:
    """Whether it is a file of memmon or of its runtime; ``file`` may have a function's name after it."""
    path = file.replace("\\", "/")
    single = path.partition(_RUNTIME + ".py")
    return (
        file.startswith(_MEMMON)
        or _RUNTIME + "/" in path
        or (bool(single[1]) and not (single[2][:1].isalnum() or single[2][:1] == "_"))
    )


def _is_library(path: str) -> bool:
    return (
        any(_is_below(path, library) for library in _LIBRARIES)
        or _is_below_windows_library(path)
        or _is_in_zipped_library(path)
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


def _is_in_zipped_library(path: str) -> bool:
    *_, above = path.partition(".zip/")[0].rpartition(_ZIPPED_LIBRARY)
    return ".zip/" in path and above.isdigit()


def _is_launcher(file: str) -> bool:
    """Whether a script was written by an installer to start a program: ``bin/gunicorn`` and the like.

    One that can't be read is taken for it by its folder alone.
    """
    folder, _, name = file.replace("\\", "/").rpartition("/")
    suffix = name.rpartition(".")[2] if "." in name else ""
    if suffix and not suffix.isdigit() and not name.endswith(("-script.py", "-script.pyw")):
        return False  # a suffix of digits is a version, as in pip3.11
    if file not in _launchers and len(_launchers) < _MOST_SCRIPTS:
        text = _text_of(file)
        _launchers[file] = is_launchers_text(text) if text else folder.rpartition("/")[2] in ("bin", "Scripts")
    return _launchers.get(file, False)


def _text_of(path: str) -> str:
    try:
        with foreign_files.opened(path) as script:
            return script.read(_SCRIPT_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


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
