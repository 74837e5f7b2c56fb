"""The first lines of a log, in words: whose memory it is, when it began, and what counts as too much.

The levels are not spelt as the lines of checkpoints spell them: who looks for those wants no line of the header.
"""

from __future__ import annotations

from memmon_runtime.record.fitting import COLUMNS, columns, end_of, one_line, start_of
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_ENGLISH = {
    "about": "memmon {memmon}: the memory of one process, a line for each checkpoint",
    "target": "program: {}",
    "argv": "arguments: {}",
    "process": "process: {pid}, Python {python}, started {when}",
    "parent": "parent: {pid}, which writes {log}",
    "memory": "memory: {baseline_mb:.2f}MB at the start, read by {reading}, peaks by {peak}",
    "limit": "limit: {mb:.2f}MB ({})",
    "address-space": "address space",
    "physical": "physical memory",
    "throttle": "slowed down from there on",
    "no limit": "limit: none is known",
    "lines": "lines: the original's; in a traceback they are up to {} higher, by what memmon put in",
    "levels": "levels: warning from {warning}, critical from {critical}",
    "report": "after its end: memmon report",
}
_CHINESE = {
    "about": "memmon {memmon}：一个进程的内存，每个检查点一行",
    "target": "程序：{}",
    "argv": "参数：{}",
    "process": "进程：{pid}，Python {python}，始于 {when}",
    "parent": "父进程：{pid}，日志 {log}",
    "memory": "内存：启动时 {baseline_mb:.2f}MB，读自 {reading}，峰值来自 {peak}",
    "limit": "上限：{mb:.2f}MB（{}）",
    "address-space": "地址空间",
    "physical": "物理内存",
    "throttle": "超过即被限速",
    "no limit": "上限：未知",
    "lines": "行号：原文件的；traceback 里的行号最多大 {}，即 memmon 放入的行数",
    "levels": "级别：警告从 {warning} 起，危险从 {critical} 起",
    "report": "结束之后：memmon report",
}


def header(facts: dict[str, Any], when: str, added: int) -> str:
    """The lines, ten at most, of what the event ``header`` says; ``when`` is the start as the log prints times.

    ``added``: how many lines the program's own file has beyond the original's.
    """
    words = _CHINESE if facts["language"] == "zh" else _ENGLISH
    texts = [words["about"].format_map(facts)]
    argv = ""
    if facts["command"]:
        texts.append(words["target"].format(one_line(facts["command"])))
    else:
        texts.append(_path(words["target"], facts["target"]))
        argv = " ".join(map(str, facts["argv"][1:]))
    if argv:
        texts.append(words["argv"].format(one_line(argv)))
    texts.append(words["process"].format(pid=facts["pid"], python=facts["python"], when=when))
    if facts["parent"] is not None:
        log = str(facts["parent"]["log"]).rpartition("/")[2]
        texts.append(words["parent"].format(pid=facts["parent"]["pid"], log=log))
    texts.append(words["memory"].format_map(facts))
    limit, levels = facts["limit"], facts["levels"]
    if limit is None:
        texts.append(words["no limit"])
    else:
        texts.append(words["limit"].format(words.get(limit["from"], limit["from"]), mb=limit["mb"]))
    texts.append(words["levels"].format(warning=_level(levels, "warning"), critical=_level(levels, "critical")))
    if added:
        texts.append(words["lines"].format(added))
    texts.append(words["report"])
    return "".join(f"# {start_of(text, COLUMNS - 2)}\n" for text in texts)


def _path(form: str, path: str) -> str:
    return form.format(end_of(one_line(path), COLUMNS - 2 - columns(form.format(""))))


def _level(levels: dict[str, Any], name: str) -> str:
    """``240.00MB (80%)``, or what it was set to where no limit makes megabytes of it."""
    mb, text = levels[f"{name}_mb"], str(levels[name])
    if mb is None:
        return text
    return f"{mb:.2f}MB ({text})" if text.endswith("%") else f"{mb:.2f}MB"
