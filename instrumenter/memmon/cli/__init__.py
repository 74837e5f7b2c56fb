"""The command line: one file a subcommand, each loaded when it is called.

Nothing but click is imported here, so that ``memmon --help`` and a mistyped command answer at once.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import sys
from typing import TYPE_CHECKING

from memmon.cli.in_language import in_readers_language

# isort: split
import click

from memmon import __version__
from memmon.cli.streams import fill_closed, give_up, make_tolerant, say
from memmon.errors import Interrupted, MemmonError
from memmon.translation import N_, _, reason

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMANDS = {
    "instrument": ("memmon.cli.instrument:instrument", N_("Put checkpoints into Python files.")),
    "restore": ("memmon.cli.restore:restore", N_("Give the files back as they were.")),
    "status": ("memmon.cli.status:status", N_("Tell what is instrumented, edited since, unwatched, or left over.")),
    "scan": ("memmon.cli.scan:scan", N_("List the places in a file that are likely to take memory.")),
    "init": ("memmon.cli.init:init", N_("Write a memmon.toml for a file, to begin with.")),
    "run": ("memmon.cli.completing:RUN", N_("Run a program with the same checkpoints, and change no file.")),
    "report": ("memmon.cli.report:report", N_("Tell from a run log what took the memory.")),
    "compare": ("memmon.cli.compare:compare", N_("Tell what is less and what is more after a change.")),
    "learn": ("memmon.cli.learn:learn", N_("Learn from good runs which growth is normal.")),
    "try": ("memmon.cli.try_fix:try_fix", N_("Prove a fix: run a program as it is and with a patch.")),
    "export": ("memmon.cli.export:export", N_("Write a run in a form that other programs read.")),
    "watch": ("memmon.cli.watch:watch", N_("Show a run while it goes on, like `top`.")),
    "completion": ("memmon.cli.completion:completion", N_("Have a shell complete these commands on TAB.")),
    "help": ("memmon.cli.help:show_help", N_("Tell what one of them does: memmon help COMMAND.")),
}
"""Where each subcommand stands, and its line in the list: the list is shown without importing any."""

_INTERRUPTED = 130
_READER_GONE = 1
"""What click makes of it too."""
_NOT_OF_A_WRITE = (errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EACCES)
"""What the system never answers to what is printed."""


class _LazyGroup(click.Group):
    """Imports a subcommand's module when the subcommand is used."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name][0].split(":")
        found = getattr(importlib.import_module(module), name)
        if not isinstance(found, click.Command):
            raise TypeError(f"{module}:{name} is not a click command")
        in_readers_language(found)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The subcommand that is asked for. A mistyped one gets a suggestion."""
        name = args[0]
        if name not in _COMMANDS and not name.startswith("-"):
            from memmon.suggestion import no_such_command  # noqa: PLC0415  # seldom needed

            ctx.fail(no_such_command(name, _COMMANDS))
        return super().resolve_command(ctx, args)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, _(summary)) for name, (_module, summary) in _COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="memmon", message="%(prog)s %(version)s")
def memmon() -> None:
    """Find the line that got a Python script killed for using too much memory.

    Run `memmon instrument script.py`, then the script as always; when it dies, `memmon report` names the
    line, and `memmon restore` gives the script back as it was.
    """


in_readers_language(memmon)


def command(arguments: Sequence[str] | None = None) -> int:
    """Run the command line (by default the process's own) and return its exit code.

    Errors that the user can act on become one message on stderr here; nothing else catches them.
    """
    try:
        fill_closed()
        make_tolerant(sys.stdout, sys.stderr)
        code = memmon.main(arguments, prog_name="memmon", standalone_mode=False)
        if sys.stdout:
            sys.stdout.flush()
    except MemmonError as error:
        for line in _("memmon: error: {error}").format(error=error).split("\n"):  # some have several
            say(line)
        return error.exit_code
    except click.ClickException as error:
        with contextlib.suppress(OSError):  # stderr that takes nothing
            error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt, Interrupted):
        say(_("memmon: interrupted"))
        return _INTERRUPTED
    except SystemExit:  # from click, where it is the first to see that the reader went away
        return _READER_GONE
    except OSError as error:
        return _give_up(error)
    return code if isinstance(code, int) else 0


def _give_up(error: OSError) -> int:
    """Say what the system refuses, and return the exit code: a file, or to take what is printed."""
    if error.filename is not None:
        said = _("{file}: {reason}: that has to be mended first").format(
            file=os.fsdecode(error.filename), reason=reason(error)
        )
        say(_("memmon: error: {error}").format(error=said))
        return MemmonError.exit_code
    if isinstance(error, FileNotFoundError):  # the one call without a name that answers so asks where we are
        said = _("the current folder is gone: go to another")
    elif error.errno in _NOT_OF_A_WRITE:
        said = _("{reason}: that has to be mended first").format(reason=reason(error))
    else:
        give_up(sys.stdout)
        if isinstance(error, BrokenPipeError):
            return _READER_GONE
        said = _("the output can't be written ({reason})").format(reason=reason(error))
    say(_("memmon: error: {error}").format(error=said))
    return MemmonError.exit_code
