"""The file beside a log with a place for each of the newest children that had no record of their own yet; light.

Who writes it, ``memmon_runtime/watcher/early_switch.py``, describes it.
"""

from __future__ import annotations

from memmon.record import foreign_files
from memmon.record.file_names import forks_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_PLACES, SPACING = 16, 64 << 10
"""How many places there are, and how many bytes each of them has."""
_DIGITS = (10, 12, 19)
"""How many digits each number has, at most, that says whose place it is."""


def places(log: str, size: int = SPACING) -> Iterator[tuple[tuple[int, int, int], bytes]]:
    """Whose each place is, and what follows there within the first ``size`` bytes of it; nothing without such a file.

    Of a child it is its id, its RSS at the fork in KB, and when that was in nanoseconds since the epoch.
    """
    try:
        with foreign_files.opened(forks_of(log)) as file:
            heads = [(file.seek(number * SPACING), file.read(size))[1] for number in range(_PLACES)]
    except OSError:
        return
    for head in heads:
        owner, end, rest = head.partition(b"\n")
        numbers = _numbers(owner) if end else None
        if numbers:
            yield numbers, rest


def _numbers(owner: bytes) -> tuple[int, int, int] | None:
    words = owner.split()
    if len(words) != 1 + len(_DIGITS) or words[0] != b"#":
        return None
    fit = all(word.isdigit() and len(word) <= most for word, most in zip(words[1:], _DIGITS, strict=True))
    return (int(words[1]), int(words[2]), int(words[3])) if fit else None
