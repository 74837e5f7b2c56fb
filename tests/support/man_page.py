"""The manual pages, from the documentation's page of commands, so that each option is explained once a language.

    python tests/support/man_page.py

writes them into `docs/man/`, from where the wheel installs them where `man` looks.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]

_TITLE = '.TH MEMMON 1 "" memmon'
_USAGE = """\
.B memmon
.I COMMAND
[\\fIOPTIONS\\fR] [\\fIARGS\\fR]"""

_CHINESE_LINES = """\
.ad l
.nh
.mso zh.tmac"""
"""Lines end between any two Chinese words, which have no blanks that a line could be filled with."""


@dataclass(frozen=True)
class Language:
    """A manual page: which page of the documentation it is made of, and what stands around that."""

    commands: Path
    page: Path
    head: str
    tail: str


PAGES = (
    Language(
        ROOT / "docs" / "commands.md",
        ROOT / "docs" / "man" / "memmon.1",
        f"""\
{_TITLE}
.SH NAME
memmon \\- find the line that got a Python script killed for using too much memory
.SH SYNOPSIS
{_USAGE}
.SH DESCRIPTION
""",
        """\
.SH ENVIRONMENT
Variables that begin with MEMMON_ win over the configuration; the documentation's page of it explains each.
.SH FILES
.TP
.B memory_monitor_*.log
the log of a run, and hidden files of a like name beside it
.TP
.B TARGET.monitor_backup
the original of an instrumented file
.TP
.B memmon.toml
the configuration
""",
    ),
    Language(
        ROOT / "docs" / "commands.zh.md",
        ROOT / "docs" / "man" / "zh_CN" / "memmon.1",
        f"""\
{_TITLE}
{_CHINESE_LINES}
.SH 名称
memmon \\- 找出是哪一行让 Python 脚本因内存耗尽而被杀死
.SH 概述
{_USAGE}
.SH 描述
""",
        """\
.SH 环境变量
名字以 MEMMON_ 开头的变量优先于配置；文档的配置一页逐个说明。
.SH 文件
.TP
.B memory_monitor_*.log
一次运行的日志，旁边有名字相近的隐藏文件
.TP
.B TARGET.monitor_backup
插桩文件的原文件
.TP
.B memmon.toml
配置
""",
    ),
)


def made(language: Language) -> str:
    """The manual page as it is to be."""
    tokens = MarkdownIt("commonmark").enable("table").parse(language.commands.read_text(encoding="utf-8"))
    return language.head + "".join(_roff(tokens[3:])) + language.tail


def _roff(tokens: Sequence[Token]) -> Iterator[str]:
    """Each block of the page: a command has a heading, an option an item, a row of a table a word and what it means."""
    is_head = False
    for token in tokens:
        if token.type == "heading_open":
            yield ".SH "
        elif token.type == "list_item_open":
            yield ".IP \\(bu 2\n"
        elif token.type == "paragraph_open" and not token.hidden:
            yield ".PP\n"
        elif token.type in ("thead_open", "thead_close"):
            is_head = token.type == "thead_open"
        elif token.type == "tr_open" and not is_head:
            yield ".TP\n"
        elif token.type == "inline" and not is_head:
            yield _inline(token.children or []) + "\n"


def _inline(tokens: Sequence[Token]) -> str:
    """A line of text; of a link its words alone, since a manual page leads nowhere."""
    parts = []
    for token in tokens:
        if token.type == "code_inline":
            parts.append(f"\\fB{_escaped(token.content)}\\fR")
        elif token.type == "text":
            parts.append(_escaped(token.content))
        elif token.type == "softbreak":
            parts.append("\n")
        elif token.type in ("em_open", "em_close"):
            parts.append("\\fI" if token.type == "em_open" else "\\fR")
    text = "".join(parts)
    return "\n".join(f"\\&{line}" if line.startswith((".", "'")) else line for line in text.split("\n"))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\e").replace("-", "\\-")


if __name__ == "__main__":
    for one in PAGES:
        one.page.parent.mkdir(parents=True, exist_ok=True)
        one.page.write_text(made(one), encoding="utf-8")
        sys.stdout.write(f"{one.page}\n")
