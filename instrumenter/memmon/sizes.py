"""Amounts of memory as people write them: ``800M``, ``800MB``, ``0.8 GB``, ``800 MiB``, and ``80%`` of a limit.

All units are binary, whatever their spelling and case, and none may be left out. The runtime reads its switches by the
same grammar, in ``memmon_runtime/system/sizes.py``. The module is light, since `memmon run` reads its options with it.
"""

from __future__ import annotations

from memmon.translation import N_

MB = 1 << 20
"""Bytes in a megabyte."""

SIZE = N_('a size such as "20MB", "512KB" or "1.5GB"')
"""What is accepted for a size, as a message says it."""

KEEP = N_('a number of runs, a size, or both, such as "20 runs, 500MB", or "all"')
"""Likewise for what is kept of earlier runs."""

LEVEL = N_('a share of the limit such as "80%" or a size such as "800MB"')
"""Likewise for a level, which may be a share too."""

_UNITS = {"K": 1 << 10, "M": MB, "G": 1 << 30, "T": 1 << 40}
_UNITS.update([(f"{unit}{byte}", size) for unit, size in _UNITS.items() for byte in ("B", "IB")], B=1)
_WHOLE = 100
_DIGITS = 10
"""A number of runs has fewer."""
_INFINITE = float("inf")


def megabytes(text: str) -> float | None:
    """A size in MB; None where it is none, such as a number without its unit."""
    text = text.strip().upper()
    number = text.rstrip("BIKMGT")
    unit = text[len(number) :]
    amount = _number(number.rstrip())
    size = amount * _UNITS[unit] / MB if amount is not None and unit in _UNITS else None
    return size if size is not None and size < _INFINITE else None


def percent(text: str) -> float | None:
    """A share of the limit in percent, above 0 and up to 100; None where it is none."""
    text = text.strip()
    share = _number(text[:-1].rstrip()) if text.endswith("%") else None
    return share if share is not None and 0 < share <= _WHOLE else None


def kept(text: str) -> tuple[int | None, float | None] | None:
    """How many runs are kept, and how many MB of them, from ``20 runs, 500MB``; None where it makes no sense.

    Where one of them is missing there may be any number; ``all`` bounds neither.
    """
    runs: int | None = None
    most: float | None = None
    if text.strip().lower() == "all":
        return runs, most
    for part in text.lower().split(","):
        number = part.strip()
        for word in ("runs", "run"):
            if number.endswith(word):
                number = number[: -len(word)].rstrip()
                break
        else:
            size = megabytes(part)
            if not size or most is not None:
                return None
            most = size
            continue
        if runs is not None or not (number.isascii() and number.isdigit() and len(number) < _DIGITS and int(number)):
            return None
        runs = int(number)
    return runs, most


def plain(amount: float) -> str:
    """A number as it can stand before a unit: without an exponent."""
    return f"{amount:.9f}".rstrip("0").rstrip(".")


def _number(text: str) -> float | None:
    whole, point, part = text.partition(".")
    digits = whole + (part if point else "0")
    return float(text) if whole and (part or not point) and digits.isascii() and digits.isdigit() else None
