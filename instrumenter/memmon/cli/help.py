"""`memmon help`."""

from __future__ import annotations

import click

from memmon.cli.completing import commands
from memmon.run.options import HELP
from memmon.suggestion import no_such_command
from memmon.translation import _


@click.command("help")
@click.argument("command", required=False, metavar="[COMMAND]", shell_complete=commands)
@click.pass_context
def show_help(context: click.Context, command: str | None) -> None:
    """Tell what memmon or one of its commands does; the same as --help behind it."""
    above = context.parent
    if above is None or not isinstance(above.command, click.Group):
        raise TypeError("help is a command among others")
    if command is None:
        click.echo(above.get_help())
    elif command == "run":
        click.echo(_(HELP), nl=False)
    else:
        named = above.command.get_command(above, command)
        if named is None:
            names = above.command.list_commands(above)
            raise click.UsageError(no_such_command(command, names), above)
        with named.context_class(named, info_name=command, parent=above) as inner:
            click.echo(named.get_help(inner))
