"""Starts the program, then becomes its supervisor: the process that the shell knows stays the program's parent.

Standard library only, and as little of it as can be: of this process nothing stays but the supervisor.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # what signal wraps, without the weight of enum
import marshal
import os
import sys

from memmon import language
from memmon.run import cache, cache_process, interpreters
from memmon.run.descendants import PRELOAD, environment
from memmon.run.options import HELP, Options, Usage, hint, parse
from memmon.run.plan import ConfigurationError, Plan
from memmon.run.switches import is_quiet
from memmon.translation import _, reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, NoReturn

    from memmon.run.handover import Family, ForSupervisor

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_SUPERVISE = "import sys; sys.path.insert(0, sys.argv[1]); from memmon.run.supervise import main; main(sys.argv[2])"
_USAGE = 2
_CANT_RUN = 126
"""What a shell returns for a command that is there and can't be run."""
_SHELL = "/bin/sh"
_NO_PROGRAM = 8
"""ENOEXEC."""


def main(words: list[str]) -> NoReturn:
    """`memmon run` with *words* behind it; does not return."""
    try:
        options = parse(words)
    except Usage as error:
        _say_error(str(error))
        sys.exit(_USAGE)
    if options.help:
        sys.stdout.write(_(HELP))
        sys.exit(0)
    if not hasattr(os, "posix_spawn") or not hasattr(_signal, "sigtimedwait"):
        _say_error(_("`memmon run` needs Linux; use `memmon instrument` here"))
        sys.exit(_USAGE)
    if os.pathsep in PRELOAD:
        text = _("{folder} holds {separator!r}; install memmon in another folder")
        _say_error(text.format(folder=PRELOAD, separator=os.pathsep))
        sys.exit(_USAGE)
    text = hint(options)
    if text and not options.quiet and not is_quiet():
        sys.stderr.write(f"memmon: {text}\n")
    try:
        _run(options)
    except ConfigurationError:
        sys.exit(_USAGE)
    except OSError as error:
        _say_error(f"{options.program or options.script}: {reason(error)}")
        sys.exit(_CANT_RUN)


def _say_error(text: str) -> None:
    sys.stderr.write(_("memmon: error: {error}").format(error=text) + "\n")


class _Start:
    """What is to be started: a ``program`` by its path, its ``words``, and what its first Python is ``given``."""

    def __init__(self, options: Options) -> None:
        """Have everything ready; ConfigurationError where the configuration can't be used."""
        self.program, self.words = options.program, options.command
        family, optimized = _family(options), ["-O"] * sys.flags.optimize
        python = interpreters.unless_own(options.python) if options.python else ""
        if not self.words:
            python = python or ("" if options.python else interpreters.choose(options.script))
            what = ["-m", options.module] if options.module else [options.script]
            self.program = python or sys.executable
            self.words = [self.program, *optimized, *what, *options.arguments]
        plan = Plan(family, script=options.script, module=options.module, words=self.words[1:])
        # Another Python, and what is started by something else, finds out for itself what it is to run.
        is_own = not options.command and not python
        entry = plan.prepare(settings_only=not is_own)
        self.planned = plan.for_program
        self.given = marshal.dumps({**family}).hex()
        if is_own:
            if options.module and not os.path.isfile(plan.first):
                plan.name_command(family["command"])
            if entry:
                self.words = [self.program, *optimized, entry, *options.arguments]
            self.given = marshal.dumps({**plan.for_program}).hex()


def _family(options: Options) -> Family:
    """What every Python of the run needs."""
    command = options.command or (["python", "-m", options.module, *options.arguments] if options.module else [])
    runtime, above = _runtime_folder()
    return {
        "mode": "follow",
        "pythonpath": os.environ.get("PYTHONPATH"),
        "tool": sys.executable,
        "form": cache.form(),
        "path": [entry for entry in dict.fromkeys([_ROOT, *above, *sys.path]) if os.path.isabs(entry)],
        "runtime": runtime,
        "cache": cache.folder(),
        "explicit": options.config,
        "include": options.include,
        "limit": options.limit,
        "command": " ".join(command),
        "supervisor": os.getpid(),  # what this process is about to become
        "origin": [],
    }


def _run(options: Options) -> NoReturn:
    """Start the program and become the supervisor, with no signal lost in between."""
    theirs = {**os.environ}
    if language.asked_for():  # of the supervisor and of whom it lets speak: the program's environment stays as it is
        os.environ[language.SWITCH] = language.asked_for()
    start = _Start(options)
    given = {**theirs, **environment(start.given, os.environ.get("PYTHONPATH"))}
    # All signals wait from here on: the supervisor, into which this process is about to turn, takes them up.
    mask = _signal.pthread_sigmask(_signal.SIG_BLOCK, _signal.valid_signals())
    pid = _spawn(start.program, start.words, given, mask)
    from memmon.kernel.counters import counters  # noqa: PLC0415  # the program starts meanwhile

    for_supervisor: ForSupervisor = {
        "pid": pid,
        "mask": [int(number) for number in mask],
        "before": counters(),  # the program is not even Python yet
        "limit": options.limit,
        "quiet": options.quiet or is_quiet(),
        "hotspots": start.planned["hotspots"],
        "log_dir": os.environ.get("MEMMON_LOG_DIR") or start.planned["settings"].get("log_dir", "."),
        "report": cache_process.command(sys.executable, _REPORT),
        "tell": cache_process.command(sys.executable, _TELL),
        "path": start.planned["family"]["path"],
    }
    python = [sys.executable, "-I", "-S", "-c", _SUPERVISE, _ROOT, marshal.dumps({**for_supervisor}).hex()]
    os.execv(sys.executable, python)


def _spawn(program: str, words: list[str], given: dict[str, str], mask: Iterable[int]) -> int:
    """Start *program*; what the system can't run by itself is a shell's, as it is for a shell."""
    # Python has set these signals to be ignored in this process.
    chosen: dict[str, Any] = {"setsigmask": mask, "setsigdef": [_signal.SIGPIPE, _signal.SIGXFSZ]}
    try:
        return os.posix_spawn(program, words, given, **chosen)
    except OSError as error:
        if error.errno != _NO_PROGRAM:
            raise
        return os.posix_spawn(_SHELL, [_SHELL, program, *words[1:]], given, **chosen)


_REPORT = (
    "import sys, marshal; sys.path[:] = marshal.loads(bytes.fromhex(sys.argv.pop()));"
    " from memmon.cli import command; sys.exit(command())"
)

_TELL = (
    "import sys, marshal; untold = marshal.loads(bytes.fromhex(sys.argv.pop())); sys.path[:] = untold['path'];"
    " from memmon.cli.tell_incidents import main; main(untold)"
)


def _runtime_folder() -> tuple[str, list[str]]:
    """Where ``memmon_runtime`` is installed: beside memmon, or in the folder of a source tree, or elsewhere."""
    for folder in (_ROOT, os.path.join(os.path.dirname(_ROOT), "runtime"), *sys.path[1:]):
        if os.path.isfile(os.path.join(folder, "memmon_runtime", "__init__.py")):
            return folder, [folder]
    return _ROOT, []
