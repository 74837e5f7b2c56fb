"""The settings of a run: what was given as keywords, overruled by the ``MEMMON_*`` switches of the environment."""

# pathlib and its kin are an import that the user's program would have to pay for.
# ruff: noqa: PTH111

from __future__ import annotations

from os import environ, path

from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import MB, Threshold, kept
from memmon_runtime.system.source import absolute

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Mapping, Sequence, TypeVar

    Value = TypeVar("Value", "Threshold", float)


_OFF = ("", "0", "false", "no", "off")
"""The values of a switch that turn off what it is for."""
_WARNING, _CRITICAL = "80%", "95%"
"""The levels where none are given."""
_KEEP = "20 runs, 500MB"


class Settings:
    """The settings of one run, checked; ``complaint`` says which of them counts for nothing, where one does."""

    __slots__ = (
        "command", "complaint", "critical", "disabled", "heap", "interval", "keep", "language", "limit", "log_dir",
        "origin", "peak", "quiet", "stack", "warning", "zoom",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913 - a setting is a keyword
        self,
        warning: str | float = _WARNING,
        critical: str | float = _CRITICAL,
        interval: float = 1.0,
        log_dir: str = ".",
        language: str = "auto",
        *,
        keep: str = _KEEP,
        limit: float = 0,
        command: str = "",
        origin: Sequence[int] = (),
        peak: bool = True,
        heap: bool = True,
        stack: bool = True,
        zoom: bool = True,
    ) -> None:
        """Take the keywords, then what the environment says instead."""
        self.disabled = switched_off()
        self.quiet = environ.get("MEMMON_QUIET", "").lower() not in _OFF
        self.complaint = ""
        self.warning, self.critical = self._levels(warning, critical)
        self.interval = self._first("interval", interval, _seconds, environ) or 1.0
        self.log_dir = absolute(path.expanduser(environ.get("MEMMON_LOG_DIR") or log_dir))
        self.language = _language(language)
        self.limit = round(limit * MB)
        """What the supervisor keeps the program below, in bytes; 0 where it does not."""
        self.keep = self._kept(keep)
        """How many runs of a target are kept in the folder, and how many MB of them; None where that has no bound."""
        self.command = command
        """What the user named as the program, where that is no script of theirs; else nothing."""
        self.origin = tuple(origin)
        """The process that `memmon run` has started, by its number and its start; nothing elsewhere."""
        self.peak = peak
        self.heap = heap and _switch("MEMMON_HEAP")
        self.stack = stack and _switch("MEMMON_STACK")
        self.zoom = zoom and _switch("MEMMON_ZOOM")

    def _levels(self, warning: Any, critical: Any) -> tuple[Threshold, Threshold]:
        """What the environment says, else the keywords, else the defaults: the first where they are in order."""
        nothing: dict[str, str] = {}
        for switches in (environ, nothing):
            levels = (
                self._first("warning", warning, _threshold, switches) or Threshold(_WARNING),
                self._first("critical", critical, _threshold, switches) or Threshold(_CRITICAL),
            )
            if not levels[0].exceeds(levels[1]):
                return levels
            self._complain("warning={} is above critical={}: both count for nothing".format(*levels))
        return Threshold(_WARNING), Threshold(_CRITICAL)

    def _first(self, name: str, value: Any, read: Callable[[Any], Value], switches: Mapping[str, str]) -> Value | None:
        """What the environment's ``switches`` say, else the keyword; None where neither can be read."""
        switch = "MEMMON_" + name.upper()
        for source, told in ((switch, switches.get(switch)), (name, value)):
            try:
                if told:
                    return read(told)
            except (ValueError, TypeError):  # noqa: PERF203 - each in turn
                self._complain(f"{source}={told} is not understood and counts for nothing")
        return None

    def _kept(self, keep: Any) -> tuple[int | None, float | None]:
        read = kept(keep) if isinstance(keep, str) else None
        if read is None:
            self._complain(f"keep={keep} is not understood and counts for nothing")
            read = kept(_KEEP)
        return read or (None, None)

    def _complain(self, text: str) -> None:
        self.complaint = self.complaint or text


def switched_off() -> bool:
    """Whether ``MEMMON_DISABLE`` asks for nothing at all."""
    return environ.get("MEMMON_DISABLE", "").lower() not in _OFF


def _switch(name: str) -> bool:
    return environ.get(name, "1").lower() not in _OFF


def _threshold(value: Any) -> Threshold:
    return Threshold(value if type(value) in (int, float) else str(value))


def _seconds(value: Any) -> float:
    seconds = float(value)
    if not 0 < seconds < float("inf"):
        raise ValueError(value)
    return seconds


def _language(configured: str) -> str:
    """What the environment says, else the configuration, else the locale."""
    switch = environ.get("MEMMON_LANGUAGE", "").strip().lower()
    return next((one for one in (switch, configured) if one in ("zh", "en")), "") or _locale_language()


def _locale_language() -> str:
    """``zh`` where the locale of the messages is Chinese, ``en`` elsewhere; no locale is switched to ask."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(name)
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
