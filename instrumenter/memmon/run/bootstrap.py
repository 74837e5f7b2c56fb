"""What runs inside the program: it starts the runtime and hands Python the instrumented code in place of its own.

Everything goes Python's own ways. A script is run by Python from its entry in the cache, as a .pyc; what is imported is
read by Python's own loader, which is given the entry where it asks for its .pyc. So there is no frame, no finder and no
module of ours between the program and Python, whatever it looks at.
"""

from __future__ import annotations

import _frozen_importlib
import builtins
import marshal
import os
import sys
from _frozen_importlib_external import PathFinder, SourceFileLoader

from memmon.run import cache, descendants
from memmon.run.scope import Scope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType
    from typing import Any

    from memmon.run.handover import ForProgram

FIRST = '__import__("sys").modules["memmon.run.bootstrap"].enter()'
"""The statement with which a script's entry begins."""

_STARTERS = ("subprocess", "multiprocessing.popen_spawn_posix", "multiprocessing.forkserver")
"""The modules that start processes which need help to be followed."""


class _Program:
    """What was handed to this process, and how far it is."""

    def __init__(self, handover: ForProgram) -> None:
        self.handover = handover
        self.scope = Scope(handover["base"], tuple(handover["include"]))
        self.recording = False
        """Whether the runtime has been started."""
        self.entered = False
        """Whether the script's entry has made its first statement."""
        self.failed = False
        """Whether the runtime could not be started: that has been said, and nobody tries again."""
        self.aliases: set[str] = set()
        """The names by which instrumented code calls the runtime so far."""

    def entry(self, path: str, filename: str, *, script: bool) -> tuple[bytes, dict[str, Any]] | None:
        """The .pyc for the source at *path*, from the cache or made now; None where it runs as it is."""
        handover = self.handover
        with open(path, "rb") as stream:
            source = stream.read()
        file = cache.path(handover["cache"], handover["config"], filename, source, script=script)
        found = cache.read(file)
        if found is None and handover["request"]:
            from memmon.run import cache_process  # noqa: PLC0415  # a warm start does without

            cache_process.fill({**handover["request"], "jobs": [(path, filename, script)]}, on_stderr=False)
            found = cache.read(file)
        if found is None:
            self.note(f"{filename} runs without checkpoints: instrumenting it failed or took too long")
        elif found[1]["note"]:
            self.note(found[1]["note"])
        return found if found is not None and found[1]["runs"] else None

    def start_runtime(self, target: str, name: str, alias: str | None) -> None:
        """Start the runtime for the program *target*, once, and bind the *alias* by which its code calls it.

        *name* is that of the main module, ``__main__`` or what multiprocessing calls it.
        """
        if self.recording and (alias is None or alias in self.aliases):
            return
        _import_runtime(self.handover["runtime"])
        import memmon_runtime  # noqa: PLC0415  # findable from here on

        alias = alias or "__memmon__"
        self.aliases.add(alias)
        had = hasattr(builtins, alias)
        install = compile("install(alias, **settings)", target, "exec")
        exec(  # noqa: S102  # the runtime takes the target from the frame that calls it
            install,
            {
                "__name__": name,
                "install": memmon_runtime.install,
                "alias": alias,
                "settings": {**self.handover["settings"], "origin": self.handover["family"]["origin"]},
            },
        )
        self.recording = True
        if not had:
            waiting, self.handover["notes"] = self.handover["notes"], []
            for text in waiting:
                self.note(text)

    def note_loaded(self, filename: str, known: dict[str, Any]) -> None:
        """Tell the log which hotspots a file holds, so that it can be said of the others that they are nowhere."""
        if self.recording and self.handover["hotspots"]:
            _append("loaded", {"file": filename, "hotspots": known["hotspots"]})

    def note(self, text: str) -> None:
        """Write a sentence into the log, or keep it until there is one."""
        if self.recording:
            _append("note", text)
        else:
            self.handover["notes"].append(text)


