"""What the runtime is told: keyword settings, overruled by the ``MEMMON_*`` switches of the environment."""

# pathlib and its kin are an import that the user's program would have to pay for.
# ruff: noqa: PTH111

from __future__ import annotations

from os import environ, path

from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import Threshold
from memmon_runtime.system.source import absolute

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, TypeVar

    Value = TypeVar("Value", "Threshold", float)


_OFF = ("", "0", "false", "no", "off")


class Settings:
    """The settings of one run, checked; what can't be read counts for nothing and is noted in ``misread``."""

    __slots__ = (
        "critical", "disabled", "heap", "interval", "language", "log_dir", "misread", "peak", "stack", "warning",
        "zoom",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913 - a setting is a keyword
        self,
        warning: str = "80%",
        critical: str = "95%",
        interval: float = 1.0,
        log_dir: str = ".",
        language: str = "auto",
        *,
        peak: bool = True,
        heap: bool = True,
        stack: bool = True,
        zoom: bool = True,
    ) -> None:
        """Take the keywords, then what the environment says instead."""
        self.disabled = switched_off()
        self.misread: list[str] = []
        self.warning = self._first("warning", warning, _threshold) or Threshold("80%")
        self.critical = self._first("critical", critical, _threshold) or Threshold("95%")
        self.interval = self._first("interval", interval, _seconds) or 1.0
        self.log_dir = absolute(path.expanduser(environ.get("MEMMON_LOG_DIR") or log_dir))
        self.language = language if language in ("zh", "en") else _locale_language()
        self.peak = peak
        self.heap = heap and _switch("MEMMON_HEAP")
        self.stack = stack and _switch("MEMMON_STACK")
        self.zoom = zoom and _switch("MEMMON_ZOOM")

    def _first(self, name: str, value: Any, read: Callable[[Any], Value]) -> Value | None:
        """What the environment says, else the keyword; None where neither can be read."""
        switch = "MEMMON_" + name.upper()
        for source, text in ((switch, environ.get(switch)), (name, value)):
            try:
                if text:
                    return read(text)
            except (ValueError, TypeError):  # noqa: PERF203 - each in turn
                self.misread.append(f"{source}={text}")
        return None


def switched_off() -> bool:
    """Whether ``MEMMON_DISABLE`` asks for nothing at all."""
    return environ.get("MEMMON_DISABLE", "").lower() not in _OFF


def _switch(name: str) -> bool:
    return environ.get(name, "1").lower() not in _OFF


def _threshold(value: Any) -> Threshold:
    return Threshold(str(value))


def _seconds(value: Any) -> float:
    seconds = float(value)
    if not 0 < seconds < float("inf"):
        raise ValueError(value)
    return seconds


def _locale_language() -> str:
    """``zh`` where the locale of the messages is Chinese, ``en`` elsewhere; no locale is switched to ask."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(name)
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
