"""Makes this Linux look like another system, to what is imported afterwards: copied as ``sitecustomize.py``.

``ELSEWHERE`` names the system. What that lacks is taken away, /proc with it, and what it refuses is refused.
"""

import _ctypes
import _signal
import faulthandler
import mmap
import os
import sys

LACKING = {
    "win32": {
        os: "O_CLOEXEC pread pwrite sysconf posix_fallocate register_at_fork fork",
        mmap: "MAP_SHARED MAP_PRIVATE PROT_READ PROT_WRITE",
        _signal: "SIGURG SIGBUS SIGKILL pthread_sigmask pthread_kill sigwait setitimer",
        faulthandler: "register unregister",
    },
    "darwin": {os: "posix_fallocate"},
}
SYSTEM = os.environ["ELSEWHERE"]
BINARY, PRIVATE = 1 << 29, 1 << 30

for module, names in LACKING[SYSTEM].items():
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)

real_open, real_unlink = os.open, os.unlink


def hidden(function):
    """Refuse what is in /proc."""

    def instead(path, *args, **kwargs):
        if str(path).startswith("/proc"):
            raise FileNotFoundError(2, "there is none here", path)
        return function(path, *args, **kwargs)

    return instead


def opened(path, flags, *args, **kwargs):
    """Windows writes text unless it is told otherwise, and lets children inherit."""
    if SYSTEM == "win32":
        assert flags & BINARY, f"{path} would be written as text"
        assert flags & PRIVATE, f"{path} would be inherited"
        flags &= ~(BINARY | PRIVATE)
    return real_open(path, flags, *args, **kwargs)


def unlinked(path, **kwargs):
    """Windows removes no file that is mapped."""
    with open("/proc/self/maps", encoding="utf-8") as maps:  # noqa: PTH123 - this runs while Python starts
        if SYSTEM == "win32" and str(path) in maps.read():
            raise PermissionError(13, "in use", path)
    return real_unlink(path, **kwargs)


class CFuncPtr(_ctypes.CFuncPtr):
    """Windows has the interpreter's functions alone, macOS no timers."""

    _flags_ = _ctypes.FUNCFLAG_CDECL

    def __new__(cls, found):
        """Not everything is there."""
        name = found[0]
        if name in ("timer_create", "mallopt") or (SYSTEM == "win32" and not name.startswith(("Py", "_Py"))):
            raise AttributeError(name)
        return super().__new__(cls, found)


os.open, os.unlink = hidden(opened), unlinked
os.listdir, os.stat, os.readlink = hidden(os.listdir), hidden(os.stat), hidden(os.readlink)
_ctypes.CFuncPtr = CFuncPtr
if SYSTEM == "win32":
    os.O_BINARY, os.O_NOINHERIT = BINARY, PRIVATE
    sys.dllhandle = _ctypes.dlopen(None, 0)
    del _ctypes.dlopen
    sys.modules["resource"] = sys.modules["fcntl"] = None
sys.platform = SYSTEM
