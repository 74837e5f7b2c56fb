"""`memmon learn`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from memmon.cli.completing import any_file
from memmon.cli.runs_of_program import verdicts_named
from memmon.cli.streams import say
from memmon.errors import ConfigError, LogError, Place
from memmon.translation import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memmon.model import Config
    from memmon.verdict.model import Verdict


@click.command
@click.argument("logs", nargs=-1, required=True, metavar="LOG...", shell_complete=any_file)
@click.option("--write", is_flag=True, help=_("Change the configuration; else what would change is shown."))
@click.option("--config", type=click.Path(), metavar="FILE", help=_("Use this configuration."))
def learn(logs: tuple[str, ...], *, write: bool, config: str | None) -> int:
    """Learn from good runs which growth is normal for each hotspot, and which is alarming.

    The runs are named as for `memmon report`: logs, processes, or folders of logs. Those that died or raised are left
    out, and those that were stopped. What would change in the configuration is shown as a diff; --write changes it, and
    leaves all the rest of the file as it is, comments included.

    A hotspot's `normal` is the largest growth of one pass in any of the runs, and beyond that by as much as the runs
    differ, a tenth at the least; `alarm` is twice that, 10 MB more at the least. From then on a checkpoint before it
    says when that does not fit any more.
    """
    verdicts = _good(verdicts_named(logs))
    found = _configuration(verdicts[0], config)
    from memmon.across.learn import learned  # noqa: PLC0415  # not for `--help`
    from memmon.config_search import PROJECT  # noqa: PLC0415  # likewise
    from memmon.config_writing import with_levels  # noqa: PLC0415  # likewise
    from memmon.files import atomic  # noqa: PLC0415  # likewise
    from memmon.sizes import plain  # noqa: PLC0415  # likewise

    levels = learned(verdicts, found)
    path = Path(str(found.path)).resolve()  # a link stays one
    for name in dict.fromkeys(one.name for index, one in enumerate(found.hotspots) if index not in levels):
        say(_("{name}: no run passed it, and it stays as it is").format(name=name))
    with atomic.refusing(path, _("reading the configuration")):
        source = atomic.read_regular(path)
    made = with_levels(
        source,
        str(path),
        {
            index: {"normal": f"{plain(one.normal_mb)}MB", "alarm": f"{plain(one.alarm_mb)}MB"}
            for index, one in levels.items()
        },
        in_project=path.name == PROJECT,
    )
    if not _shown(path, source, made):
        return 0
    if write:
        _write(Path(str(found.path)), path, source, made)
        text = ngettext(
            "{file}: written, as {count} run came to; `memmon instrument --again` puts it into instrumented files",
            "{file}: written, as {count} runs came to; `memmon instrument --again` puts it into instrumented files",
            len(verdicts),
        )
    else:
        text = ngettext(
            "{file}: nothing was changed; --write makes it what {count} run came to",
            "{file}: nothing was changed; --write makes it what {count} runs came to",
            len(verdicts),
        )
    say(text.format(file=path, count=len(verdicts)))
    return 0


def _good(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Those that came to their end; of the others is said that they don't count."""
    from memmon.across.learn import is_good  # noqa: PLC0415  # not for `--help`

    good = [one for one in verdicts if is_good(one)]
    for one in verdicts:
        if not is_good(one):
            say(_("{log}: left out, since it did not come to its end").format(log=one.log))
    if not good:
        raise LogError(_("there is no good run among these to learn from; run the program until it ends by itself"))
    return good


def _configuration(verdict: Verdict, named: str | None) -> Config:
    """That of the program, with the hotspots that are to learn."""
    from memmon.config import load_config  # noqa: PLC0415  # not for `--help`

    target = verdict.target or ""
    found = load_config(Path(target), Path(named) if named else None)
    if found.path is None:
        raise ConfigError(_("there is no configuration for it: `memmon init` writes one"), Place(target))
    if not found.hotspots:
        raise ConfigError(_("it has no hotspots that could learn: add them, or see `memmon scan`"), Place(found.path))
    return found


def _shown(path: Path, source: bytes, made: bytes) -> bool:
    """Show what would change; False where nothing would, which is said."""
    from memmon.cli.config_diff import show_diff  # noqa: PLC0415  # not for `--help`

    if made == source:
        say(_("{file}: has the levels of these runs already").format(file=path))
        return False
    show_diff(path, source, made)
    return True


def _write(named: Path, path: Path, source: bytes, made: bytes) -> None:
    """Change the configuration at ``path``, to which ``named`` leads."""
    from memmon.files import atomic, replacing, rights  # noqa: PLC0415  # not for `--help`

    with atomic.refusing(path, _("writing the configuration")), rights.where_it_leads(named, path):
        if not replacing.write_unless_changed(path, made, source):
            raise ConfigError(_("somebody else has just changed it: run the command again"), Place(str(path)))
