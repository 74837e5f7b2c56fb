"""What the runtime is told: keyword settings, overruled by the ``MEMMON_*`` switches of the environment."""

# pathlib and its kin are an import that the user's program would have to pay for.
# ruff: noqa: PTH109, PTH111, PTH118

from __future__ import annotations

from os import environ, getcwd, path

from .isolated import BUILTINS

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, TypeVar

    Value = TypeVar("Value", "Threshold", float)

MB = 1 << 20

_UNITS = {"": 1, "B": 1, "K": 1 << 10, "M": MB, "G": 1 << 30, "T": 1 << 40}
_WHOLE = 100
_OFF = ("", "0", "false", "no", "off")

try:
    _FIRST_FOLDER = getcwd()
except OSError:  # the folder that the program was started in is gone
    _FIRST_FOLDER = path.sep


def absolute(name: str) -> str:
    """``name`` from the folder that the program started in, whatever the current one is now; ``<stdin>`` as it is."""
    if name[:1] == "<":
        return name
    if path.sep != "/":
        return path.normpath(path.join(_FIRST_FOLDER, name))
    # Not by posixpath: what the program has done to that module would come out of its own functions.
    parts: list[str] = []
    for part in (name if name[:1] == "/" else _FIRST_FOLDER + "/" + name).split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


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
