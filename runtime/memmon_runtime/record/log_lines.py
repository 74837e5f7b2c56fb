"""The wording of the log, in Chinese or English: header, checkpoints, what the watcher saw, `Top 10`, the end.

A line of a checkpoint is ``[time] [level] [name] RSS=… (Δ since the start, since the checkpoint before)``, and all else
stands behind that, what matters first.
"""

from __future__ import annotations

from _thread import get_ident

from memmon_runtime.record.fitting import (
    COLUMNS,
    LONGEST,
    columns,
    end_of,
    one_line,
    short_function,
    short_path,
    start_of,
    to_json,
)
from memmon_runtime.record.log_file import WIDTH
from memmon_runtime.record.sites import (
    CLOSED,
    LARGEST,
    LARGEST_RSS,
    OPEN,
    OPENED,
    OPENED_RSS,
    TIMES_CLOSED,
    TIMES_LEFT,
)
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Iterator, Optional, Tuple

    from memmon_runtime.record.sites import Site

    # RSS, growth since the checkpoint before and since the bracket's opening, peak above that, "shared", thread.
    Figures = Tuple[int, int, int, int, str, int]
    # Those, the level with the rule that fired, and how long the line shall be (0: as ``RunLog`` shapes it).
    Key = Tuple[int, int, int, int, str, int, Tuple[int, str], int]
    # The absolute file, the line in the original, and the function.
    Place = Tuple[str, Optional[int], str]
    # The RSS then, the last checkpoint passed, the line that was at work, and what to call a bracket that is open.
    Risen = Tuple[int, str, Optional[Place], str]

_TOP = 10
_LEVELS = ("INFO", "WARNING", "CRITICAL")
MAIN = get_ident()
_TITLE = "[Top 10]"
_LEAST_FUNCTION = 8
"""Columns in which the beginning of a function's name still tells something."""
_TENTHS_BELOW = 10
"""MB below which a tenth of one matters."""
_LEAST_GROWTH = 0.005
"""MB that are printed as more than nothing."""
_LEAST_FILE = 8
"""Columns in which the end of a file's path still tells something."""


class Words:
    """What the log says in one of its languages."""

    def __init__(self, language: str) -> None:
        """``zh``, or English for anything else."""
        chinese = language == "zh"
        self.language = "zh" if chinese else "en"
        self.start = "程序启动" if chinese else "program start"
        self.end = "程序结束" if chinese else "program end"
        self.background = "后台监控" if chinese else "background"
        self.exception = "程序异常" if chinese else "exception"
        self.open = "  未结束" if chinese else "  open"
        self._stood_down = (
            "%s（第 %d 行%s）经过 %s 次后转入待命：仍逐次计数，每 %s 次测量一次"
            if chinese
            else "%s (line %d%s) stood down after %s passes: each is counted, every %sth is measured"
        )
        self._of = "，%s" if chinese else " of %s"
        self._too_tight = "%s 通常需要 %s，现在只剩 %s！" if chinese else "%s usually takes %s, and %s are left!"
        self._danger = "内存接近危险阈值！当前RSS=%.2fMB" if chinese else "memory is close to the limit! RSS=%.2fMB"

    def danger(self, stamp: str, rss_mb: float, instead: str) -> str:
        """The line that follows the first CRITICAL: that memory is short, or what is said ``instead``."""
        return f"{stamp}] [CRITICAL] ⚠️ {instead or self._danger % rss_mb}\n"

    def too_tight(self, name: str, cost: str, room: str) -> str:
        """That what a place usually takes is more than there is, before it takes it."""
        return self._too_tight % (name, cost, room)

    def stood_down(self, site: Site, passes: int, every: int) -> str:
        """Why the checkpoints of ``site`` become few from here on."""
        of = self._of % site.printed_file if site.printed_file else ""
        return remark_line(self._stood_down % (site.plain, site.line, of, f"{passes:,}", f"{every:,}"))


def two_sizes(more_mb: float, less_mb: float) -> tuple[str, str]:
    """Both as they are printed: to the tenth below 10 MB, with a digit or two more where they would look the same."""
    more = less = ""
    for digits in range(3):
        more, less = ("%.*fMB" % (max(digits, 1 if mb < _TENTHS_BELOW else 0), mb) for mb in (more_mb, less_mb))
        if more != less:
            break
    return more, less


def checkpoint_body(site: Site, phase: int, key: Key, baseline: int, to_mb: float) -> str:
    """A checkpoint's line after its time, made of the ``key`` by which the hot path keeps it.

    ``baseline`` and the amounts in ``key`` are in the reader's units, of which ``to_mb`` makes megabytes.
    """
    rss, step, own, above, shared, thread, (level, fired), _ = key
    body = "%s%.2fMB (Δ%+.2fMB, %+.2fMB)%s%s%s%s%s%s" % (
        site.heads[phase][level], rss * to_mb, (rss - baseline) * to_mb, step * to_mb,
        " peak=%+.2fMB" % (above * to_mb) if above >= 0 else "",
        " growth=%+.2fMB" % (own * to_mb) if phase == CLOSED and own != step else "",
        site.tail, fired, shared, "" if thread == MAIN else " tid=%x" % thread,
    )  # fmt: skip
    return body if len(body) <= LONGEST - WIDTH else body[: LONGEST - WIDTH - 1] + "…"


