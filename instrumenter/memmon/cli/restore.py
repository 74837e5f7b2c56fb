"""`memmon restore`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from memmon.cli.completing import any_file
from memmon.cli.streams import say
from memmon.config import log_folders
from memmon.errors import Place, SourceError
from memmon.files import atomic, backup, runlogs
from memmon.files.restore import Ending, Failed, Report, restore_below, restore_named
from memmon.files.target import locate
from memmon.source.preamble import version_in
from memmon.source.strip import strip
from memmon.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ANSWER_IS_NO = (Ending.UNRELATED, Ending.NOT_INSTRUMENTED)


@click.command
@click.argument("targets", nargs=-1, metavar="[TARGET...]", shell_complete=any_file)
@click.option("--purge-logs", is_flag=True, help=_("Delete memmon's run logs too, here and beside the targets."))
def restore(targets: tuple[str, ...], *, purge_logs: bool) -> int:
    """Give files back as they were; without a TARGET, all below the current folder that have a backup.

    Edits made since are kept. The copy of the runtime goes as well when no file needs it any more. `-` reads
    stdin and writes stdout.
    """
    if "-" in targets:
        return _pipe(targets)
    report = restore_named(targets) if targets else restore_below(Path())
    code = _say(report, named=bool(targets))
    if purge_logs:
        beside = (locate(path).parent for path in targets or [result.path for result in report.results])
        _purge([*log_folders(Path()), *beside])
    return code


def _pipe(targets: Sequence[str]) -> int:
    if len(targets) > 1:
        raise click.UsageError(_("`-` stands alone: name files, or give one text on stdin."))
    source = sys.stdin.buffer.read()
    result = strip(source, "<stdin>")
    if result == source and version_in(source) is not None:
        raise SourceError(_("its preamble is not as memmon wrote it: take it out by hand"), Place("<stdin>"))
    sys.stdout.buffer.write(result)
    if result == source:
        say(_("{file}: {ending}").format(file="<stdin>", ending=_(Ending.NOT_INSTRUMENTED.value)))
    return int(result == source)


def _say(report: Report, *, named: bool) -> int:
    """Tell what was done; return the exit code."""
    code = 0
    for result in report.results:
        if isinstance(result, Failed):
            say(_("memmon: error: {error}").format(error=result.error))
            code = max(code, result.error.exit_code)
        else:
            say(_("{file}: {ending}").format(file=result.path, ending=_(result.ending.value)))
            for path in result.conflicts:
                text = _("{file}: holds what was changed there meanwhile: compare, and delete it then")
                say(text.format(file=path))
            code = max(code, int(result.ending in _ANSWER_IS_NO or bool(result.conflicts)))
    for path in report.runtimes:
        say(_("{file}: removed, nothing needs it any more").format(file=path))
    for path in report.pages:
        say(_("{file}: removed, its log is gone").format(file=path))
    for path in report.edited_runtimes:
        say(_("{file}: nothing needs it any more, but it was changed by hand: left as it is").format(file=path))
    for path in report.without_backup:
        back = f"memmon restore {backup.quoted(path)}"
        say(_("{file}: is instrumented but has no backup; `{back}` takes it out").format(file=path, back=back))
    if not (
        named or report.without_backup or report.results or report.runtimes or report.pages or report.edited_runtimes
    ):
        say(_("nothing to restore below this folder"))
    return code


def _purge(folders: Iterable[Path]) -> None:
    with atomic.refusing(Path(), _("deleting the logs")):
        purged = runlogs.purge({locate(str(folder)): folder for folder in folders}.values())
    for path in purged.gone:
        say(_("{file}: deleted").format(file=path))
    for path in purged.live:
        say(_("{file}: its program still runs: kept").format(file=path))
