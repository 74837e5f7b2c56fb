"""Output that never fails on a character, any path name in any locale; and messages that may go nowhere."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import re
import sys
from typing import TextIO

import click

_NAME = "memmon.tolerant"
_CONTROL = re.compile("[\x00-\x08\n-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What moves a cursor, begins a line or turns the direction of writing."""
_FIRST_OF_FILES = 3
"""The first descriptor that is none of the standard streams'."""


def make_tolerant(*streams: TextIO | None) -> None:
    """Let streams write what their encoding lacks as escapes, and bytes of a file name as they are."""
    codecs.register_error(_NAME, _replace)
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_NAME)


def printable(text: object) -> str:
    """``text`` as one line that moves no cursor and forges no other: the name of a file may hold any character."""
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], str(text))


def say(line: str) -> None:
    """Write a message to stderr. Where nobody reads there, or it is full, what the command does and answers stays."""
    try:
        click.echo(printable(line), err=True)
    except OSError:
        give_up(sys.stderr)


def give_up(stream: TextIO) -> None:
    """Let the interpreter's own flush as it ends go nowhere: the stream takes no more."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def fill_closed() -> None:
    """Let no file that is opened take the place of a closed stdin, stdout or stderr: messages would go into it."""
    with contextlib.suppress(OSError):  # there may be no such device
        while (opened := os.open(os.devnull, os.O_RDWR)) < _FIRST_OF_FILES:  # takes the lowest that is free
            pass
        os.close(opened)


def _replace(error: UnicodeError) -> tuple[str | bytes, int]:
    try:
        return codecs.lookup_error("surrogateescape")(error)
    except UnicodeError:
        return codecs.lookup_error("backslashreplace")(error)
