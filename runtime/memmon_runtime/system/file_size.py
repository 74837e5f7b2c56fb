"""How large the program lets its files be, which it may change at any moment."""

from __future__ import annotations

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

try:
    # What signal wraps, without the weight of enum.
    from _signal import SIG_IGN, SIGXFSZ, getsignal  # type: ignore[import-not-found]
    from resource import RLIM_INFINITY, RLIMIT_FSIZE, getrlimit
except ImportError:  # Windows, where there is no such limit
    RLIMIT_FSIZE = None  # type: ignore[assignment,misc]
_UNLIMITED = 1 << 62


def largest_file() -> int:
    """How many bytes a file of this process may have now.

    What writes more gets an error or, where the program has set SIGXFSZ back to its default, ends the program.
    """
    limit = None if RLIMIT_FSIZE is None else getrlimit(RLIMIT_FSIZE)[0]
    return _UNLIMITED if limit is None or limit == RLIM_INFINITY else limit


def fits(end: int) -> bool:
    """Whether a file may be written up to ``end`` without a signal that ends the program, or runs its code.

    Python ignores that signal, until a program says otherwise.
    """
    return RLIMIT_FSIZE is None or getsignal(SIGXFSZ) is SIG_IGN or end <= largest_file()
