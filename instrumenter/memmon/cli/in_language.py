"""The commands' help in the reader's language, and the option that chooses the language."""

from __future__ import annotations

import inspect

from memmon.cli import click_sentences  # noqa: F401  # before click, which takes them as it is imported

# isort: split
import click

from memmon import language
from memmon.translation import _

LANGUAGE = click.Option(
    ["--language"],
    type=click.Choice(language.LANGUAGES),
    expose_value=False,
    help=_("Speak Chinese or English (default: by MEMMON_LANGUAGE, else by the locale)."),
)
"""On every command. It has been heeded before the command line is read: see :func:`memmon.language.heed`."""


def in_readers_language(command: click.Command) -> None:
    """Give a command the option, and its help as the reader reads it."""
    if LANGUAGE in command.params:
        return
    command.params.append(LANGUAGE)
    command.help = _(inspect.cleandoc(command.help)) if command.help else None
    if language.of_reader() == "zh":
        from memmon.cli.wide_help import WideContext  # noqa: PLC0415  # English does without

        command.context_class = WideContext
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        in_readers_language(inner)