def card_line(stamp: str, level: int, name: str, mb: tuple[float, float, float], more: str) -> str:
    """The same form for what is no bracket; ``mb``: RSS, growth since the start and since the checkpoint before."""
    line = "%s] [%s] [%s] RSS=%.2fMB (Δ%+.2fMB, %+.2fMB)%s" % (stamp, _LEVELS[level], name, *mb, more)
    return start_of(line, LONGEST) + "\n" if len(line) > LONGEST else line + "\n"


def background_line(
    head: Tuple[str, int, str], mb: tuple[float, float], place: Place | None, last: str, fired: Tuple[str, bool]
) -> str:
    """What the watcher saw: ``head`` is time, level and name, ``mb`` the RSS and its growth since the start.

    ``place`` has its file as the log prints it; ``last`` is the last checkpoint passed, which every such line names,
    since a killed program's log may end with it. ``fired`` is the token of the rule that the level is judged by, and
    whether it comes before the place. What does not fit goes: the rule, the growth, the function, the file's path.
    """
    stamp, level, name = head
    line = "%s] [%s] [%s] RSS=%.0fMB" % (stamp, _LEVELS[level], name, mb[0])
    growth = " (Δ%+.0fMB)" % mb[1]
    rule, first = fired
    rest = last_token(last)
    if first and columns(line) + columns(rest) + columns(rule) <= COLUMNS:
        rest, rule = rest + rule, ""
    room = COLUMNS - columns(line) - columns(rest)
    line += next((text for text in _places(growth, place, room) if columns(text) <= room), "") + rest
    if columns(line) + columns(rule) <= COLUMNS:
        line += rule
    return start_of(line, LONGEST) + "\n" if len(line) > LONGEST else line + "\n"


def _places(growth: str, place: Place | None, room: int) -> Iterator[str]:
    """The growth and `` at=bot.py:81 consume_events``, and what may stand for them where there is less room."""
    if place is None:
        yield growth
        return
    file, line, function = place
    short = f" at={file}:{line}"
    yield f"{growth}{short} {function}"
    yield f"{short} {function}"
    left = room - columns(short) - 1
    if left >= _LEAST_FUNCTION:
        yield f"{short} {start_of(function, left)}"
    yield growth + short
    yield short
    yield f" at={end_of(file, max(room - columns(f' at=:{line}'), _LEAST_FILE))}:{line}"


def remark_line(text: str) -> str:
    """A sentence about the run as a whole, in the form of the header's lines."""
    return f"# {start_of(one_line(text), LONGEST - 2)}\n"


def last_token(name: str) -> str:
    """The last checkpoint passed, for a line that is not its own; quoted where it holds a blank or a quote."""
    return f" last={to_json(name)}" if " " in name or '"' in name else f" last={name}"


def exception_line(
    head: Tuple[str, int, str], mb: tuple[float, float, float], told: dict[str, object], target: str
) -> str:
    """An exception that nobody caught: ``told`` has its type and message, and its file, line and function."""
    stamp, level, name = head
    where = ""
    if told["file"] is not None:
        where = f" at={short_path(str(told['file']), target)}:{told['line']} {short_function(str(told['function']))}"
    text = one_line(str(told["message"]))
    return card_line(stamp, level, name, mb, f" {one_line(str(told['type']))}{where}{': ' + text if text else ''}")


def _is_open(site: Site) -> bool:
    return site.totals[OPENED] > site.totals[TIMES_CLOSED] + site.totals[TIMES_LEFT]


def top_ten(stamp: str, sites: Iterable[Site], to_mb: float, risen: Risen | None = None) -> str:
    """The block of the largest growths, each place with its largest; the heading alone where nothing grew.

    Where a level has risen (``risen``), the heading names the last checkpoint passed, whose own line the block pushes
    out of the log's last lines, and the line that was at work. What has grown since a bracket's opening counts too
    then, though it has no end yet: of a program that is killed it never gets one.
    """
    title = f"{stamp}] [INFO] {_TITLE}"
    grown = [(site.totals[LARGEST], site.printed[CLOSED], site.totals[LARGEST_RSS], site, "") for site in sites]
    grown += [(site.best, site.printed[OPEN], site.best_rss, site, "") for site in sites]
    if risen is not None:
        rss, last, place, word = risen
        grown += [(rss - one.totals[OPENED_RSS], one.printed[OPEN], rss, one, word) for one in sites if _is_open(one)]
        title += last_token(last)
        room = COLUMNS - columns(title)
        title += next((text for text in _places("", place, room) if columns(text) <= room), "")
    grown = [entry for entry in grown if entry[0] * to_mb >= _LEAST_GROWTH]
    grown.sort(key=lambda entry: -entry[0])
    lines = [title + "\n"]
    for rank, (growth, name, rss, site, word) in enumerate(grown[:_TOP], 1):
        ahead = "%3d. %+.2fMB  " % (rank, growth * to_mb)
        behind = "  RSS=%.2fMB  line=%d%s" % (rss * to_mb, site.line, word)
        line = ahead + start_of(name, COLUMNS - columns(ahead) - columns(behind)) + behind
        room = COLUMNS - columns(line) - len("  file=")
        if site.printed_file and room > _LEAST_FILE:
            line += "  file=" + end_of(site.printed_file, room)
        lines.append(line + "\n")
    return "".join(lines)
