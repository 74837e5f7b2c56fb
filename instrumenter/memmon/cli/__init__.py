"""The command line: one file a subcommand, each loaded when it is called.

Nothing but click is imported here, so that ``memmon --help`` and a mistyped command answer at once.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from typing import TYPE_CHECKING

import click

from memmon import __version__
from memmon.cli.streams import fill_closed, give_up, make_tolerant, say
from memmon.errors import Interrupted, MemmonError

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMANDS = {
    "instrument": ("memmon.cli.instrument:instrument", "Put checkpoints into Python files."),
    "restore": ("memmon.cli.restore:restore", "Give the files back as they were."),
    "status": ("memmon.cli.status:status", "Tell what is instrumented, edited since, unwatched, or left over."),
    "scan": ("memmon.cli.scan:scan", "List the places in a file that are likely to take memory."),
    "run": ("memmon.cli.completing:RUN", "Run a program with the same checkpoints, and change no file."),
    "report": ("memmon.cli.report:report", "Tell from a run log what took the memory."),
    "compare": ("memmon.cli.compare:compare", "Tell what is less and what is more after a change."),
    "learn": ("memmon.cli.learn:learn", "Learn from good runs which growth is normal."),
    "watch": ("memmon.cli.watch:watch", "Show a run while it goes on, like `top`."),
    "completion": ("memmon.cli.completion:completion", "Have a shell complete these commands on TAB."),
    "help": ("memmon.cli.help:show_help", "Tell what one of them does: memmon help COMMAND."),
}
"""Where each subcommand stands, and its line in the list: the list is shown without importing any."""

_INTERRUPTED = 130
_READER_GONE = 1
"""What click makes of it too."""


class _LazyGroup(click.Group):
    """Imports a subcommand's module when the subcommand is used."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name][0].partition(":")
        found = getattr(importlib.import_module(module), name)
        if not isinstance(found, click.Command):
            raise TypeError(f"{module}:{name} is not a click command")
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The subcommand that is asked for. A mistyped one gets a suggestion."""
        name = args[0]
        if name not in _COMMANDS and not name.startswith("-"):
            from memmon.suggestion import did_you_mean  # noqa: PLC0415  # seldom needed

            ctx.fail(f"No such command {name!r}{did_you_mean(name, _COMMANDS) or '.'}")
        return super().resolve_command(ctx, args)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="memmon", message="%(prog)s %(version)s")
def memmon() -> None:
    """Find the line that got a Python script killed for using too much memory.

    Run `memmon instrument script.py`, then the script as always; when it dies, `memmon report` names the
    line, and `memmon restore` gives the script back as it was.
    """


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
        for line in f"memmon: error: {error}".split("\n"):  # some have several
            say(line)
        return error.exit_code
    except click.ClickException as error:
        with contextlib.suppress(OSError):  # stderr that takes nothing
            error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt, Interrupted):
        say("memmon: interrupted")
        return _INTERRUPTED
    except SystemExit:  # from click, where it is the first to see that the reader went away
        return _READER_GONE
    except OSError as error:
        return _give_up(error)
    return code if isinstance(code, int) else 0


def _give_up(error: OSError) -> int:
    """Say what the system refuses, and return the exit code: a file, or to take what is printed."""
    if error.filename is not None:
        say(f"memmon: error: {os.fsdecode(error.filename)}: {error.strerror}: that has to be mended first")
        return MemmonError.exit_code
    give_up(sys.stdout)
    if isinstance(error, BrokenPipeError):
        return _READER_GONE
    say(f"memmon: error: the output can't be written ({error.strerror})")
    return MemmonError.exit_code
