"""What to do where it is not the program's own data that grew, or where each of several processes has all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.verdict.wording.language import place

if TYPE_CHECKING:
    from memmon.verdict.model import Grew, Verdict
    from memmon.verdict.wording.language import Say

_ADVICE: dict[Grew | None, tuple[str, str]] = {
    "page-cache": (
        "write these files to a disk, or remove each when it has been read; shared memory stays until unlink()",
        "把这些文件写到磁盘上，或读完即删；具名共享内存要 unlink() 才会释放",
    ),
    "copied-pages": (
        "share what has no reference counts: a numpy array, an `array`, a mapped file; or start fewer processes",
        "共享没有引用计数的数据：numpy 数组、`array` 或映射的文件；或减少进程数",
    ),
    "uncollected": (
        "let the collector run: gc.enable(), no gc.freeze() in a loop; or make no cycles (weakref.ref)",
        "让垃圾回收器运行：gc.enable()，不要在循环中 gc.freeze()；或不要形成循环引用（weakref.ref）",
    ),
    "others": (
        "let the largest of the other processes run at another time, or give each a limit of its own",
        "让其他最大的进程错开运行，或给每个进程单独设上限",
    ),
}


_SMALL_SHARE = 0.5
"""A process that held less of the limit than this did not fill it alone."""
_AS_LARGE = 0.5
"""One that held less than this share of what the other held has not done the same."""


def for_workers_alike(verdict: Verdict, say: Say) -> str | None:
    """The advice where workers of one kind, of whom none held much, each have what is known to hold the memory."""
    mine, limit_mb, holder = verdict.subject, verdict.rss.limit, verdict.holder
    if holder is None or holder.confidence == "guess" or not mine.is_worker or not limit_mb:
        return None
    held_mb = max(mine.rss_mb, mine.peak_mb)
    kin = [one for one in verdict.processes if (one.parent, one.program) == (mine.parent, mine.program)]
    alike = [one for one in kin if max(one.rss_mb, one.peak_mb) >= _AS_LARGE * held_mb]
    if held_mb >= _SMALL_SHARE * limit_mb or len(alike) < 2:  # noqa: PLR2004 - itself and another
        return None
    path = holder.container.path
    return say(
        f"each worker has {path} of its own: start fewer of them, fill it before they are forked, or keep it where all "
        "read it (a mapped file, a database)",
        f"每个工作进程各有一份 {path}：减少进程数，在 fork 之前填充，或放在大家都能读取的地方（映射文件、数据库）",
    )


def for_what_grew(verdict: Verdict, say: Say) -> list[str]:
    """The advice that fits what grew, with the place where one is known; nothing for what a line of the run took."""
    of_sibling = verdict.grew == "others" and verdict.culprit is not None
    if verdict.grew not in _ADVICE or of_sibling:
        return []
    where = place(verdict.culprit.file, verdict.culprit.line) if verdict.culprit else ""
    return [(where + say(": ", "：") if where else "") + say(*_ADVICE[verdict.grew])]
