"""What a shell is offered behind a command, beyond what click knows of it."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from memmon import language
from memmon.translation import _


def any_file(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The files here: the shell lists them itself."""
    return [CompletionItem(incomplete, type="file")]


def commands(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The commands beside the one that asks."""
    above = context.parent
    if above is None or not isinstance(above.command, click.Group):
        return []
    return [CompletionItem(name) for name in above.command.list_commands(above) if name.startswith(incomplete)]


def _stands_first(**_words: object) -> None:
    raise click.UsageError(_("`run` is the first word behind memmon."))


RUN = click.Command(
    "run",
    callback=_stands_first,
    params=[
        *(click.Option([name], shell_complete=any_file) for name in ("--config", "--include", "--python")),
        click.Option([language.OPTION], type=click.Choice(language.LANGUAGES)),
        click.Option(["--limit"]),
        click.Option(["--quiet"], is_flag=True),
        click.Option(["-m"]),
        click.Argument(["words"], nargs=-1, type=click.UNPROCESSED, shell_complete=any_file),
    ],
)
"""The words of `memmon run` for a shell; the command itself is read without click (:mod:`memmon.run.options`)."""
