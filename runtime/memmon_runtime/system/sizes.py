"""Amounts of memory as people write them: ``800M``, ``800MB``, ``0.8 GB``, ``800 MiB``, and ``80%`` of a limit.

All units are binary, whatever their spelling and case, and none may be left out. memmon reads its configuration by the
same grammar, in ``memmon/sizes.py``.
"""

from __future__ import annotations

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

MB = 1 << 20
"""Bytes in a megabyte."""

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
    share = _number(text[:-1].rstrip()) if text[-1:] == "%" else None
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


def _number(text: str) -> float | None:
    whole, point, part = text.partition(".")
    digits = whole + (part if point else "0")
    return float(text) if whole and (part or not point) and digits.isascii() and digits.isdigit() else None


class Threshold:
    """A level: a share of the limit (``percent``) or an absolute RSS in MB (``mb``); the other is None."""

    __slots__ = ("mb", "percent", "text")

    def __init__(self, value: str | float) -> None:
        """Read ``"80%"``, ``"800MB"`` or a number, which means MB; ValueError for anything that is no level."""
        self.text = value.strip() if isinstance(value, str) else f"{value}MB"
        self.percent = percent(self.text) if isinstance(value, str) else None
        self.mb = megabytes(self.text) if isinstance(value, str) else float(value)
        if self.percent is None and not (self.mb is not None and 0 < self.mb < _INFINITE):
            raise ValueError(value)

    def __str__(self) -> str:
        """As it was given."""
        return self.text

    def exceeds(self, other: Threshold) -> bool:
        """Whether this level lies above the other. A share and a size can't be compared while the limit is unknown."""
        if self.mb is not None and other.mb is not None:
            return self.mb > other.mb
        return self.percent is not None and other.percent is not None and self.percent > other.percent
