"""Sites: the places of the brackets, their totals, and the way from a frame's line to a line of the original."""

from __future__ import annotations

from memmon_runtime.record.fitting import short_name
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import MB
from memmon_runtime.system.source import absolute, function_name

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

OPEN, CLOSED, LONE = 0, 1, 2
"""The phases of a bracket; a lone checkpoint has one only."""
OPENED, TIMES_CLOSED, TIMES_LEFT, GROWTH, LARGEST, PEAK, OPENED_NUMBER, OPENED_RSS, LARGEST_RSS, AT, NEXT_AT = range(11)
"""The places in ``Site.totals``: the page's record from there on, and where in the page the next record goes and the
one after it (0: nowhere)."""
NO_LABELS = ("", "")
"""A lone checkpoint is printed by its bare name."""
NEVER = 1 << 62
_LEVELS = ("INFO", "WARNING", "CRITICAL")


class Site:
    """One place and its totals, in units: what the rows of the page, the totals and the `Top 10` are made of.

    ``at_hand`` is what the hot path takes of it all at once.
    """

    __slots__ = (
        "alarm", "alarm_mb", "alarms", "at_hand", "best", "best_rss", "file", "function", "heads", "kind", "left_name",
        "line", "lines", "name", "normal_mb", "plain", "printed", "printed_file", "tail", "totals",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913, PLR0917 - what a site is known by
        self, name: str, line: int, code: CodeType, limits: tuple[float | None, float | None], labels: tuple[str, str],
        unit: int,
    ) -> None:  # fmt: skip
        """Prepare everything that the lines of the site have in common."""
        self.name = str(name)
        self.line = line
        self.file = absolute(code.co_filename) if not code.co_filename.startswith("<") else code.co_filename
        self.function = function_name(code)
        self.kind = labels[0] or "CHECKPOINT"
        self.normal_mb, self.alarm_mb = limits
        self.alarm = NEVER if self.alarm_mb is None else int(self.alarm_mb * MB / unit)
        self.plain = plain = short_name(self.name)
        self.printed_file = ""
        """As the lines of the log print it; empty where it is the program's own file."""
        # One for each phase: OPEN, CLOSED, LONE.
        self.printed = [f"{plain}_{label}" if label else plain for label in (*labels, "")]
        self.left_name = f"{plain}_LEFT"
        self.heads = [[f"] [{level}] [{printed}] RSS=" for level in _LEVELS] for printed in self.printed]
        self.lines: list[tuple[object, bytes]] = [(None, b"")] * 3
        self.tail = f" line={line}"
        self.totals = [0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0]
        self.at_hand = self.totals, self.printed, self.lines, self.alarm
        self.alarms = self.best = self.best_rss = 0
