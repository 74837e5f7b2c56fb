"""Where a record goes: into the folder that it is meant for or, where that can't be written to, into another.

``memmon/record/log_folders.py`` looks for it in the same places.
"""

# pathlib and its kin are an import that the user's program would have to pay for.
# ruff: noqa: PTH102, PTH111, PTH116, PTH120

from __future__ import annotations

from os import environ, lstat, mkdir, path, stat
from stat import S_ISDIR

from memmon_runtime.session.open_record import open_record
from memmon_runtime.system.isolation import BUILTINS

try:
    from os import geteuid
except ImportError:  # Windows, where a folder has no such owner
    geteuid = None  # type: ignore[assignment]

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

    from memmon_runtime.checkpoints.recorder import Recorder
    from memmon_runtime.session.origin import Origin
    from memmon_runtime.session.settings import Settings

_OTHERS = 0o077


def open_somewhere(
    recorder: Recorder, settings: Settings, parent: dict[str, object] | None, origin: Origin | None
) -> str:
    """Create the files of ``recorder``, in another folder where that can't be in its own; what is to be complained of.

    The folder is that of the ``settings`` from then on, for the children of this process.
    """
    meant = settings.log_dir
    try:
        if open_record(recorder, settings, parent, origin):
            return ""
    except OSError as error:
        reason = error.strerror or error
    else:
        return f"there is no room for a run log in {meant}; the program runs on"
    for settings.log_dir in other_log_folders():
        try:
            open_record(recorder, settings, parent, origin)
        except OSError:
            continue
        return f"no run log in {meant}: {reason}; it is in {settings.log_dir} (MEMMON_LOG_DIR names another folder)"
    settings.log_dir = meant
    return f"no run log in {meant}: {reason}; the program runs on without it (MEMMON_LOG_DIR names another folder)"


def other_log_folders() -> Iterator[str]:
    """The user's own folder for what programs leave, where there is a home; then a private one for temporary files."""
    if geteuid is None:
        return
    named = environ.get("XDG_STATE_HOME", "")
    home = path.expanduser("~")
    state = named if named[:1] == "/" else f"{home}/.local/state"
    # A home that is not there is not made.
    if _is_own(path.dirname(named) if named[:1] == "/" else home) or _is_own(state):
        yield f"{state}/memmon"
    private = f"{environ.get('TMPDIR') or '/tmp'}/memmon-{geteuid()}"  # noqa: S108 - looked at below
    try:
        mkdir(private, 0o700)
    except OSError:
        pass  # it is there, or can't be
    if _is_own(private, private=True):
        yield f"{private}/logs"


def _is_own(folder: str, *, private: bool = False) -> bool:
    """Whether the folder is this user's, and where it shall be ``private``, is so."""
    try:
        status = lstat(folder) if private else stat(folder)
    except (OSError, ValueError):
        return False
    is_own = S_ISDIR(status.st_mode) and status.st_uid == geteuid()
    return is_own and not (private and status.st_mode & _OTHERS)
