"""Amounts of memory as people write them: ``800MB``, ``0.8 GB``, ``80%`` of the limit."""

from __future__ import annotations

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS


MB = 1 << 20


_UNITS = {"": 1, "B": 1, "K": 1 << 10, "M": MB, "G": 1 << 30, "T": 1 << 40}


_WHOLE = 100


class Threshold:
    """A level: a share of the limit (``percent``) or an absolute RSS in MB (``mb``); the other is None."""

    __slots__ = ("mb", "percent", "text")

    def __init__(self, text: str) -> None:
        """Read ``"80%"``, ``"800MB"``, ``"1.5GB"`` or a number of bytes; ValueError for anything else."""
        self.text = text = text.strip()
        self.percent: float | None = None
        self.mb: float | None = None
        if text.endswith("%"):
            self.percent = float(text[:-1])
            good = 0 < self.percent <= _WHOLE
        else:
            number = text.upper().rstrip("BI")
            unit = number[-1:] if number[-1:] in "KMGT" else ""
            self.mb = float(number[: len(number) - len(unit)]) * _UNITS[unit] / MB
            good = 0 < self.mb < float("inf")
        if not good:
            raise ValueError(text)
