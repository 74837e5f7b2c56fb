"""The reasons in words: which evidence gave the line, and what became of the run's other processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.verdict.wording.language import Say, between, mb, place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memmon.verdict.model import Culprit, Holder, Outcome, Process

_OUTCOMES: dict[Outcome, tuple[str, str]] = {
    "killed": ("killed", "被杀死"),
    "exception": ("exception", "异常结束"),
    "running": ("running", "运行中"),
    "finished": ("finished", "正常结束"),
}

_SILENT = ("ended without a word", "没有留下结尾")


def became(process: Process, say: Say) -> str:
    """What became of a process, as far as that is known."""
    return say(*(_SILENT if process.silent else _OUTCOMES[process.outcome]))


def _over_alarm(culprit: Culprit, say: Say) -> str:
    """The clause that names its alarm, where it has one."""
    if culprit.alarm_mb is None:
        return ""
    return say(f", its alarm being {mb(culprit.alarm_mb)}", f"，超过警戒值 {mb(culprit.alarm_mb)}")


def why_this_line(culprit: Culprit, say: Say, pid: int | None) -> tuple[str, ...]:
    """Which evidence gave the line, a sentence each; ``pid`` is the process that the verdict is about."""
    where = between(*culprit.between, say) if culprit.between else place(culprit.file, culprit.line)
    took = mb(culprit.growth_mb or 0.0)
    name = culprit.checkpoint or ""
    at_en, at_zh = (f", at {where}", f"（{where}）") if where else ("", "")
    alarm = _over_alarm(culprit, say)
    words = {
        "open": (
            f"{name} has no end in the log: the process died inside it{at_en}, {took} after it began",
            f"{name} 在日志中没有结束：进程死在其中{at_zh}，此后增长 {took}",
        ),
        "stack": (f"the last stack was at {where}", f"最后一次堆栈位于 {where}"),
        "leak": (
            f"{culprit.hotspot} kept {took} in many small steps, most of all growth",
            f"{culprit.hotspot} 多次小幅增长，累计保留 {took}，占总增长的大部分",
        ),
        "checkpoint": (
            f"{name} grew by {took}{alarm}",
            f"{name} 增长了 {took}{alarm}",
        ),
        "between": (
            f"{where} memory grew by {took}{alarm}: in no bracket",
            f"{where}内存增长了 {took}{alarm}，不在任何检查点之内",
        ),
        "window": (
            f"while memory grew, what {where} made is what stayed: {took}",
            f"内存增长期间，留下来的正是 {where} 所产生的内容：共 {took}",
        ),
        "census": (
            f"{where} puts things into the container that grew",
            f"{where} 向增长的容器中存入数据",
        ),
        "shared": (
            f"before the first fork, the parent's memory had grown at {where}",
            f"第一次 fork 之前，父进程的内存增长发生在 {where}",
        ),
        "switch": (
            f"{where} switches the garbage collector off, and no other line of the program does",
            f"{where} 关闭了垃圾回收器，程序中没有其他行这样做",
        ),
        "raised": (f"the exception came from {where}", f"异常来自 {where}"),
    }
    at_lockout = say(
        f"the stack at {where} was written in the last moment, when the interpreter no longer answered",
        f"位于 {where} 的堆栈写于最后一刻，当时解释器已无响应",
    )
    of_another = say(
        f"that is told by the record of process {culprit.pid} of the same run",
        f"依据是同一次运行的进程 {culprit.pid} 的记录",
    )
    return (
        say(*words[culprit.shown_by]),
        *([at_lockout] if culprit.at_lockout else []),
        *([of_another] if culprit.pid not in {None, pid} else []),
    )


def why_this_holder(holder: Holder, say: Say) -> str:
    """What the censuses saw of the container."""
    what = holder.container
    items_en, items_zh = f"{what.before:,} to {what.items:,}", f"{what.before:,} → {what.items:,}"
    if what.is_steady and holder.mb is not None:
        return say(
            f"the {what.items:,} items of {what.path} became heavier, by some {mb(holder.mb)} of the"
            f" {mb(holder.of_mb)} that memory grew by",
            f"{what.path} 的 {what.items:,} 个元素变大，估计占内存增长 {mb(holder.of_mb)} 中的 {mb(holder.mb)}",
        )
    if holder.mb is None:
        return say(
            f"{what.path} went from {items_en} items while memory grew by {mb(holder.of_mb)}; their weight is unknown",
            f"内存增长 {mb(holder.of_mb)} 期间，{what.path} 的元素数 {items_zh}；其大小无从得知",
        )
    return say(
        f"{what.path} went from {items_en} items, some {mb(holder.mb)} of the {mb(holder.of_mb)} that memory grew by",
        f"{what.path} 的元素数 {items_zh}，估计占内存增长 {mb(holder.of_mb)} 中的 {mb(holder.mb)}",
    )


def the_others(processes: Sequence[Process], subject: Process, say: Say) -> list[str]:
    """Whose child the process was, and what became of the others, where that is out of the ordinary."""
    said = []
    first = processes[0]
    if subject is not first:
        what = became(first, say)
        number = say("(its number is not known)", "（进程号未知）") if subject.pid is None else str(subject.pid)
        said.append(
            say(
                f"it was process {number}, started by {subject.parent}; the first process, {first.pid}: {what}",
                f"这是进程 {number}，由 {subject.parent} 启动；首个进程 {first.pid}：{what}",
            )
        )
    for one in processes[1:]:
        # A program that finished may have ended its own workers, which is nothing to tell of.
        ordinary = one.outcome in ("finished", "running") or (one.silent and first.outcome == "finished")
        if one is not subject and not ordinary:
            what = became(one, say)
            said.append(say(f"process {one.pid} of the same run: {what}", f"同一次运行的进程 {one.pid}：{what}"))
    return said
