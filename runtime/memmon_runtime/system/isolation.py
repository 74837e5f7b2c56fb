"""The built-in names as they were when the runtime was imported.

A module's functions look their built-in names up in its ``__builtins__``. Every module of the runtime takes this copy,
so that a program that puts its own function in the place of ``open`` or ``len`` does not meet itself in here, and so
that the names outlive the interpreter's clearing up.
"""

from __future__ import annotations

import builtins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

BUILTINS: Any = dict(vars(builtins))
