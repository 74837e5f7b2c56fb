"""A command run on a real terminal."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import termios
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def run(
    command: Sequence[str | os.PathLike[str]], *, columns: int = 0, rows: int = 24, **options: Any
) -> tuple[int, str]:
    """Run ``command`` with its three streams on one terminal; return its exit status and all it wrote.

    Lines end in CR LF, as a terminal gets them. Without ``columns`` it does not know its size.
    """
    ours, theirs = pty.openpty()
    if columns:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    try:
        child = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, **options)
        os.close(theirs)
        written = bytearray()
        # When the last writer is gone, Linux answers EIO instead of an end of file.
        with contextlib.suppress(OSError):
            while part := os.read(ours, 65536):
                written += part
        return child.wait(), written.decode("utf-8")
    finally:
        os.close(ours)
