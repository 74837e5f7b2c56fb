"""Runs apps of real frameworks, plainly and watched, and tells whether they work as before and every death is told.

    python -m tests.frameworks [--environments DIR] [--way WAY] [--rounds N] [--keep DIR] [NAME...]

Needs a memory cgroup that it may write to, PyPI for the first time, and about a minute for an app. Each app runs
plainly and watched with its leak switched off, for what it writes and the time that it takes, then watched with the
leak until the kernel has killed. `--list` names the apps.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from frameworks.description import App, found
from frameworks.environments import KEPT, Environments
from frameworks.outcome import Outcome, judge
from frameworks.table import table
from frameworks.trial import INSTRUMENT, PLAIN, WAYS, Seen, attempt
from support import cgroup


def main() -> int:
    """Run what is asked for and print the table. 1 where something is not as it has to be."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is ended, too
    apps = found(options.names)
    if options.list:
        print("\n".join(apps))
        return 0
    if not cgroup.available():
        raise SystemExit(cgroup.reason())
    environments = Environments(options.environments)
    for name in sorted({app.environment for app in apps.values()}):  # made before anything runs beside them
        environments.made(name)
    outcomes = []
    for name, app in apps.items():
        for way in options.way or WAYS:
            if way == INSTRUMENT and not app.is_instrumented:
                continue
            outcome = _try((name, app), way, environments, options)
            outcomes.append(outcome)
            print(table([outcome]).splitlines()[2], file=sys.stderr, flush=True)
    print(table(outcomes), end="")
    return int(any(_falls_short(one) for one in outcomes))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="apps whose names contain this (all)")
    parser.add_argument("--way", choices=WAYS, action="append", help="(both)")
    parser.add_argument("--rounds", type=int, default=2, help="of plain and watched, of which the fastest count (2)")
    parser.add_argument("--keep", type=Path, help="a folder for the records of what fell short")
    parser.add_argument("--environments", type=Path, default=KEPT, help="where they are kept (.venv-frameworks)")
    parser.add_argument("--list", action="store_true", help="name the apps, run none")
    return parser.parse_args()


def _falls_short(one: Outcome) -> bool:
    return bool(one.differences) or one.is_wrong_with_certainty or not (one.is_told and one.is_fast)


def _try(app: tuple[str, App], way: str, environments: Environments, options: argparse.Namespace) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="memmon-frameworks-") as made:
        plain, watched = [], []
        for _ in range(options.rounds):
            for of, seen in ((PLAIN, plain), (way, watched)):
                seen.append(_once(app[1], of, environments, Path(made, of), leaks=False))
        leaking = _once(app[1], way, environments, Path(made, "leaking"), leaks=True)
        outcome = judge(app, way, plain, watched, leaking)
        if options.keep and (_falls_short(outcome) or not outcome.is_exact):
            _keep(leaking, options.keep / f"{app[0]}-{way}")
        return outcome


def _once(app: App, way: str, environments: Environments, folder: Path, *, leaks: bool) -> Seen:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()  # the same for each round: what is kept of a program's code is by its path
    return attempt(app, way, environments, folder, leaks=leaks)


def _keep(seen: Seen, place: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(seen.folder, place, ignore=shutil.ignore_patterns("__pycache__", "memmon_runtime"))
    written = {"stdout": seen.stdout, "stderr": "".join(seen.stderrs), "report": seen.text}
    for name, text in written.items():
        (place / f"{name}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
