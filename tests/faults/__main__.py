"""Interrupt memmon's commands, or let them fail, at every system call that has to do with a file; count what is lost.

    python -m tests.faults                        SIGINT, SIGTERM, SIGHUP and SIGKILL, at every call
    python -m tests.faults --errors               ENOSPC, EIO, EDQUOT and EROFS of every call that changes something
    python -m tests.faults --every 10 restore     a tenth of the points, of the scenarios whose name has that word

After each fault `memmon restore` must give all back, with what the user had changed, and leave nothing else. Needs
strace; ten points take a second or so. Exits with 1 where anything was lost or hung, and with 2 without strace.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from faults.scenarios import SCENARIOS, Scenario, lay_down, wrong

_SIGNALS = ("INT", "TERM", "HUP", "KILL")
_ERRORS = ("ENOSPC", "EIO", "EDQUOT", "EROFS")
_CHANGING = re.compile("open|write|link|rename|mkdir|rmdir|chmod|chown|sync|xattr|utime|truncate|flock")
_CALL = re.compile(r"^(?:\d+ +)?([a-z_0-9]+)\(", re.MULTILINE)
_SECONDS = 30.0
"""What takes longer hangs."""


class HungError(Exception):
    """A command did not end."""


class Commands:
    """Runs memmon commands, each under strace if that is asked for."""

    def __init__(self) -> None:
        """Start the process that has everything loaded."""
        self._server = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("commands.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(self, folder: Path, arguments: tuple[str, ...], *options: str) -> int:
        """The exit code, negative for a signal; ``options`` are strace's."""
        pid = int(self._ask(json.dumps([str(folder), arguments])))
        tracer = _attached(pid, options) if options else None
        alarm = subprocess.Popen(["sleep", str(_SECONDS)])
        self._write("go")
        code = None
        while code is None:
            code = self._answer_unless(alarm, pid)
        alarm.kill()
        alarm.wait()
        if tracer:
            tracer.wait()
        return code

    def close(self) -> None:
        """End the server."""
        assert self._server.stdin
        self._server.stdin.close()
        self._server.wait()

    def _answer_unless(self, alarm: subprocess.Popen[bytes], pid: int) -> int | None:
        assert self._server.stdout
        if select.select([self._server.stdout], [], [], 0.2)[0]:
            return int(self._server.stdout.readline())
        if alarm.poll() is not None:
            os.kill(pid, signal.SIGKILL)
            self._server.stdout.readline()
            raise HungError
        return None

    def _ask(self, line: str) -> str:
        self._write(line)
        assert self._server.stdout
        return self._server.stdout.readline()

    def _write(self, line: str) -> None:
        assert self._server.stdin
        print(line, file=self._server.stdin, flush=True)


def _attached(pid: int, options: tuple[str, ...]) -> subprocess.Popen[bytes]:
    """A strace that has the process, or has had it: the signal may come with the call in which it waits."""
    tracer = subprocess.Popen(["strace", "-qq", "-f", "-p", str(pid), *options], stderr=subprocess.DEVNULL)
    while tracer.poll() is None:
        if "TracerPid:\t0\n" not in Path(f"/proc/{pid}/status").read_text(encoding="ascii"):
            break
        time.sleep(0.002)
    return tracer


def _prepare(commands: Commands, scenario: Scenario, folder: Path) -> None:
    lay_down(folder)
    for arguments in scenario.prepare:
        commands.run(folder, arguments)
    scenario.edit(folder)


def _points(commands: Commands, scenario: Scenario, prepared: Path, folder: Path) -> Counter[str]:
    """How often the command makes each system call that has to do with files."""
    shutil.copytree(prepared, folder)
    trace = folder.with_name("trace")
    commands.run(folder, scenario.command, "-e", "trace=%file,%desc", "-o", str(trace))
    shutil.rmtree(folder)
    return Counter(_CALL.findall(trace.read_text(encoding="utf-8", errors="replace")))


def _at(commands: Commands, scenario: Scenario, folder: Path, call: str, fault: str) -> list[str]:
    """What is wrong after one fault in ``folder``, when all is restored."""
    try:
        commands.run(folder, scenario.command, "-e", f"trace={call}", "-e", f"inject={call}:{fault}", "-o", os.devnull)
    except HungError:
        return ["it hung"]
    commands.run(folder, ("restore",))
    if wrong(scenario, folder):  # without a target, nothing is restored that has no backup
        commands.run(folder, ("restore", "bot.py"))
    return wrong(scenario, folder)


def main() -> int:
    """Go through all that is asked for; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("word", nargs="?", default="", help="a scenario's name, or a part of it")
    parser.add_argument("--errors", action="store_true", help="errors in place of signals")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every Nth point only")
    given = parser.parse_args()
    if not shutil.which("strace"):
        print("strace is not there: nothing was tried")
        return 2
    commands = Commands()
    bad = points = 0
    faults = [f"error={name}" for name in _ERRORS] if given.errors else [f"signal={name}" for name in _SIGNALS]
    with tempfile.TemporaryDirectory(prefix="memmon-faults-") as place:
        folder, prepared = Path(place) / "bot", Path(place) / "prepared"
        for name, scenario in SCENARIOS.items():
            if name != given.word and (given.word in SCENARIOS or given.word not in name):
                continue
            _prepare(commands, scenario, prepared)
            calls = _points(commands, scenario, prepared, folder)
            for fault in faults:
                tried = failed = 0
                for call, times in sorted(calls.items()):
                    if given.errors and not _CHANGING.search(call):
                        continue
                    for number in range(1, times + 1):
                        points += 1
                        if points % given.every:
                            continue
                        tried += 1
                        shutil.copytree(prepared, folder)
                        if said := _at(commands, scenario, folder, call, f"{fault}:when={number}"):
                            failed += 1
                            print(f"  {name}: {call} {number}: {'; '.join(said)}", flush=True)
                        shutil.rmtree(folder)
                print(f"{name:<34} {fault:<14} {tried:4} points, {failed} bad", flush=True)
                bad += failed
    commands.close()
    print(f"{bad} bad")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
