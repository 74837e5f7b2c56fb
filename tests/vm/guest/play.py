"""The machine's side: plays the scenarios that the disk names, and writes what it saw to the second serial line."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

CHECKOUT = Path("/mnt")
sys.path.insert(0, str(CHECKOUT))

from vm.guest.starting import MEMMON, start
from vm.scenarios import INSTRUMENT, SCENARIOS, Scenario

_INSTALLED = Path("/usr/local/lib/python3.11/dist-packages")
_FOLDERS = Path("/srv")
_SWAP = Path("/swap")
_MARK = re.compile(r"\s*# CULPRIT$", re.MULTILINE)
_KILLED = re.compile(r"Killed process (\d+) \((.*?)\)")
_OWNER = re.compile(r"^# process: (\d+),", re.MULTILINE)


def main() -> None:
    """Play all, one after the other."""
    for package in (CHECKOUT / "site").iterdir():
        shutil.copytree(package, _INSTALLED / package.name, dirs_exist_ok=True)
    with Path("/dev/ttyS1").open("w", encoding="utf-8") as line:
        for name in (CHECKOUT / "names").read_text(encoding="utf-8").split():
            begun = time.monotonic()
            try:
                seen = _play(name, SCENARIOS[name])
            except Exception as error:  # noqa: BLE001 - the others may yet be played
                seen = {"error": repr(error)}
            seconds = round(time.monotonic() - begun, 1)
            line.write(json.dumps({"name": name, "seconds": seconds, **seen}) + "\n")
            line.flush()


def _play(name: str, scenario: Scenario) -> dict[str, Any]:
    folder = _FOLDERS / name
    shutil.copytree(_written(scenario), folder)
    folder.chmod(0o777)
    if scenario.swap_mb:
        _add_swap(scenario.swap_mb)
    subprocess.run(["dmesg", "--clear"], check=True)
    try:
        started = start(name, scenario, folder)
    finally:
        if scenario.swap_mb:
            subprocess.run(["swapoff", _SWAP], check=True)
    return {**_found(folder), "statuses": started.statuses, "said": started.said, "alive": started.while_it_lived}


def _written(scenario: Scenario) -> Path:
    """A folder with the program as it is to be run; it is instrumented once for all that are to be so."""
    folder = _FOLDERS / f"{scenario.way}-{Path(scenario.program).stem}"
    if not folder.exists():
        folder.mkdir(parents=True)
        source = (CHECKOUT / "vm" / "programs" / scenario.program).read_text(encoding="utf-8")
        (folder / scenario.program).write_text(_MARK.sub("", source), encoding="utf-8")
        if scenario.way == INSTRUMENT:
            subprocess.run([*MEMMON, "instrument", scenario.program], cwd=folder, check=True, capture_output=True)
    return folder


def _found(folder: Path) -> dict[str, Any]:
    """What the kernel and the records tell of the deaths, and what `memmon report` does."""
    kernel = subprocess.run(["dmesg"], check=True, capture_output=True, encoding="utf-8").stdout
    logs = sorted(folder.glob("memory_monitor_*.log"))
    owners = [_OWNER.search(log.read_text(encoding="utf-8")) for log in logs]
    words = [*MEMMON, "report", "--json"]
    report = subprocess.run(words, cwd=folder, check=False, capture_output=True, encoding="utf-8")
    return {
        "killed": [[int(pid), process] for pid, process in _KILLED.findall(kernel)],
        "recorded": [int(owner[1]) for owner in owners if owner],
        "report": json.loads(report.stdout) if report.returncode in (0, 1) else None,
    }


def _add_swap(mb: int) -> None:
    if not _SWAP.exists():
        subprocess.run(["dd", "if=/dev/zero", f"of={_SWAP}", "bs=1M", f"count={mb}"], check=True, capture_output=True)
        _SWAP.chmod(0o600)
        subprocess.run(["mkswap", "-q", _SWAP], check=True)
    subprocess.run(["swapon", _SWAP], check=True)


if __name__ == "__main__":
    main()
