"""Announced: statements that tell whoever watches which phase of the program begins.

``print("【Phase 1: 采集】")``, ``logger.info("Step 2/5 ...")``, ``print("Loading trades...")``,
``print_banner("报告")``: outside of every loop, with a text that numbers a phase, stands in brackets, or begins with
what is going to be done.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from memmon.source import grammar, seldom
from memmon.source.calls import rule
from memmon.source.grammar import span

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from ast_grep_py import Rule, SgNode

    from memmon.source.calls import Call

_TELLING = ("print", "echo", "secho", "rule", "info", "warning", "log", "write")
_BANNERS = (r"\w*[Bb]anner\w*", r"\w*section\w*", r"\w*headline\w*")
"""How is called what announces by whatever text: regular expressions."""
_BANNER = re.compile("|".join(_BANNERS))
_TEXTS = frozenset({"string", "concatenated_string"})
_BEFORE = re.compile(r"""^[a-zA-Z]{0,2}(?:\"{3}|'{3}|"|')|\\[nrt]""")
"""What begins a string, and escapes for white space."""
_MARKS = re.compile(r"^[^\w【\[(]+")
"""What stands before the words: emoji, rules, blanks."""
_NUMBERED = re.compile(
    r"(?i)[【\[(]?\s*(?:[vV][\d.]+\s*)?(?:phase|stage|step|part)\s*[-_#:]?\s*\d"
    r"|[【\[(]?\s*(?:阶段|步骤)\s*[\d一二三四五六七八九十]"
    r"|[【\[(]?\s*第\s*[\d.一二三四五六七八九十]+\s*(?:步|阶段|部分)"
    r"|[【\[(]?\d+\s*[/／]\s*\d+\b"
)
_BRACKETED = re.compile(r"【[^】]{2,}】[\W_]*\Z")
_DOING = re.compile(
    r"(?:开始|正在|准备|生成|加载|读取|下载|采集|计算|分析|训练|构建|合并|导出|处理)"
    r"|(?i:loading|reading|fetching|downloading|parsing|processing|building|computing|calculating|generating|merging"
    r"|training|running|analy[sz]ing|collecting|importing|exporting|preparing|starting)\b"
)
_OVER = re.compile(
    r"(?i)失败|成功|完成|错误|异常|警告|跳过|调试|failed|success|error|warning|skip|debug|done|complete|finished"
)
_LONGEST = 40
"""Characters of a phase's name."""


def rules() -> tuple[Rule, Rule]:
    """What finds the calls that may announce something."""
    texts = "|".join(each.pattern for each in (_NUMBERED, _DOING))
    return rule(_TELLING, f"{texts}|【"), rule(_BANNERS)


def announcements(calls: Iterable[Call]) -> Iterator[tuple[Call, str, bool]]:
    """Those of *calls* that announce a phase: with its name, and whether a number or a banner shows it."""
    for call in calls:
        is_banner = _BANNER.fullmatch(call.name) is not None
        if not is_banner and call.name not in _TELLING:
            continue
        if not call.arguments or call.arguments[0].kind() not in _TEXTS:
            continue
        name = _words(call.arguments[0].text())
        if not name or _OVER.search(name):
            continue
        plain = is_banner or _NUMBERED.match(name) is not None or _BRACKETED.match(name) is not None
        doing = _DOING.match(name) is not None and "{" not in name
        if (plain or doing) and _is_a_statement(call.node) and not any(seldom.loops_around(call.node)):
            yield call, re.sub(r"[\[\]【】{}]", "", name).strip(" .…:：=-\"')")[:_LONGEST].strip(), plain


def phase_ends(statements: Collection[SgNode]) -> dict[tuple[int, int], SgNode]:
    """The last statement of the phase that each of *statements* announces, by its extent: before its block's next."""
    found: dict[tuple[int, int], SgNode] = {}
    blocks = {span(block): block for statement in statements if (block := statement.parent()) is not None}
    starts = {span(statement) for statement in statements}
    for block in blocks.values():
        begun = None
        for statement in grammar.statements(block):
            extent = span(statement)
            begun = extent if extent in starts else begun
            if begun is not None:
                found[begun] = statement
    return found


def _words(source: str) -> str:
    """What a string's source says, without what stands before the words."""
    text = _BEFORE.sub("", source)
    return _MARKS.sub("", text)


def _is_a_statement(node: SgNode) -> bool:
    parent = node.parent()
    return parent is not None and parent.kind() == "expression_statement"
