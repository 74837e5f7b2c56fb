"""`memmon report` on hostile records: it ends, in bounded memory, with a verdict or a refusal in one sentence."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from hostile.records import EVENTS, FILES, LOG, PAGE, RECORDS, VALUES, lay_down
from support.marks import full

if TYPE_CHECKING:
    from pathlib import Path

_ADDRESS_SPACE = 1 << 30
_SECONDS = 60
"""What takes longer hangs; the largest of the records takes a tenth of it."""
_FORGES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_SAMPLE = (
    f"a named pipe for {LOG}",
    f"a named pipe for {PAGE}",
    f"an endless device for {EVENTS}",
    "all values: 5,000 digits",
    "all values: the cursor",
    "lines of marks",
    "page: unit 0",
)
"""One or two for each of the doors."""


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))


def _report(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "memmon", "report", *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        preexec_fn=_limited,
        timeout=_SECONDS,
        check=False,
    )


def test_there_are_a_hundred_and_more() -> None:
    """Every file has every kind of thing in its place, and every value is tried in every event."""
    assert len(RECORDS) > 100
    assert all(f"a named pipe for {name}" in RECORDS for name in FILES)
    assert all(f"all values: {kind}" in RECORDS for kind in VALUES)
    assert set(_SAMPLE) <= set(RECORDS)


@pytest.mark.parametrize("kind", [pytest.param(one, marks=() if one in _SAMPLE else full) for one in RECORDS])
def test_a_hostile_record_is_judged_or_refused(tmp_path: Path, kind: str) -> None:
    """As people read it, in short and in full, and as JSON: no traceback, nothing forged, a telling exit code."""
    lay_down(tmp_path)
    RECORDS[kind](tmp_path)
    for arguments in (("--json", LOG), ("--full", LOG), ()):
        done = _report(tmp_path, *arguments)
        said, told = (stream.decode("utf-8", "surrogateescape") for stream in (done.stderr, done.stdout))
        assert done.returncode in (0, 1, 2), said
        assert not _FORGES.search(said + told)
        if done.returncode == 2:
            assert re.fullmatch(r"memmon: error: [^\n]+\n", said)
            assert not told
            continue
        assert not said
        if "--json" in arguments:
            assert json.loads(told)["schema"].startswith("memmon.report/")
        else:
            assert told.strip()


def test_the_record_that_they_are_made_of_is_a_good_one(tmp_path: Path) -> None:
    """So what the others show is not refused for something else: all its files are read, and tell why it died."""
    lay_down(tmp_path)
    done = _report(tmp_path, "--json", LOG)
    said = json.loads(done.stdout)
    assert done.returncode == 1
    assert (said["verdict"]["cause"], said["verdict"]["culprit"]["line"]) == ("limit", 3)
