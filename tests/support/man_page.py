"""The manual page, from the documentation's page of commands, so that each option is explained once.

    python tests/support/man_page.py

writes `docs/man/memmon.1`, which the wheel installs where `man` looks.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "man" / "memmon.1"

_HEAD = """\
.TH MEMMON 1 "" memmon
.SH NAME
memmon \\- find the line that got a Python script killed for using too much memory
.SH SYNOPSIS
.B memmon
.I COMMAND
[\\fIOPTIONS\\fR] [\\fIARGS\\fR]
.SH DESCRIPTION
"""
_TAIL = """\
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
"""


def made() -> str:
    """The manual page as it is to be."""
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return _HEAD + "".join(_roff(tokens[3:])) + _TAIL


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
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(made(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
