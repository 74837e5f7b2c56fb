"""The wording of the log: header, special lines, `Top 10`; Chinese or English, the machine's lines the same in both."""

from __future__ import annotations

import sys
from time import localtime, strftime

from memmon_runtime.record.plain_json import to_json
from memmon_runtime.record.sites import CLOSED, LARGEST, LARGEST_RSS, OPEN
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from memmon_runtime.record.sites import Site

_TOP = 10
_LEVELS = ("INFO", "WARNING", "CRITICAL")


class Words:
    """What the log says in one of its languages."""

    quoted = staticmethod(to_json)

    def __init__(self, language: str) -> None:
        """``zh``, or English for anything else."""
        chinese = language == "zh"
        self.language = "zh" if chinese else "en"
        self.start = "程序启动" if chinese else "program start"
        self.end = "程序结束" if chinese else "program end"
        self.background = "后台监控" if chinese else "background"
        self._danger = "内存接近危险阈值！当前RSS=%.2fMB" if chinese else "memory is close to the limit! RSS=%.2fMB"

    def danger(self, stamp: str, rss_mb: float) -> str:
        """The line that follows the first CRITICAL."""
        return f"{stamp}] [CRITICAL] ⚠️ {self._danger % rss_mb}\n"


def card_line(stamp: str, level: int, name: str, mb: tuple[float, float, float], more: str) -> str:
    """A line in the card's form for what is not a bracket; ``mb`` is RSS, growth since the start and since before."""
    return "%s] [%s] [%s] RSS=%.2fMB (Δ%+.2fMB, %+.2fMB)%s\n" % (stamp, _LEVELS[level], name, *mb, more)


def machine_line(key: str, value: object) -> str:
    """A line for the reader of the log."""
    return f"# {key}: {to_json(value)}\n"


def added_line(file: str, added: tuple[int, ...]) -> str:
    """Which lines of an instrumented file are not the original's."""
    return machine_line("lines", {"file": file, "added": list(added)})


def site_line(site: Site) -> str:
    """What a site is; the k-th such line belongs to row k of the page."""
    return machine_line(
        "site",
        {
            "name": site.name,
            "file": site.file,
            "line": site.line,
            "function": site.function,
            "kind": site.kind,
            "normal_mb": site.normal_mb,
            "alarm_mb": site.alarm_mb,
        },
    )


def totals_line(sites: Iterable[Site], to_mb: float) -> str:
    """The page's rows, for a log whose page is about to be removed; in the order of the `# site` lines."""
    return machine_line("totals", [_totals(site.totals, to_mb) for site in sites])


def _totals(totals: list[int], to_mb: float) -> dict[str, object]:
    opened, closed, left, growth, largest, peak = totals[:6]
    return {
        "opened": opened,
        "closed": closed,
        "left": left,
        "growth_mb": round(growth * to_mb, 3),
        "max_growth_mb": round(largest * to_mb, 3),
        "peak_mb": None if peak < 0 else round(peak * to_mb, 3),
    }


def top_ten(stamp: str, sites: Iterable[Site], to_mb: float, target: str) -> str:
    """The block of the largest growths, each place with its largest; the heading alone where nothing grew."""
    grown = [(site.totals[LARGEST], site.printed[CLOSED], site.totals[LARGEST_RSS], site) for site in sites]
    grown += [(site.best, site.printed[OPEN], site.best_rss, site) for site in sites]
    grown = [entry for entry in grown if entry[0] > 0]
    grown.sort(key=lambda entry: -entry[0])
    lines = [f"{stamp}] [INFO] [Top 10]\n"]
    for rank, (growth, name, rss, site) in enumerate(grown[:_TOP], 1):
        file = "" if site.file == target else f" file={to_json(site.file)}"
        lines.append(
            "%3d. %+.2fMB  %s  RSS=%.2fMB  line=%d%s\n" % (rank, growth * to_mb, name, rss * to_mb, site.line, file)
        )
    return "".join(lines)


def header(values: dict[str, object], version: str, target: str, pid: int, now: int) -> str:
    """The first lines of a log, in their fixed order; ``values`` are those from ``parent`` on."""
    seconds, rest = divmod(now, 1_000_000_000)
    zone = strftime("%z", localtime(seconds))
    started = strftime("%Y-%m-%dT%H:%M:%S", localtime(seconds)) + ".%03d%s:%s" % (
        rest // 1_000_000,
        zone[:3],
        zone[3:5],
    )
    python = ".".join(map(str, sys.version_info[:3]))
    first = {
        "memmon": version,
        "target": target,
        "argv": list(getattr(sys, "argv", ())),
        "pid": pid,
        "parent": values.pop("parent"),
    }
    second = {"python": python, "started": started}
    return "".join(machine_line(key, value) for part in (first, second, values) for key, value in part.items())
