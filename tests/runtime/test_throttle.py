"""A cgroup of version 2 may slow a process down below the limit at which it kills: what counts as the limit then."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

PROGRAM = """
    import os, sys
    from memmon_runtime.measure.limits import Limits
    from memmon_runtime.measure.memory import best_reader
    from memmon_runtime.system.sizes import Threshold

    unit = best_reader().unit
    for words in sys.argv[2:]:
        for name, text in zip(("own/memory.max", "own/memory.high", "memory.max", "memory.high"), words.split()):
            with open(os.path.join(sys.argv[1], name), "w") as file:
                file.write(text + "\\n")
        limits = Limits(Threshold("80%"), Threshold("95%"), unit)
        print(limits.tightest >> 20, limits.origin, os.path.relpath(limits.path, sys.argv[1]))
"""
MB = 1 << 20
KILLS_OR_SLOWS = {
    f"max {100 * MB} max max": "100 throttle own/memory.high",
    f"{400 * MB} {100 * MB} max max": "100 throttle own/memory.high",
    f"{105 * MB} {100 * MB} max max": "105 cgroup own/memory.max",
    f"{50 * MB} {100 * MB} max max": "50 cgroup own/memory.max",
    f"{400 * MB} max max {100 * MB}": "100 throttle memory.high",
    f"{400 * MB} 0 max max": "400 cgroup own/memory.max",
}
"""What a cgroup and the one above it have as limit and throttle each, and what is taken for the limit."""
IN_ANOTHER_CGROUP = """
    mount --bind "$0/membership" /proc/$$/cgroup && mount --bind "$0/mountinfo" /proc/$$/mountinfo && exec "$@"
"""


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="a cgroup is pretended by root only")
def test_a_throttle_well_below_the_limit_is_the_limit(bench, tmp_path):
    """A program gets no further than to there, so the levels are of it; just below the limit it is but on the way."""
    top = tmp_path / "groups"
    (top / "own").mkdir(parents=True)
    for folder in (top, top / "own"):
        for name in ("cgroup.procs", "memory.current", "memory.stat"):
            (folder / name).write_text("0\n", encoding="ascii")
    (top / "membership").write_text("0::/own\n", encoding="ascii")
    (top / "mountinfo").write_text(f"30 23 0:26 / {top} rw shared:4 - cgroup2 cgroup2 rw\n", encoding="ascii")
    bench.write(PROGRAM, preamble=False)
    words = ["program.py", str(top), *KILLS_OR_SLOWS]
    command = ["unshare", "-m", "sh", "-c", IN_ANOTHER_CGROUP, str(top), *bench.command(*words)]
    done = subprocess.run(
        command, cwd=bench.folder, env=bench.environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == list(KILLS_OR_SLOWS.values())
