"""What it takes to compile a source, told from its text: as much as Python itself takes to start it.

Python's parser takes most of it, by the token and by the statement, and the tree in which memmon searches takes less.
Strings and comments take hardly more than their length. Of ten sorts of source, from code to data, each takes between
three quarters of what is told here and a tenth more (Python 3.11).
"""

from __future__ import annotations

import re

from memmon.sizes import MB

_TOKEN = re.compile(
    rb"#[^\r\n]*"
    rb'|"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""'
    rb"|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"
    rb'|"(?:[^"\\\r\n]|\\.)*"'
    rb"|'(?:[^'\\\r\n]|\\.)*'"
    rb"|[\w.\x80-\xff]+"
    rb"|[^\w\s]"
    rb"|(?P<line>[\r\n]\s*)",
    re.DOTALL,
)
_TOKEN_BYTES, _LINE_BYTES = 350, 800
_TIMES_TEXT = 10
"""So often memmon has the text in memory, decoded and with what it puts in."""


def mb_to_compile(source: bytes) -> float:
    """About how many megabytes it takes."""
    tokens = lines = 0
    for found in _TOKEN.finditer(source):
        if found.lastgroup:
            lines += 1
        else:
            tokens += 1
    return (tokens * _TOKEN_BYTES + lines * _LINE_BYTES + len(source) * _TIMES_TEXT) / MB


def most_mb_to_compile(size: int) -> float:
    """What a source of so many bytes takes at most, with a statement of one letter in each two of them."""
    return size * ((_TOKEN_BYTES + _LINE_BYTES) / 2 + _TIMES_TEXT) / MB
