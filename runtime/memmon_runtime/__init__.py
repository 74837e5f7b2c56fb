"""memmon's runtime: records, from within the running program, which line takes how much memory.

Instrumented files call ``install`` and find the rest in ``builtins``. People who mark their code by hand use
``checkpoint``, ``span`` and ``monitor``, and ``configure`` to choose the settings first. Everything fails open: what
goes wrong here costs the record, never the program.

A part a concern: ``calls`` (what stands in the user's functions) → ``hotpath`` (what it does) → ``recorder`` (one
process's record) → ``page`` and ``runlog`` (what is kept); ``sites``, ``brackets`` and ``peaks`` (what is counted),
``reading`` and ``limits`` (what is measured), ``watcher`` (what happens between checkpoints), ``zoom`` (which line
grows: ``tracing``, ``rises`` by ``stepping``, and ``blame``), ``deadman`` (the stack of a call that locks the watcher
out), ``heap``, ``run`` and ``process`` (begin, fork, end), ``settings``, ``lines``, ``files``, ``frames``, ``threads``,
and ``manual`` (the calls for people).
"""

import sys

if not hasattr(sys, "__stdin__"):
    # Modules of the interpreter itself would crash now; its own files are seldom instrumented, and go without.
    raise ImportError("nothing is recorded while Python starts")

from .manual import checkpoint, configure, monitor, span
from .process import install
from .version import __version__

__all__ = ["__version__", "checkpoint", "configure", "install", "monitor", "span"]
