"""A command run on a real terminal."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def run(command: Sequence[str | os.PathLike[str]], **options: Any) -> tuple[int, str]:
    """Run ``command`` with its three streams on one terminal; return its exit status and all it wrote.

    Lines end in CR LF, as a terminal gets them.
    """
    ours, theirs = pty.openpty()
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
