"""Sites: the places of the brackets, and their totals; and what the events say of both."""

from __future__ import annotations

from memmon_runtime.record.fitting import short_name
from memmon_runtime.record.pass_counter import AFTER, EVERY
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import MB
from memmon_runtime.system.source import absolute, function_name, is_exact

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType
    from typing import Tuple

    from memmon_runtime.record.pass_counter import PassCounter

    # What a site is known by: its name, its line in the original, its file as its code has it, its ends' labels.
    SiteKey = Tuple[str, int, str, Tuple[str, str]]

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
        "alarm", "alarm_mb", "alarms", "at_hand", "best", "best_rss", "cost", "counter", "file", "function", "heads",
        "is_exact", "key", "kind", "left_name", "line", "lines", "name", "normal_mb", "plain", "printed",
        "printed_file", "tail", "totals",
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
        self.key: SiteKey = (name, line, code.co_filename, labels)
        self.is_exact = is_exact(code.co_filename, line)
        """It never stands down."""
        self.counter: PassCounter | None = None
        """Counts its passes once it has stood down."""
        self.normal_mb, self.alarm_mb = limits
        self.alarm = NEVER if self.alarm_mb is None else int(self.alarm_mb * MB / unit)
        self.cost = int((self.normal_mb or 0) * MB / unit)
        """What a pass takes at most where all is well, as the configuration has it; 0 where nobody says it."""
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
        self.at_hand = self.totals, self.printed, self.lines, self.alarm, self.cost
        self.alarms = self.best = self.best_rss = 0

    def usual(self) -> int:
        """What a pass usually takes, in units: ``cost``, or less where this process knows better.

        That is so from the third pass on: by the average of those that ended, without the largest. That one often is
        the first, and memory that it took and gave back is still the process's, so that the others need take no more.
        """
        totals = self.totals
        closed = totals[TIMES_CLOSED]
        return self.cost if closed <= 1 else min(self.cost, (totals[GROWTH] - totals[LARGEST]) // (closed - 1))


def site_fact(site: Site, row: int | None) -> dict[str, object]:
    """What a site is, and how the lines of the log print it; ``row`` is its row in the page, if it has one."""
    return {
        "name": site.name,
        "printed": site.plain,
        "file": site.file,
        "printed_file": site.printed_file or None,
        "line": site.line,
        "function": site.function,
        "kind": site.kind,
        "normal_mb": site.normal_mb,
        "alarm_mb": site.alarm_mb,
        "row": row,
    }


def totals_fact(sites: Iterable[Site], to_mb: float) -> list[dict[str, object]]:
    """The totals of all sites in the order of their first hits, for a run whose page is about to be removed."""
    return [_totals(site, to_mb) for site in sites]


def _totals(site: Site, to_mb: float) -> dict[str, object]:
    opened, closed, left, growth, largest, peak = site.totals[:6]
    counter = site.counter
    return {
        "name": site.name,
        "file": site.file,
        "line": site.line,
        "opened": opened if counter is None else opened + counter.total(),
        "closed": closed,
        "left": left,
        "growth_mb": round(growth * to_mb, 3),
        "max_growth_mb": round(largest * to_mb, 3),
        "peak_mb": None if peak < 0 else round(peak * to_mb, 3),
        "stood_down": None if counter is None else {"after": counter.words[AFTER], "every": counter.words[EVERY]},
    }