_program: _Program | None = None


def start(handover: ForProgram) -> None:
    """Get ready before the program begins; *handover* comes from the launcher or from the parent process."""
    global _program  # noqa: PLW0603  # a process runs one program
    _program = _Program(handover)
    mode = handover["mode"]
    if mode == "script":
        sys.argv[0] = handover["script"]
        if hasattr(sys, "orig_argv"):  # from Python 3.10 on
            sys.orig_argv = [sys.orig_argv[0], *handover["words"]]
    family = handover["family"]
    cache.share_with(family["form"])
    family["origin"] = family["origin"] or descendants.origin(family["supervisor"])
    descendants.hand_on(_for_descendants())
    descendants.help_os()
    if "subprocess" in sys.modules:
        descendants.help_subprocess()
    SourceFileLoader.get_data = _get_data(SourceFileLoader.get_data)  # type: ignore[assignment, method-assign]
    if handover["limit"]:
        from memmon.run import limit_handler  # noqa: PLC0415  # only where it is asked for

        limit_handler.arm(handover["limit"])
    if mode == "plain":
        _program.start_runtime(handover["runs"], "__main__", None)
    elif mode == "child":
        from memmon.run import workers  # noqa: PLC0415  # what multiprocessing would import anyway

        workers.read_main_script_by(main_code)


def enter() -> None:
    """Make the main module what it is under plain Python; called by its first statement."""
    program = _program
    if program is None or program.handover["mode"] != "script" or program.entered:
        return
    program.entered = True
    handover = program.handover
    main = sys._getframe(1).f_globals  # noqa: SLF001  # the module that runs is the caller
    if sys.path and sys.path[0] == handover["cache0"]:
        sys.path[0] = handover["path0"]
    main["__file__"] = handover["runs"]
    main["__loader__"] = SourceFileLoader("__main__", handover["runs"])
    known = handover["known"]
    assert known is not None  # noqa: S101  # a script that runs from the cache has an entry there
    _start_runtime_or_complain(handover["file"], "__main__", known["alias"])
    program.note_loaded(handover["file"], known)
    for category, text, line in known["warnings"]:
        import _warnings  # noqa: PLC0415  # only where there are any

        _warnings.warn_explicit(text, getattr(builtins, category), handover["file"], line)


def main_code(path: str) -> CodeType | None:
    """The code of the main script for a child process that multiprocessing starts; None for plain Python's own."""
    program = _program
    assert program is not None  # noqa: S101  # only a process that was started has children
    if path != program.handover["file"] and not program.scope.holds(path):
        return None
    try:
        found = program.entry(path, path, script=True)
        _start_runtime_or_complain(path, "__mp_main__", found[1]["alias"] if found else None)
        if found is None:
            return None
        program.note_loaded(path, found[1])
        code: CodeType = marshal.loads(found[0][16:])
    except Exception as error:  # noqa: BLE001  # the program's own code runs all the same
        _complain(error)
        return None
    return code


def _for_descendants() -> str:
    """What every Python has to be given that this process starts."""
    assert _program is not None  # noqa: S101  # only a process that was started has children
    return marshal.dumps({**_program.handover["family"], "pythonpath": os.environ.get("PYTHONPATH")}).hex()


def handover_to_child() -> str:
    """What a child process has to be given in ``MEMMON_RUN``."""
    assert _program is not None  # noqa: S101  # only a process that was started has children
    handover = {**_program.handover, "mode": "child", "pythonpath": os.environ.get("PYTHONPATH"), "known": None}
    return marshal.dumps(handover).hex()


def _get_data(original: Callable[..., bytes]) -> Callable[[SourceFileLoader, str], bytes]:
    def get_data(self: SourceFileLoader, path: str) -> bytes:
        """Return the data from path as raw bytes."""
        if path.endswith(".pyc") and path != self.path:
            found = _imported(self.name, self.path)
            if found is not None:
                return found
        return original(self, path)

    return get_data


