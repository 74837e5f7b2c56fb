"""Output that never fails on a character: any path name in any locale."""

from __future__ import annotations

import codecs
import io
from typing import TextIO

_NAME = "memmon.tolerant"


def make_tolerant(*streams: TextIO | None) -> None:
    """Let streams write what their encoding lacks as escapes, and bytes of a file name as they are."""
    codecs.register_error(_NAME, _replace)
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_NAME)


def _replace(error: UnicodeError) -> tuple[str | bytes, int]:
    try:
        return codecs.lookup_error("surrogateescape")(error)
    except UnicodeError:
        return codecs.lookup_error("backslashreplace")(error)
