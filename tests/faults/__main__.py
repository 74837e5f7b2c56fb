"""Interrupt memmon, or let it fail, at every system call that has to do with a file; count what is lost or hangs.

    python -m tests.faults                        SIGINT, SIGTERM, SIGHUP and SIGKILL, at every call
    python -m tests.faults --errors               ENOSPC, EIO, EDQUOT and EROFS of every call that can fail so
    python -m tests.faults --every 10 restore     a tenth of the points, of what has that word in its name

What is tried: `instrument` and `restore`, after which `memmon restore` must give all back, with what the user had
changed, and leave nothing else; `report`, which must be right or refuse, and leave the record no worse; a program in
which the runtime starts, and `memmon run`, which must do what the program does without memmon. Needs strace; ten points
take a second or so, and programs some more. Exits with 1 where anything was lost or hung, and with 2 without strace.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from faults.changed_files import changed_files
from faults.command_server import Commands
from faults.reports import reports
from faults.supervised import programs
from faults.tracing import ERRORS, SIGNALS

if TYPE_CHECKING:
    from faults.tracing import Subject


class _Tally:
    """How many points were tried so far."""

    def __init__(self, every: int) -> None:
        self._every = every
        self._met = 0
        self.bad = self.tried = 0

    def go_through(self, subject: Subject, faults: list[str]) -> None:
        """Try a subject's points, under each of the faults."""
        found = subject.points()
        for fault in faults:
            tried = failed = 0
            for point in (one for one in found if subject.suits(one, fault)):
                self._met += 1
                if self._met % self._every:
                    continue
                tried += 1
                if said := subject.wrong_at(point, fault):
                    failed += 1
                    print(f"  {subject.name}: {point}: {'; '.join(said)}\n    {point.line[:200]}", flush=True)
            print(f"{subject.name:<34} {fault:<14} {tried:4} points, {failed} bad", flush=True)
            self.tried += tried
            self.bad += failed


def main() -> int:
    """Go through all that is asked for; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("word", nargs="?", default="", help="a subject's name, or a part of it")
    parser.add_argument("--errors", action="store_true", help="errors in place of signals")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every Nth point only")
    given = parser.parse_args()
    if not shutil.which("strace"):
        print("strace is not there: nothing was tried")
        return 2
    # A shell's background job ignores the one, and nohup the other; and so would all that is started here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    commands = Commands()
    faults = [f"error={name}" for name in ERRORS] if given.errors else [f"signal={name}" for name in SIGNALS]
    tally = _Tally(given.every)
    # No name of memmon's: by such a call of its own is told from one of the program's.
    with tempfile.TemporaryDirectory(prefix="faults-") as place:
        subjects = [
            *changed_files(commands, Path(place)), *reports(commands, Path(place)), *programs(commands, Path(place))
        ]  # fmt: skip
        exact = [subject for subject in subjects if subject.name == given.word]
        for subject in exact or [subject for subject in subjects if given.word in subject.name]:
            tally.go_through(subject, faults)
    commands.close()
    print(f"{tally.tried} points, {tally.bad} bad")
    return int(tally.bad > 0)


if __name__ == "__main__":
    sys.exit(main())
