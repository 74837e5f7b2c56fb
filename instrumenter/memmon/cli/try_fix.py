"""`memmon try`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from memmon import sizes
from memmon.cli.completing import any_file
from memmon.cli.drawing import USUAL, show
from memmon.cli.streams import say
from memmon.config import load_config
from memmon.errors import TargetError
from memmon.translation import _, reason


def _size(_context: click.Context, _parameter: click.Parameter, text: str | None) -> float | None:
    size = sizes.megabytes(text) if text is not None else None
    if text is not None and not size:
        said = _("{text!r} is not a size; accepted: {accepted}")
        raise click.BadParameter(said.format(text=text, accepted=_(sizes.SIZE)))
    return size


def _config_above(folder: Path) -> Path | None:
    """The configuration for what is in *folder* where it stands above that, and so is not beside a copy of it."""
    found = load_config(folder / "program").path
    return Path(found) if found and not Path(found).is_relative_to(folder) else None


@click.command("try", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("words", nargs=-1, required=True, metavar="-- COMMAND [ARGS]...", type=click.UNPROCESSED)
@click.option(
    "--patch",
    metavar="FILE",
    required=True,
    shell_complete=any_file,
    help=_("The fix: a unified diff, as `git diff` prints, or a .py that takes the script's place."),
)
@click.option("--limit", metavar="SIZE", callback=_size, help=_("Give both runs so much memory, such as 300MB."))
def try_fix(words: tuple[str, ...], patch: str, limit: float | None) -> int:
    """Prove a fix: run a command twice under one limit, as it is and with a patch, and compare the runs.

    The program runs twice, with all that it does to databases, mail and other machines. Each run is in a copy of this
    folder, in which files above 16 MB and folders of libraries are links that lead to yours. The limit is a cgroup's
    where one can be made, else that of the address space. Both runs find nothing on standard input.

    Exits with 0 where the fix is proved: memory ended the program as it is, and with the fix it ended well; or where it
    ends well either way, and the peak is lower. Else it exits with 1.
    """
    from memmon.across.tried import BETTER  # noqa: PLC0415  # not for `--help`
    from memmon.show.escaping import escaped  # noqa: PLC0415  # likewise
    from memmon.show.tried import trial_report  # noqa: PLC0415  # likewise
    from memmon.trial.attempt import AFTER, RECORDS, Trial  # noqa: PLC0415  # likewise
    from memmon.trial.fix import fix_from  # noqa: PLC0415  # likewise

    try:
        here = Path.cwd()
        place = Path(tempfile.mkdtemp(prefix="memmon-try-"))
    except OSError as error:
        said = _("a folder for the two runs can't be made here: {reason}")
        raise TargetError(said.format(reason=reason(error))) from error
    try:
        changed = fix_from(Path(patch).absolute(), here, words)
    except BaseException:
        place.rmdir()
        raise
    said = _("memmon: runs `{command}` twice, with all that it does, in copies of this folder in {place}")
    say(said.format(command=" ".join(words), place=place))
    trial = Trial(words, here, place, limit_mb=limit, config=_config_above(here))
    names = {"before": _("memmon: as it is …"), "after": _("memmon: with {patch} …").format(patch=patch)}
    tried = trial.run(changed, lambda name: say(names[name]))
    show(trial_report(escaped(tried)), USUAL)
    said = _("memmon: `memmon report {folder}` tells more of a run; {place} may be removed at any time")
    say(said.format(folder=place / RECORDS / AFTER, place=place))
    return int(tried.finding not in BETTER)
