"""The diff itself, held against patch on changes of every shape."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memmon.show.diff import unified

LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"\n", b"c\r\n", b"  d\n", b"\\ e\n", b"-- f\n"]), max_size=40)
LAST = st.sampled_from([b"", b"z", b"a"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LINES, LAST, LINES, LAST)
def test_patch_makes_one_of_the_other(old: list[bytes], old_last: bytes, new: list[bytes], new_last: bytes) -> None:
    """However two texts differ, repeated lines and missing last newlines included, patch applies the diff."""
    before, after = b"".join(old) + old_last, b"".join(new) + new_last
    diff = b"".join(unified(before, after, "f"))
    assert bool(diff) == (before != after)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "f")
        path.write_bytes(before)
        if diff:
            patch = ["patch", "-p1", "--fuzz=0", "--binary", "-E"]
            subprocess.run(patch, cwd=folder, input=diff, check=True, capture_output=True)
        assert (path.read_bytes() if path.exists() else b"") == after


def test_insertions_alone_stay_insertions() -> None:
    """Lines put around repeated ones show as added lines only: the user's own are never shown as removed."""
    old = [b"x = 1\n", b"y = f(x)\n", b"\n"] * 500
    new: list[bytes] = []
    for number, line in enumerate(old):
        if line.startswith(b"y"):
            new += [b'm.before("y", %d)\n' % number, line, b'm.after("y", %d)\n' % number]
        else:
            new.append(line)
    lines = list(unified(b"".join(old), b"".join(new), "f"))[2:]
    assert sum(line.startswith(b"+") for line in lines) == 1000
    assert not any(line.startswith(b"-") for line in lines)


def test_everything_changed_far_apart() -> None:
    """Where nothing agrees within reach, the rest is replaced as a whole, in a time that stays bounded."""
    old = [b"%d\n" % number for number in range(20_000)]
    new = [*old[10_000:], *old[:10_000]]
    lines = list(unified(b"".join(old), b"".join(new), "f"))
    assert sum(line.startswith(b"+") for line in lines[2:]) <= 20_000
