"""The command line of `memmon run`, read without click: the parent of a long run should be small."""

from __future__ import annotations

import os

from memmon import sizes

HELP = """\
Usage: memmon run [OPTIONS] SCRIPT [ARGS]...
       memmon run [OPTIONS] -m MODULE [ARGS]...

  Run a program with the same checkpoints that `memmon instrument` puts in,
  and change no file. Who watches it outlives it, and tells which line took the
  memory when it is killed. Input, output, signals and the exit code are the
  program's own; 128+N after signal N.

Options:
  --config FILE   Use this configuration (default: memmon.toml, or [tool.memmon]
                  in pyproject.toml, beside the script or above it).
  --include GLOB  Instrument what is imported from files like this, instead of
                  the script's own folder tree; a folder means all in it. May be
                  given several times.
  --limit SIZE    Stop before the kernel does: at this size, such as 900MB, write
                  the full picture and raise MemoryError; kill only if that does
                  not help in time. Child processes count.
  --quiet         Say nothing at the end; `memmon report` tells it later.
  -h, --help      Show this message and exit.

  Switches: MEMMON_DISABLE, MEMMON_QUIET, MEMMON_LOG_DIR, MEMMON_WARNING,
  MEMMON_CRITICAL, MEMMON_INTERVAL; MEMMON_CACHE_DIR for the folder that keeps instrumented code.
"""

_VALUED = ("--config", "--include", "--limit")


class Usage(Exception):  # noqa: N818  # it is what the user is told
    """The command line can't be used; the message says what to do."""


class Options:
    """What was asked for: a ``script`` or a ``module``, with the ``arguments`` behind it."""

    def __init__(self) -> None:
        """Nothing was asked for yet."""
        self.script = ""
        self.module = ""
        self.arguments: list[str] = []
        self.config: str | None = None
        self.include: list[str] = []
        self.limit = 0.0
        self.quiet = False
        self.help = False


def parse(words: list[str]) -> Options:
    """Read *words*; Usage where they make no sense."""
    options = Options()
    rest = list(words)
    while rest and rest[0].startswith("-") and rest[0] != "-":
        word = rest.pop(0)
        if word == "--":
            break
        if word in ("-h", "--help"):
            options.help = True
            return options
        if word == "--quiet":
            options.quiet = True
        elif word.startswith("-m"):
            options.module = word[2:] or _value("-m", rest)
            break
        else:
            name, equals, value = word.partition("=")
            if name not in _VALUED:
                raise Usage(f"no such option: {name}; see `memmon run --help`")
            _set(options, name, value if equals else _value(name, rest))
    if not options.module:
        if not rest:
            raise Usage("name a script or give -m MODULE; see `memmon run --help`")
        options.script = rest.pop(0)
        _check(options.script)
    options.arguments = rest
    return options


def _set(options: Options, name: str, value: str) -> None:
    if name == "--config":
        if not os.path.isfile(value):
            raise Usage(f"--config {value}: there is no such file; name a memmon.toml")
        options.config = os.path.abspath(value)
    elif name == "--include":
        options.include.append(os.path.abspath(value))
    else:
        options.limit = sizes.megabytes(value) or 0.0
        if not options.limit:
            raise Usage(f"--limit {value!r} is not a size; accepted: a size such as 900MB, 512KB or 1.5GB")


def _value(name: str, rest: list[str]) -> str:
    if not rest:
        raise Usage(f"{name} needs a value; see `memmon run --help`")
    return rest.pop(0)


def _check(script: str) -> None:
    if script == "-":
        raise Usage("a script on stdin can't be watched: save it in a file and name that")
    if not os.path.exists(script):
        raise Usage(f"{script}: there is no such file; name a script, or a module with -m")
    if not os.access(script, os.R_OK):
        raise Usage(f"{script}: can't be read; make it readable")
