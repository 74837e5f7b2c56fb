"""Which Python a script is run by: the program's own, which need not be the one that memmon is installed in.

What the user says counts first, then what the script says, then the virtual environment that is active or stands beside
the script. A virtual environment is somebody's programs: one that belongs to another user counts for nothing.
"""

from __future__ import annotations

import os
import sys

from memmon.config_search import owner_of, trusted
from memmon.record import foreign_files
from memmon.translation import _

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_BESIDE = (".venv", "venv")
_TOOLS = ("pipx_metadata.json", "uv-receipt.toml")
"""Files at the top of an environment that was made for one command, where no program of the user's is at home."""
_FIRST_LINE = 512
_ENV = "env"


def choose(script: str) -> str:
    """The path of the Python for *script*, or for a module where that is empty; nothing for memmon's own."""
    named = _of_first_line(script) if script else ""
    if named and (_is_virtual(named) or (named[-1:].isdigit() and not named.endswith(("python2", "python3")))):
        return unless_own(named)
    active = os.environ.get("VIRTUAL_ENV")
    if active and _counts(active, script):
        return unless_own(_python_in(active))
    folder = os.path.dirname(os.path.realpath(script)) if script else os.getcwd()
    for name in _BESIDE:
        beside = os.path.join(folder, name)
        if os.path.isfile(os.path.join(beside, "pyvenv.cfg")) and _counts(beside, script):
            return unless_own(_python_in(beside))
    is_tool = any(os.path.exists(os.path.join(sys.prefix, name)) for name in _TOOLS)
    return unless_own(named or on_path("python3")) if is_tool else ""


def on_path(name: str) -> str:
    """The file that a shell would run by this *name*, as the search path has it; nothing where there is none."""
    for folder in os.get_exec_path():
        found = os.path.join(folder, name)
        if os.path.isfile(found) and os.access(found, os.X_OK):
            return found
    return ""


def _of_first_line(script: str) -> str:
    """The Python that a script's first line names; nothing where that names none that is there."""
    try:
        with foreign_files.opened(os.path.join(script, "__main__.py") if os.path.isdir(script) else script) as stream:
            line = stream.readline(_FIRST_LINE).decode("utf-8", "replace")
    except OSError:
        return ""
    words = line[2:].split() if line.startswith("#!") else []
    if words and os.path.basename(words[0]) == _ENV:
        words = [on_path(word) for word in words[1:] if word[:1] != "-"]
    found = words[0] if words else ""
    return found if os.path.basename(found).startswith("python") and os.access(found, os.X_OK) else ""


def _is_virtual(python: str) -> bool:
    return os.path.isfile(os.path.join(os.path.dirname(os.path.dirname(python)), "pyvenv.cfg"))


def _python_in(environment: str) -> str:
    found = os.path.join(environment, "bin", "python")
    return found if os.access(found, os.X_OK) else ""


def _counts(environment: str, script: str) -> bool:
    """Whether an environment is of somebody who could change the script, or what this user does anyhow."""
    owners = trusted(owner_of(script) if script else None)
    try:
        foreign = owners is not None and not {*_owners(environment)} <= owners
    except OSError:
        return False
    if foreign:
        name = "".join(char if char.isprintable() else "?" for char in environment)
        text = _("memmon: {name} belongs to another user, and counts for nothing (--python PATH would name its Python)")
        sys.stderr.write(f"{text.format(name=name)}\n".encode("utf-8", "replace").decode())
    return not foreign


def _owners(environment: str) -> Iterator[int]:
    for name in ("", "pyvenv.cfg", "bin", os.path.join("bin", "python")):
        path = os.path.join(environment, name)
        yield os.lstat(path).st_uid
        yield os.stat(path).st_uid


def unless_own(python: str) -> str:
    """Nothing where that is the very Python that runs here, in the same environment."""
    if not python:
        return ""
    if os.path.realpath(python) != os.path.realpath(sys.executable):
        return python
    above = os.path.realpath(os.path.dirname(os.path.dirname(python)))
    mine = above == os.path.realpath(sys.prefix) if _is_virtual(python) else sys.prefix == sys.base_prefix
    return "" if mine else python
