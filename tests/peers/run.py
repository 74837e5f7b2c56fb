"""The proofs of placement at scale; `README.md` beside this says what each of them shows.

    python tests/peers/run.py PROOF... [--every N] [--tests NAME...] [--programs N] [--print]

PROOF is one of strip (standard, changed, installed, others, generated), cpython, packages, differential, or all. Each
writes its dated table into the README, or only prints it. The exit status is 1 where anything failed.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from peers import cpython, differential, generated, packages, readme, strip

if TYPE_CHECKING:
    from collections.abc import Callable

STRIP = ("standard", "changed", "installed", "others", "generated")
OTHERS = ("differential", "packages", "cpython")
_PROGRAMS = 300


def main() -> int:
    """Run the proofs that are asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("proofs", nargs="+", choices=[*STRIP, "strip", *OTHERS, "all"], metavar="PROOF")
    parser.add_argument("--every", type=int, default=1, help="of files and of test modules, take every N-th only")
    parser.add_argument("--tests", nargs="+", default=[], metavar="NAME", help="of CPython's test modules, these only")
    parser.add_argument("--programs", type=int, default=_PROGRAMS, help="how many random programs")
    parser.add_argument("--print", action="store_true", help="print the tables and leave the README alone")
    options = parser.parse_args()
    # A shell starts background jobs with SIGINT ignored, and tests that interrupt themselves would wait for ever.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    groups = {"strip": STRIP, "all": (*STRIP, *OTHERS)}
    failed = False
    for proof in dict.fromkeys(each for asked in options.proofs for each in groups.get(asked, (asked,))):
        begun = time.monotonic()
        table, wrong = _PROOFS[proof](options)
        if not options.print:
            readme.replace(proof, _arguments(options), table, time.monotonic() - begun)
        sys.stdout.write(f"{proof}: {f'{wrong} FAILED' if wrong else 'holds'}\n\n{table}\n\n")
        sys.stdout.flush()
        failed |= wrong > 0
    return int(failed)


def _arguments(options: argparse.Namespace) -> str:
    asked = ["--every", str(options.every)] if options.every > 1 else []
    asked += ["--programs", str(options.programs)] if options.programs != _PROGRAMS else []
    return " ".join([*asked, *(["--tests", *options.tests] if options.tests else [])])


def _strip(
    corpora: Callable[[argparse.Namespace], list[strip.Tally]],
) -> Callable[[argparse.Namespace], tuple[str, int]]:
    def proof(options: argparse.Namespace) -> tuple[str, int]:
        tallies = corpora(options)
        return strip.table(tallies), sum(len(tally.wrong) for tally in tallies)

    return proof


def _differential(options: argparse.Namespace) -> tuple[str, int]:
    results = differential.compare_all(range(options.programs))
    return differential.table(results), sum(bool(result.difference) for result in results)


def _packages(_: argparse.Namespace) -> tuple[str, int]:
    results = packages.prove()
    return packages.table(results), packages.failures(results)


def _cpython(options: argparse.Namespace) -> tuple[str, int]:
    result = cpython.prove(options.every, options.tests)
    return cpython.table(result), cpython.failures(result)


_PROOFS: dict[str, Callable[[argparse.Namespace], tuple[str, int]]] = {
    "standard": _strip(lambda options: [strip.standard(options.every)]),
    "changed": _strip(lambda options: [strip.changed(options.every)]),
    "installed": _strip(lambda options: [strip.installed(options.every)]),
    "others": _strip(lambda options: list(strip.others(options.every))),
    "generated": _strip(lambda options: list(generated.tallies(programs=options.programs))),
    "differential": _differential,
    "packages": _packages,
    "cpython": _cpython,
}

if __name__ == "__main__":
    sys.exit(main())
