"""The command line of `memmon run`, read without click: the parent of a long run should be small."""

from __future__ import annotations

import os

from memmon import language, sizes
from memmon.run.interpreters import on_path
from memmon.translation import N_, _

HELP = N_("""\
Usage: memmon run [OPTIONS] SCRIPT [ARGS]...
       memmon run [OPTIONS] -m MODULE [ARGS]...
       memmon run [OPTIONS] -- COMMAND [ARGS]...

  Run a program with the same checkpoints that `memmon instrument` puts in,
  and change no file. Who watches it outlives it, and tells which line took the
  memory when it is killed, or at once when one of its worker processes is. Input,
  output, signals and the exit code are the program's own; 128+N after signal N.

  A COMMAND is anything that a shell would find: gunicorn, pytest, python3 -m ...,
  a shell script. Each Python that it starts is watched, by whatever Python from
  3.8 on it is run. Options of memmon's stand before the program's name; what is
  behind it is the program's.

Options:
  --config FILE   Use this configuration (default: memmon.toml, or [tool.memmon]
                  in pyproject.toml, beside the script or above it).
  --include GLOB  Instrument what is imported from files like this, instead of
                  the script's own folder tree; a folder means all in it. May be
                  given several times.
  --limit SIZE    Stop before the kernel does: at this size, such as 900MB, write
                  the full picture and raise MemoryError; kill only if that does
                  not help in time. Child processes count.
  --python PATH   Run the script by this Python (default: that of its first line,
                  where it names a virtual environment or a version; of the active
                  virtual environment; of .venv or venv beside the script; else
                  memmon's own). Nothing needs to be installed in it.
  --language LANGUAGE
                  Speak zh or en (default: by MEMMON_LANGUAGE, else by the locale).
  --quiet         Say nothing of deaths, at once or at the end; `memmon report`
                  tells of them later.
  -h, --help      Show this message and exit.

  Switches: MEMMON_DISABLE, MEMMON_QUIET, MEMMON_LOG_DIR, MEMMON_WARNING,
  MEMMON_CRITICAL, MEMMON_INTERVAL; MEMMON_CACHE_DIR for the folder that keeps instrumented code.
""")

_VALUED = ("--config", "--include", language.OPTION, "--limit", "--python")
_NAMES = (*_VALUED, "--quiet", "--help")


class Usage(Exception):  # noqa: N818  # it is what the user is told
    """The command line can't be used; the message says what to do."""


class Options:
    """What was asked for: a ``script`` or a ``module``, with the ``arguments`` behind it; or a ``command``."""

    def __init__(self) -> None:
        """Nothing was asked for yet."""
        self.script = ""
        self.module = ""
        self.arguments: list[str] = []
        self.command: list[str] = []
        """All its words."""
        self.program = ""
        """The file that the command's first word means."""
        self.python = ""
        self.config: str | None = None
        self.include: list[str] = []
        self.limit = 0.0
        self.quiet = False
        self.help = False


def parse(words: list[str]) -> Options:
    """Read *words*; Usage where they make no sense."""
    options = Options()
    rest = list(words)
    is_command = False
    while rest and rest[0].startswith("-") and rest[0] != "-":
        word = rest.pop(0)
        if word == "--":
            is_command = bool(rest)
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
                from memmon.suggestion import did_you_mean  # noqa: PLC0415  # seldom needed

                text = _("no such option: {name}{did_you_mean} see `memmon run --help`")
                raise Usage(text.format(name=name, did_you_mean=did_you_mean(name, _NAMES) or _(";")))
            _set(options, name, value if equals else _value(name, rest))
    if is_command and _is_found(options, rest):
        return options
    if not options.module:
        if not rest:
            raise Usage(_("name a script, give -m MODULE or -- COMMAND; see `memmon run --help`"))
        options.script = rest.pop(0)
        _check(options.script)
    options.arguments = rest
    return options


def _is_found(options: Options, words: list[str]) -> bool:
    """Take *words* for the command; False where the first one is no program but a file, which can be a script."""
    name = words[0]
    found = on_path(name) if "/" not in name else name if os.access(name, os.X_OK) else ""
    if not found or os.path.isdir(found):
        if not os.path.exists(name):
            raise Usage(_("{name}: there is no such command; see `memmon run --help`").format(name=name))
        return False
    if options.python:
        raise Usage(_("--python is for a script or -m MODULE; a command names its own Python"))
    options.command, options.program = words, found
    return True


def _set(options: Options, name: str, value: str) -> None:
    if name == "--config":
        if not os.path.isfile(value):
            raise Usage(_("--config {file}: there is no such file; name a memmon.toml").format(file=value))
        options.config = os.path.abspath(value)
    elif name == "--python":
        options.python = os.path.abspath(value) if "/" in value else on_path(value)
        if not os.path.isfile(options.python) or not os.access(options.python, os.X_OK):
            text = _("--python {file}: there is no such program; name a Python, such as .venv/bin/python")
            raise Usage(text.format(file=value))
    elif name == "--include":
        options.include.append(os.path.abspath(value))
    elif name == language.OPTION:
        if value not in language.LANGUAGES:
            text = _("--language {name!r} is not known; accepted: {languages}")
            raise Usage(text.format(name=value, languages=", ".join(language.LANGUAGES)))
        language.ask_for(value)
    else:
        options.limit = sizes.megabytes(value) or 0.0
        if not options.limit:
            text = _("--limit {size!r} is not a size; accepted: a size such as 900MB, 512KB or 1.5GB")
            raise Usage(text.format(size=value))


def _value(name: str, rest: list[str]) -> str:
    if not rest:
        raise Usage(_("{name} needs a value; see `memmon run --help`").format(name=name))
    return rest.pop(0)


def _check(script: str) -> None:
    if script == "-":
        raise Usage(_("a script on stdin can't be watched: save it in a file and name that"))
    if not os.path.exists(script):
        if "/" not in script and on_path(script):
            text = _("{script}: there is no such file here; a command stands behind --: memmon run -- {script}")
            raise Usage(text.format(script=script))
        raise Usage(_("{script}: there is no such file; name a script, or a module with -m").format(script=script))
    if not os.access(script, os.R_OK):
        raise Usage(_("{script}: can't be read; make it readable").format(script=script))


def hint(options: Options) -> str:
    """What is to be said of an option of memmon's that stands behind the program's name; nothing where none does."""
    behind = options.arguments or options.command[1:]
    for at, word in enumerate(behind):
        name, equals, value = word.partition("=")
        value = value if equals else "".join(behind[at + 1 : at + 2])
        if (name == "--limit" and sizes.megabytes(value)) or (
            name == "--config" and os.path.basename(value) == "memmon.toml"
        ):
            text = _("{option} goes to the program; memmon's options come first: memmon run {option} …")
            return text.format(option=f"{name} {value}")
    return ""
