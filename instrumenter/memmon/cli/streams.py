"""Output that never fails on a character, any path name in any locale; and messages that may go nowhere."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import sys
from typing import TextIO

import click

_NAME = "memmon.tolerant"
_FIRST_OF_FILES = 3
"""The first descriptor that is none of the standard streams'."""


def make_tolerant(*streams: TextIO | None) -> None:
    """Let streams write what their encoding lacks as escapes, and bytes of a file name as they are."""
    codecs.register_error(_NAME, _replace)
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_NAME)


def say(line: str) -> None:
    """Write a message to stderr. Where nobody reads there, or it is full, what the command does and answers stays."""
    _write(line, to_stderr=True)


def tell(line: str) -> None:
    """Write to stdout what was done. Where nobody reads there, or it is full, it is done all the same."""
    _write(line, to_stderr=False)


def _write(line: str, *, to_stderr: bool) -> None:
    from memmon.show.escaping import printable  # noqa: PLC0415  # `memmon --help` has nothing to say

    try:
        click.echo(printable(line), err=to_stderr)
    except OSError:
        give_up(sys.stderr if to_stderr else sys.stdout)


def has_ascii_only() -> bool:
    """Whether stdout may have no more letters than ASCII has."""
    return "utf" not in (sys.stdout.encoding or "").lower()


def give_up(stream: TextIO) -> None:
    """Let the interpreter's own flush as it ends go nowhere: the stream takes no more."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def fill_closed() -> None:
    """Let no file that is opened take the place of a closed stdin, stdout or stderr: messages would go into it.

    What is printed to one that is closed goes nowhere.
    """
    with contextlib.suppress(OSError):  # there may be no such device
        while (opened := os.open(os.devnull, os.O_RDWR)) < _FIRST_OF_FILES:  # takes the lowest that is free
            pass
        os.close(opened)
        for name in ("stdout", "stderr"):
            if getattr(sys, name) is None:
                setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115  # until the end


def _replace(error: UnicodeError) -> tuple[str | bytes, int]:
    try:
        return codecs.lookup_error("surrogateescape")(error)
    except UnicodeError:
        return codecs.lookup_error("backslashreplace")(error)
