"""Whether there is the memory that it takes to work on a source."""

from __future__ import annotations

from memmon.errors import Place, TargetError
from memmon.kernel.free_memory import free_mb
from memmon.sizes import MB
from memmon.source_memory import mb_to_compile, most_mb_to_compile
from memmon.translation import _

_MEMMON_MB = 40
"""What memmon is yet to load itself."""


def has_room(source: bytes, times: float = 1) -> bool:
    """Whether there is so many times the memory that it takes to compile *source*; True where that is not known."""
    return _lacking(source, times) is None


def refuse_without_room(source: bytes, path: str, times: float = 1) -> None:
    """Raise TargetError where there is not so many times the memory: the kernel would kill somebody."""
    lacking = _lacking(source, times)
    if lacking is not None:
        needed, free = lacking
        raise TargetError(
            _(
                "has {size:.1f} MB of Python, which takes about {needed:.0f} MB of memory to work on,"
                " and {free:.0f} MB are free here: instrument it where there is more, and copy it back"
                " with its backup and memmon_runtime"
            ).format(size=len(source) / MB, needed=needed, free=free),
            Place(path),
        )


def _lacking(source: bytes, times: float) -> tuple[float, float] | None:
    """How many megabytes that takes and how many are free, where it is less; None where it suffices."""
    free = free_mb()
    if free is None or most_mb_to_compile(len(source)) * times + _MEMMON_MB < free:
        return None
    needed = mb_to_compile(source) * times + _MEMMON_MB
    return None if needed < free else (needed, free)
