"""Starts the program, then becomes its supervisor: the process that the shell knows stays the program's parent.

Standard library only, and as little of it as can be: of this process nothing stays but the supervisor.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # what signal wraps, without the weight of enum
import marshal
import os
import sys

from memmon import __version__
from memmon.config_search import candidates, owner_of, trusted
from memmon.record import foreign_files
from memmon.run import cache, cache_process
from memmon.run.options import HELP, Options, Usage, parse
from memmon.run.workers import PRELOAD, environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from memmon.run.handover import CacheRequest, ForProgram, ForSupervisor

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_SUPERVISE = "import sys; sys.path.insert(0, sys.argv[1]); from memmon.run.supervise import main; main(sys.argv[2])"
_USAGE = 2


def main(words: list[str]) -> NoReturn:
    """`memmon run` with *words* behind it; does not return."""
    try:
        options = parse(words)
    except Usage as error:
        sys.stderr.write(f"memmon: error: {error}\n")
        sys.exit(_USAGE)
    if options.help:
        sys.stdout.write(HELP)
        sys.exit(0)
    if not hasattr(os, "posix_spawn") or not hasattr(_signal, "sigtimedwait"):
        sys.stderr.write("memmon: error: `memmon run` needs Linux; use `memmon instrument` here\n")
        sys.exit(_USAGE)
    if os.pathsep in PRELOAD:
        sys.stderr.write(f"memmon: error: {PRELOAD} holds {os.pathsep!r}; install memmon in another folder\n")
        sys.exit(_USAGE)
    _run(_Plan(options))


class _Plan:
    """What is handed to the program (``for_program``) and to the process that fills the cache (``request``)."""

    def __init__(self, options: Options) -> None:
        self.options = options
        folder = os.getcwd()
        self.file = os.path.join(folder, options.script) if options.script else ""
        real = os.path.realpath(self.file) if self.file else ""
        self.first = self.file or _module_file(folder, options.module)
        self.target = real or os.path.realpath(self.first)
        base = folder
        if options.script:
            base = real if os.path.isdir(real) else os.path.dirname(real)
        self.found = _configuration(self.target, options.config)
        self.cache = cache.folder()
        self.request: CacheRequest = {
            "path": [
                entry for entry in dict.fromkeys([_ROOT, *_runtime_folder()[1], *sys.path]) if os.path.isabs(entry)
            ],
            "target": self.target,
            "explicit": options.config,
            "config": cache.digest(*self.found),
            "cache": self.cache,
            "settings": "",
            "base": base,
            "include": options.include,
        }
        config = self.request["config"]
        self.request["settings"] = cache.path(self.cache, config, "settings", b"", script=False)
        self.for_program: ForProgram = {
            "mode": "module" if options.module else "plain",
            "pythonpath": os.environ.get("PYTHONPATH"),
            "script": options.script,
            "words": [options.script, *options.arguments],
            "file": self.file,
            "path0": os.path.dirname(real),
            "cache0": "",
            "module": options.module,
            "base": base,
            "include": options.include,
            "cache": self.cache,
            "config": config,
            "request": self.request,
            "runtime": _runtime_folder()[0],
            "limit": options.limit,
            "settings": {},
            "hotspots": [],
            "notes": [],
            "known": None,
        }

    def command(self) -> list[str]:
        """Have everything ready; return the command line of the program."""
        settings, entry, code = self._cached()
        if settings is None or (entry and code is None):
            self._fill_cache()
            settings, entry, code = self._cached()
        if settings is not None:
            limit = {"limit": self.options.limit} if self.options.limit else {}
            self.for_program["settings"] = {**settings[1]["settings"], **limit}
            self.for_program["hotspots"] = settings[1]["hotspots"]
        python = [sys.executable, *["-O"] * sys.flags.optimize]
        if self.options.module:
            return [*python, "-m", self.options.module, *self.options.arguments]
        if code is None or not code[1]["runs"]:
            return [*python, self.options.script, *self.options.arguments]
        known = code[1]
        if known["note"]:
            self.for_program["notes"].append(known["note"])
        if known["missing"]:
            self.for_program["notes"].append(f"not found in {self.file}: " + ", ".join(known["missing"]))
        self.for_program["mode"] = "script"
        self.for_program["known"] = known
        self.for_program["cache0"] = os.path.dirname(os.path.realpath(entry))
        return [*python, entry, *self.options.arguments]

    def _cached(self) -> tuple[cache.Entry | None, str, cache.Entry | None]:
        """The cache's entry for the settings; the path of the target's entry, and this entry itself.

        The path is empty where the target is no file, and can have no entry.
        """
        settings = cache.read(self.request["settings"])
        if not os.path.isfile(self.first):
            return settings, "", None
        with open(self.first, "rb") as stream:
            source = stream.read()
        entry = cache.path(self.cache, self.request["config"], self.first, source, script=bool(self.file))
        return settings, entry, cache.read(entry)

    def _fill_cache(self) -> None:
        refusal = cache.refusal(self.cache)
        if refusal:
            self.for_program["request"] = None  # it could make nothing of what is imported either
            named = os.environ.get("MEMMON_CACHE_DIR")
            self._go_without(
                f"MEMMON_CACHE_DIR can't be used ({named}: {refusal})"
                if named
                else "no folder can be had that keeps instrumented code (MEMMON_CACHE_DIR may name one)"
            )
            return
        jobs = [(self.first, self.first, bool(self.file))] if os.path.isfile(self.first) else []
        status = cache_process.fill({**self.request, "jobs": jobs}, on_stderr=True)
        if status == _USAGE:
            sys.exit(_USAGE)
        if status:
            self._go_without("instrumenting failed or took too long")

    def _go_without(self, reason: str) -> None:
        note = f"{reason}: the program runs watched, but without checkpoints"
        from memmon.run.switches import is_quiet  # noqa: PLC0415  # seldom, and not for the program's memory

        if not is_quiet():
            sys.stderr.write(f"memmon: {note}\n")
        self.for_program["notes"].append(note)


def _run(plan: _Plan) -> NoReturn:
    """Start the program and become the supervisor, with no signal lost in between."""
    command = plan.command()
    given = environment(marshal.dumps({**plan.for_program}).hex(), os.environ.get("PYTHONPATH"))
    # All signals wait from here on: the supervisor, into which this process is about to turn, takes them up.
    mask = _signal.pthread_sigmask(_signal.SIG_BLOCK, _signal.valid_signals())
    pid = os.posix_spawn(
        sys.executable,
        command,
        {**os.environ, **given},
        setsigmask=mask,
        setsigdef=[_signal.SIGPIPE, _signal.SIGXFSZ],  # Python has set them to be ignored in this process
    )
    from memmon.kernel.counters import counters  # noqa: PLC0415  # the program starts meanwhile

    for_supervisor: ForSupervisor = {
        "pid": pid,
        "mask": [int(number) for number in mask],
        "before": counters(),  # the program is not even Python yet
        "limit": plan.options.limit,
        "quiet": plan.options.quiet,
        "hotspots": plan.for_program["hotspots"],
        "log_dir": os.environ.get("MEMMON_LOG_DIR") or plan.for_program["settings"].get("log_dir", "."),
        "report": cache_process.command(_REPORT),
        "path": plan.request["path"],
    }
    python = [sys.executable, "-I", "-S", "-c", _SUPERVISE, _ROOT, marshal.dumps({**for_supervisor}).hex()]
    os.execv(sys.executable, python)


_REPORT = (
    "import sys, marshal; sys.path[:] = marshal.loads(bytes.fromhex(sys.argv.pop()));"
    " from memmon.cli import command; sys.exit(command())"
)


def _configuration(target: str, explicit: str | None) -> list[bytes]:
    """What the configuration depends on: the version, and the files that may hold it, with their paths."""
    found = [__version__.encode()]
    owner = owner_of(target)
    owners = None if explicit else trusted(owner)
    for name in [explicit] if explicit else candidates(os.path.dirname(target), owner):
        try:
            found += [os.fsencode(name), foreign_files.read(name, owners=owners)]
        except OSError:
            continue
    return found


def _module_file(folder: str, module: str) -> str:
    """A module's file where it is in *folder*, else a name in *folder*: the configuration is looked for from there."""
    at = os.path.join(folder, *module.split("."))
    for file in (f"{at}.py", os.path.join(at, "__main__.py")):
        if os.path.isfile(file):
            return file
    return os.path.join(folder, "__main__.py")


def _runtime_folder() -> tuple[str, list[str]]:
    """Where ``memmon_runtime`` is installed: beside memmon, or in the folder of a source tree, or elsewhere."""
    for folder in (_ROOT, os.path.join(os.path.dirname(_ROOT), "runtime"), *sys.path[1:]):
        if os.path.isfile(os.path.join(folder, "memmon_runtime", "__init__.py")):
            return folder, [folder]
    return _ROOT, []
