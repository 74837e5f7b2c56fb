"""memmon's runtime: records, from within the running program, which line takes how much memory.

Instrumented files call ``install`` and find the rest in ``builtins``. People who mark their code by hand use
``checkpoint``, ``span`` and ``monitor``, and ``configure`` to choose the settings first. Everything fails open: what
goes wrong here costs the record, never the program.

Seven rooms, each of which imports only rooms further down:

* ``session``: one process's run, from its settings to its end, and the calls for people;
* ``watcher``: the background thread, and the stack of a call that locks it out;
* ``attribution``: which line memory grows at;
* ``checkpoints``: what an injected call does (in the plural, since ``checkpoint`` is a call for people);
* ``record``: what is kept, and ``measure``: what is measured;
* ``system``: what the operating system and the interpreter need asking for carefully.
"""

import sys

if not hasattr(sys, "__stdin__"):
    # Modules of the interpreter itself would crash now; its own files are seldom instrumented, and go without.
    raise ImportError("nothing is recorded while Python starts")

from memmon_runtime.system.own_modules import OwnModules

with OwnModules():
    from memmon_runtime.session.install import install
    from memmon_runtime.session.open_record import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from memmon_runtime.session.hand_marks import checkpoint, configure, monitor, span

__all__ = ["__version__", "checkpoint", "configure", "install", "monitor", "span"]


def __getattr__(name: str) -> object:
    """The calls for people, which instrumented files do without, are loaded when one is first asked for."""
    if name not in ("checkpoint", "configure", "monitor", "span"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from memmon_runtime.session import hand_marks  # noqa: PLC0415 - see above

    return getattr(hand_marks, name)
