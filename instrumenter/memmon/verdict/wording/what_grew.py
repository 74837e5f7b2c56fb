"""What grew, in words: of the program's own memory only what is out of the ordinary, else whose it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.verdict.wording.language import mb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memmon.verdict.model import Collector, NearLimit, OtherProcess, WhatGrew
    from memmon.verdict.wording.language import Say


def why_it_grew(grew: WhatGrew, say: Say) -> Iterator[str]:
    """The sentences for the report's list of evidence."""
    took, whole = mb(grew.mb), mb(grew.of_mb)
    if grew.kind == "page-cache":
        yield say(
            f"{took} of the {whole} that grew are no process's own memory, but files that lie in memory (a tmpfs), or "
            "memory that is shared by name",
            f"增长的 {whole} 中有 {took} 并非任何进程自身的内存，而是放在内存里（tmpfs）的文件，或具名共享内存",
        )
    elif grew.kind == "copied-pages":
        yield say(
            f"{took} of the {whole} that grew are in no RSS: {grew.sharers} forked processes began with pages that "
            "they shared, and copied them; to read an object writes its reference count, which copies its page",
            f"增长的 {whole} 中有 {took} 不见于任何 RSS：{grew.sharers} 个 fork 出的进程原本共享内存页，后来各自复制；"
            "读取对象会改写其引用计数，从而复制所在的页",
        )
    elif grew.was_there:
        yield say(
            f"{took} of the {whole} under the limit were in use before the program began{_who(grew.others, say)}",
            f"上限之内的 {whole} 中，有 {took} 在程序启动之前就已被占用{_who(grew.others, say)}",
        )
    elif grew.kind == "others":
        yield say(
            f"{took} of the {whole} that grew are other processes' memory{_who(grew.others, say)}",
            f"增长的 {whole} 中有 {took} 属于其他进程{_who(grew.others, say)}",
        )
    elif grew.collector is not None:
        yield _uncollected(grew.collector, say)
    if grew.swap_full_mb is not None:
        yield say(f"the swap of {mb(grew.swap_full_mb)} was full", f"{mb(grew.swap_full_mb)} 的交换空间已满")


def near_words(near: NearLimit, say: Say) -> tuple[str, ...]:
    """How near the process came to its limit, and that it was told."""
    came = f"{near.share:.0%}", mb(near.limit_mb), mb(near.rss_mb)
    when = near.record.when.partition(" ")[2].partition(".")[0] if near.record else ""
    at_en, at_zh = (f" at {when}", f"（{when}）") if when else ("", "")
    words = say(
        f"it came to {came[0]} of its limit of {came[1]}{at_en}, with an RSS of {came[2]}",
        f"曾达到上限 {came[1]} 的 {came[0]}{at_zh}，当时 RSS 为 {came[2]}",
    )
    if near.throttles:
        slowed = say(
            "that is a throttle (memory.high): the kernel kills nobody there, but lets them wait, longer at each step",
            "这是限速线（memory.high）：内核不会在此杀死进程，而是让其等待，且越来越久",
        )
        return words, slowed
    if not near.told:
        return (words,)
    told = say(
        f"its --limit of {came[1]} was reached, with {came[2]} in use: a MemoryError was raised in its main thread",
        f"达到 --limit 设定的 {came[1]}，当时占用 {came[2]}：在其主线程中抛出了 MemoryError",
    )
    return (told,)


def _who(others: tuple[OtherProcess, ...], say: Say) -> str:
    if not others:
        return ""
    named = say(", ", "、").join(f"{one.name} ({one.pid}) {mb(one.rss_mb)}" for one in others)
    return say(f"; the largest were {named}", f"；其中最大的是 {named}")


def _uncollected(collector: Collector, say: Say) -> str:
    count = f"{collector.neglected:,}"
    if collector.newly_frozen > collector.uncollected:
        why = "some objects were frozen, out of the garbage collector's reach", "对象被冻结，垃圾回收器无法触及"
    elif collector.enabled:
        why = "the garbage collector hardly ran", "垃圾回收器几乎没有运行"
    else:
        why = "the garbage collector was off", "垃圾回收器被关闭"
    return say(
        f"{why[0]}: {count} objects had come since, and no container that grew holds them",
        f"{why[1]}：其间新增 {count} 个对象，没有任何增长的容器持有它们",
    )
