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

Nothing in here is there to be covered: coverage.py, which measures what stands beside a script, is to tell of the
script alone.
"""

import sys  # pragma: no cover

if not hasattr(sys, "__stdin__"):  # pragma: no cover
    # Modules of the interpreter itself would crash now; its own files are seldom instrumented, and go without.
    raise ImportError("nothing is recorded while Python starts")


def _be_left_out() -> None:  # pragma: no cover
    """Let coverage.py take the copy beside a script for no source: it decides on a file by the first code it meets.

    Code whose module says that it is of no file is none that could be covered. What else is not run coverage.py looks
    for in packages alone, which the rooms of a copy are not.
    """
    from os import listdir, path  # noqa: PLC0415 - while Python starts there may be no such module

    folder = __path__[0]
    try:
        is_copy = path.exists(f"{folder}/.copied_by_memmon")  # noqa: PTH110 - no pathlib in the user's program
        rooms = [name for name in listdir(folder) if "." not in name] if is_copy else []  # noqa: PTH208 - likewise
        for room in rooms:
            for name in listdir(f"{folder}/{room}"):  # noqa: PTH208 - likewise
                if name.endswith(".py"):
                    exec(compile("", f"{folder}/{room}/{name}", "exec"), {"__file__": f"<memmon>/{name}"})  # noqa: S102
    except Exception:
        pass  # it is measured, then


if "coverage" in sys.modules:  # pragma: no cover
    _be_left_out()

from memmon_runtime.system.own_modules import OwnModules  # noqa: E402  # pragma: no cover

with OwnModules():  # pragma: no cover
    from memmon_runtime.session.install import install
    from memmon_runtime.session.open_record import __version__

TYPE_CHECKING = False  # pragma: no cover
if TYPE_CHECKING:  # pragma: no cover
    from memmon_runtime.session.hand_marks import checkpoint, configure, monitor, span

__all__ = ["__version__", "checkpoint", "configure", "install", "monitor", "span"]  # pragma: no cover


def __getattr__(name: str) -> object:  # pragma: no cover
    """The calls for people, which instrumented files do without, are loaded when one is first asked for."""
    if name not in ("checkpoint", "configure", "monitor", "span"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from memmon_runtime.session import hand_marks  # noqa: PLC0415 - see above

    return getattr(hand_marks, name)
