"""Measures the verdict on programs that the kernel kills: how often it is right, and how often when it is sure.

    python -m tests.wild [--set SET...] [--way WAY...] [--python VERSION...] [--runs N] [--busy] [NAME...]

Needs a memory cgroup that it may write to, PyPI for the first time, and a quarter of a minute a run. `--results FILE`
adds each outcome to a file, and what is printed is of all that it holds; with `--runs 0` nothing is run.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import cgroup, interpreters
from wild.environments import KEPT, Environments
from wild.outcome import LINE, Outcome, from_record, judge
from wild.programs import SETS, find
from wild.tables import tables
from wild.trial import WAYS, Seen, Trial, attempt, busy_cores


def main() -> int:
    """Run what is asked for, print the tables. 1 where anything was said with certainty and wrong."""
    options = _options()
    # A shell starts background jobs with SIGINT ignored; a program that is interrupted here is to notice.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if not cgroup.available():
        raise SystemExit(cgroup.reason())
    outcomes = _before(options.results)
    trials = [
        Trial(program, way, python, options.busy, number)
        for number in range(1, options.runs + 1)
        for python, way in product(options.python or [interpreters.OWN], options.way or ["run", "instrument"])
        for program in find(tuple(options.set or SETS), tuple(options.names))
        if way != "configured" or program.innocents()
    ]
    environments = Environments(options.environments)
    for trial in trials:  # made before anything runs beside them
        environments.tool(trial.python)
        environments.python(trial.python)
    with busy_cores() if options.busy else contextlib.nullcontext(), ThreadPoolExecutor(options.jobs) as pool:
        jobs = {pool.submit(_try, trial, environments, options.keep): trial for trial in trials}
        for done in as_completed(jobs):
            outcome = done.result()
            outcomes.append(outcome)
            said = "; ".join(f"{it.subject} {it.said}, {it.certainty}" for it in outcome.sentences)
            print(f"{jobs[done].name}: {outcome.outcome} ({said}) {outcome.seconds} s", file=sys.stderr, flush=True)
            if options.results:
                with options.results.open("a", encoding="utf-8") as results:
                    results.write(json.dumps(asdict(outcome), ensure_ascii=False) + "\n")
    print(tables(outcomes), end="")
    return int(any(one.wrong_with_certainty for one in outcomes))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="programs whose names contain this (all)")
    parser.add_argument("--set", choices=SETS, action="append", help="programs of this set (all)")
    parser.add_argument("--way", choices=WAYS, action="append", help="(run and instrument)")
    parser.add_argument("--python", choices=interpreters.RUNTIME, action="append", help="(the one that runs this)")
    parser.add_argument("--runs", type=int, default=1, help="of each (1)")
    parser.add_argument("--jobs", type=int, default=1, help="at the same time (1)")
    parser.add_argument("--busy", action="store_true", help="every core has other work meanwhile")
    parser.add_argument("--results", type=Path, help="a file that the outcomes are added to")
    parser.add_argument("--keep", type=Path, help="a folder for the records of what was not right")
    parser.add_argument("--environments", type=Path, default=KEPT, help="where the Pythons are kept (.venv-wild)")
    return parser.parse_args()


def _before(results: Path | None) -> list[Outcome]:
    if results is None or not results.exists():
        return []
    return [from_record(json.loads(line)) for line in results.read_text(encoding="utf-8").splitlines()]


def _try(trial: Trial, environments: Environments, keep: Path | None) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="memmon-wild-") as made:
        folder = Path(made)
        seen = attempt(trial, environments, folder)
        outcome = judge(trial, seen, folder)
        if keep and (outcome.outcome != LINE or outcome.wrong_with_certainty):
            _keep(folder, seen, keep / trial.name)
    return outcome


def _keep(folder: Path, seen: Seen, place: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(folder, place, ignore=shutil.ignore_patterns("__pycache__", "memmon_runtime"))
    (place / "report.json").write_text(json.dumps(seen.report, ensure_ascii=False, indent=2), encoding="utf-8")
    (place / "report.txt").write_text(seen.text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
