"""What it takes to compile a source, told from its text: as much as Python itself takes to start it.

Python's parser takes most of it, by the token and by the statement, and the tree in which memmon searches takes less.
Strings and comments take hardly more than their length, but for what is between the braces of an f-string. Told is
somewhat more than most code and data takes: Python 3.11 takes three quarters of that for code of the standard library,
half where much of a source is strings and comments, and 1.15 times it in the densest sort, nested calls; 3.13 up to 1.3
times.
"""

from __future__ import annotations

import re

from memmon.sizes import MB

_TOKEN = re.compile(
    rb"#[^\r\n]*"
    rb"|(?P<formatted>(?i:[ft]r?|r[ft])(?=[\"']))"
    rb'|"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""'
    rb"|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"
    rb'|"(?:[^"\\\r\n]|\\.)*"'
    rb"|'(?:[^'\\\r\n]|\\.)*'"
    rb"|[\w.\x80-\xff]+"
    rb"|[^\w\s]"
    rb"|(?P<line>[\r\n]\s*)",
    re.DOTALL,
)
_TOKEN_BYTES, _LINE_BYTES = 400, 900
_TOKENS_A_FIELD = 5
"""What is between two braces of an f-string is parsed by itself."""
_TIMES_TEXT = 10
"""So often memmon has the text in memory, decoded and with what it puts in."""


def mb_to_compile(source: bytes) -> float:
    """About how many megabytes it takes."""
    tokens = lines = 0
    formatted = False
    for found in _TOKEN.finditer(source):
        if found.lastgroup == "line":
            lines += 1
        else:
            tokens += 1
        if formatted:
            tokens += found[0].count(b"{") * _TOKENS_A_FIELD
        formatted = found.lastgroup == "formatted"
    return (tokens * _TOKEN_BYTES + lines * _LINE_BYTES + len(source) * _TIMES_TEXT) / MB


def most_mb_to_compile(size: int) -> float:
    """What a source of so many bytes takes at most, with a statement of one letter in each two of them."""
    return size * ((_TOKEN_BYTES + _LINE_BYTES) / 2 + _TIMES_TEXT) / MB
