"""`memmon init`."""

from __future__ import annotations

from pathlib import Path

import click

from memmon.cli.completing import any_file
from memmon.cli.streams import say
from memmon.errors import ConfigError, Place
from memmon.files import atomic, backup, rights
from memmon.files import target as files
from memmon.files.exchange import move
from memmon.translation import _


@click.command
@click.argument("target", metavar="TARGET", shell_complete=any_file)
@click.option(
    "--all", "everything", is_flag=True, help=_("Have all places that are found in it, not the likeliest 15.")
)
def init(target: str, *, everything: bool) -> int:
    """Write a memmon.toml beside a file, to begin with: what `memmon scan` lists, with why, and the usual settings.

    One that is there is never overwritten: what would be different is shown as a diff, and the exit code is 1.
    """
    from memmon.cli.scanned import scanned  # noqa: PLC0415  # heavy, and --help does without
    from memmon.show.new_config import new_config  # noqa: PLC0415  # likewise
    from memmon.source.likelihood import likeliest  # noqa: PLC0415  # likewise

    read = files.read(target)
    written = read.path.parent / "memmon.toml"
    _refuse_another(read.path, written)
    groups = scanned(read)
    if not groups:
        say(_("{file}: nothing in it looks like it takes memory").format(file=target))
        return 1
    made = new_config(groups if everything else likeliest(groups), read.path.name).encode()
    if not _create(written, made, read):
        return _show(written, made)
    then = f"memmon instrument {backup.quoted(target)}"
    say(_("{file}: written; keep what matters in it, then `{command}`").format(file=written, command=then))
    return 0


def _refuse_another(target: Path, written: Path) -> None:
    """Where a configuration that stands elsewhere holds for the target, one beside it would take its place."""
    from memmon.config import load_config  # noqa: PLC0415  # not for `--help`

    found = load_config(target).path
    if found is not None and found != str(written):
        raise ConfigError(
            _("is its configuration already, and one beside it would count instead: add what `memmon scan` lists"),
            Place(found),
        )


def _create(path: Path, data: bytes, beside: files.Target) -> bool:
    """Write a new file in one step, as whoever has the target beside it; False where there is one."""
    draft = atomic.temporary(path.parent)
    with atomic.refusing(path, _("writing the configuration")), rights.where_it_leads(Path(beside.given), beside.path):
        try:
            atomic.write_through(draft, data)
            move(draft, path)
        except FileExistsError:
            return False
        finally:
            draft.unlink(missing_ok=True)
        atomic.sync_folder(path.parent)
    return True


def _show(path: Path, made: bytes) -> int:
    """What would be different in the one that is there."""
    from memmon.cli.config_diff import show_diff  # noqa: PLC0415  # seldom needed

    with atomic.refusing(path, _("reading the configuration")):
        there = atomic.read_regular(path)
    if there == made:
        say(_("{file}: is there already, and the same").format(file=path))
        return 0
    show_diff(path, there, made)
    say(_("{file}: is there already and stays as it is; the diff is what a new one would have").format(file=path))
    return 1
