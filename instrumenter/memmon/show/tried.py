"""What `memmon try` prints: whether the fix is proved, and both runs beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from memmon.across.tried import BETTER
from memmon.show.comparison import sides_by_side
from memmon.show.comparison_words import ended_as
from memmon.show.paragraph import Paragraph
from memmon.verdict.wording.language import Say, mb

if TYPE_CHECKING:
    from memmon.across.tried import Attempt, Tried


_MOST_FILES = 3
"""So many files are named in a sentence."""


def trial_report(tried: Tried) -> Group:
    """Everything to print, for 80 columns and more; its texts are printable."""
    say = Say(tried.after.verdict.language)
    style = "bold green" if tried.finding in BETTER else "bold red"
    exits = (say("exit code", "退出码"), *(str(one.status) for one in (tried.before, tried.after)))
    times = (say("seconds", "秒"), *(f"{one.seconds:.1f}" for one in (tried.before, tried.after)))
    return Group(
        Paragraph(_finding(tried, say), style),
        *(Paragraph(one) for one in _notes(tried, say)),
        Text(),
        sides_by_side(tried.comparison, say, exits, times),
    )


def _finding(tried: Tried, say: Say) -> str:
    before, after = tried.comparison.before, tried.comparison.after
    peaks = f"{mb(before.peak.median)} → {mb(after.peak.median)}"
    ended = ended_as(after, say)
    if tried.finding == "proved":
        died, peak = ended_as(before, say), mb(after.peak.median)
        return say(
            f"PROVED{_within(tried, say)}: as it is the program was {died}; with the fix it ended well, with a peak of "
            f"{peak}.",
            f"已证实{_within(tried, say)}：原样运行时{died}；应用修复后正常结束，峰值 {peak}。",
        )
    if tried.finding == "less":
        return say(
            f"LESS{_within(tried, say)}: it ends well either way, and the peak falls: {peaks}.",
            f"减少{_within(tried, say)}：两次都正常结束，峰值下降：{peaks}。",
        )
    if tried.finding == "unread":
        files = ", ".join(tried.unread)
        return say(
            f"NOT TRIED: the program read none of what the fix changes ({files}). It may run another copy, such as an "
            "installed one.",
            f"未能验证：程序没有读取修复所改的文件（{files}）。它可能运行的是另一份代码，例如已安装的版本。",
        )
    least = mb(tried.comparison.margin_mb)
    reasons = {
        "dies": say(f"with the fix it ended as well: {ended}", f"应用修复后仍然：{ended}"),
        "fails": say(
            f"with the fix it did not end well: {_badly(tried.after, ended, say)}",
            f"应用修复后没有正常结束：{_badly(tried.after, ended, say)}",
        ),
        "failed before": say(
            f"as it is something else than memory ended it: {_badly(tried.before, ended_as(before, say), say)}",
            f"原样运行时结束它的不是内存：{_badly(tried.before, ended_as(before, say), say)}",
        ),
        "perhaps unread": say(
            "it went better with the fix, but whether the program read what that changes is not known, since the file "
            "system does not keep when files are read: set TMPDIR to another one",
            "应用修复后情况变好，但文件系统不记录读取时间，无法知道程序是否读取了所改的文件：请把 TMPDIR 设到别处",
        ),
        "other state": say(
            f"it went better with the fix, but the first run had changed {_some(tried.written)}, which the second one "
            "found so",
            f"应用修复后情况变好，但第一次运行改动了 {_some(tried.written)}，第二次运行是在此之上开始的",
        ),
        "left over": say(
            f"it ended well, but {tried.after.left_over} of its processes were still at work, and were ended",
            f"它正常结束了，但还有 {tried.after.left_over} 个进程在运行，已被结束",
        ),
        "no better": say(
            f"it ends well either way, and the peak is not lower by more than {least}: {peaks}",
            f"两次都正常结束，峰值的下降没有超过 {least}：{peaks}",
        ),
    }
    return say("NOT PROVED", "未证实") + _within(tried, say) + say(": ", "：") + reasons[tried.finding] + say(".", "。")


def _some(files: tuple[str, ...]) -> str:
    return ", ".join(files[:_MOST_FILES]) + (", …" if len(files) > _MOST_FILES else "")


def _within(tried: Tried, say: Say) -> str:
    """Under which limit."""
    if tried.limit_mb is None:
        return ""
    size = mb(tried.limit_mb)
    if tried.limited_by == "cgroup":
        return say(f" in {size}", f"（{size} 之内）")
    return say(f" in an address space of {size}", f"（地址空间 {size} 之内）")


def _badly(attempt: Attempt, ended: str, say: Say) -> str:
    if attempt.verdict.exception or not attempt.status:
        return ended
    return say(f"it exited with {attempt.status}", f"退出码 {attempt.status}")


def _notes(tried: Tried, say: Say) -> list[str]:
    """What has to be known of the trial to read its figures."""
    notes = []
    if tried.finding in BETTER:
        notes.append(
            say(
                "Whether it still does what it is to do, a trial can't tell.",
                "程序是否仍然完成应做的事，试运行无法判断。",
            )
        )
    if tried.unread and tried.finding != "unread":
        files = ", ".join(tried.unread)
        notes.append(
            say(f"Not read by the program, and so not tried: {files}.", f"程序没有读取、因而没有验证：{files}。")
        )
    if tried.limited_by == "address-space":
        notes.append(
            say(
                "No cgroup can be made here: the limit is on the address space, which counts what is reserved too, and "
                "beyond it there is a MemoryError in place of a kill.",
                "这里无法创建 cgroup：限制的是地址空间，它也计入只保留而未使用的内存；"
                "超出时是 MemoryError 而不是被杀死。",
            )
        )
    return notes