def _imported(name: str, path: str) -> bytes | None:
    """The .pyc for a module that is about to be imported; None for Python's own."""
    program = _program
    if program is None:
        return None
    try:
        if name in _STARTERS:
            _help_start(name)
            return None
        handover = program.handover
        target = _target(name, path, handover["module"])
        if not program.scope.holds(path):
            if target == path:
                _start_runtime_or_complain(target, "__main__", None)
            return None
        found = program.entry(path, path, script=False)
        alias = found[1]["alias"] if found else None
        if found is not None or target is not None:
            _start_runtime_or_complain(target or handover["file"] or path, "__main__", alias)
    except Exception as error:  # noqa: BLE001  # the program's own code runs all the same
        _complain(error)
        return None
    if found is None:
        return None
    program.note_loaded(path, found[1])
    return found[0]


def _help_start(name: str) -> None:
    """Let what the module *name* starts be followed; it is about to be imported."""
    if name == "subprocess":
        descendants.help_subprocess()
        return
    from memmon.run import workers  # noqa: PLC0415  # only where it is needed

    workers.hand_on_to_workers(handover_to_child, _for_descendants())


def _target(name: str, path: str, module: str) -> str | None:
    """The main module's file under ``-m``, from the file of that module or of a package above it; else None."""
    if not module or not (name in (module, f"{module}.__main__") or module.startswith(f"{name}.")):
        return None
    if not path.endswith("/__init__.py"):
        return path
    folder = os.path.join(os.path.dirname(path), *module.split(".")[name.count(".") + 1 :])
    return f"{folder}.py" if os.path.exists(f"{folder}.py") else os.path.join(folder, "__main__.py")


def _start_runtime_or_complain(target: str, name: str, alias: str | None) -> None:
    """Start the runtime; where that fails, say so once, and let the code run on without it."""
    assert _program is not None  # noqa: S101  # the callers have looked
    try:
        if not _program.failed:
            _program.start_runtime(target, name, alias)
    except Exception as error:  # noqa: BLE001  # the program runs all the same
        _program.failed = True
        _complain(error)
    if _program.failed:
        _bind_nothing(alias)


def _bind_nothing(alias: str | None) -> None:
    """Bind the alias to calls that do nothing, so that instrumented code runs where there is no runtime."""
    if alias is not None and not hasattr(builtins, alias):
        nothing = dict.fromkeys(("before", "after", "start", "end"), staticmethod(lambda *_site, **_levels: None))
        through = staticmethod(lambda _bracket, value, _close: value)
        setattr(builtins, alias, type("memmon_missing", (), {**nothing, "through": through}))


def _append(key: str, value: object) -> None:
    """Write *value* into the record under *key*, where there is a record."""
    try:
        from memmon_runtime.session import supervision  # noqa: PLC0415  # the runtime has begun

        supervision.note(key, value)
    except Exception as error:  # noqa: BLE001  # it is the log's loss alone
        _complain(error)


def _complain(error: Exception) -> None:
    from memmon.run.switches import is_quiet  # noqa: PLC0415  # seldom, and not for the program's memory

    if not is_quiet():
        from memmon.translation import _  # noqa: PLC0415  # likewise

        text = _("memmon: {name}: {error}; the program runs on")
        sys.stderr.write(text.format(name=type(error).__name__, error=error) + "\n")


def _import_runtime(folder: str) -> None:
    """Import ``memmon_runtime`` from *folder*, once, without *folder* getting into ``sys.path``."""
    if "memmon_runtime" in sys.modules:
        return
    spec = PathFinder.find_spec("memmon_runtime", [folder])
    if spec is None:
        raise ImportError(f"memmon_runtime is missing from {folder}: install memmon again")
    _frozen_importlib._load(spec)  # type: ignore[attr-defined]  # noqa: SLF001  # what importlib itself loads a module with
