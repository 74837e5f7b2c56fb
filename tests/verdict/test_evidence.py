"""What is found beside a log: counters of the very cgroup, the kernel's own log, the process."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from memmon.kernel import log as kernel_log
from memmon.verdict.evidence.gather import gather
from memmon.verdict.evidence.kernel import KernelLog
from memmon.verdict.evidence.liveness import is_alive
from memmon.verdict.model import Header
from memmon.verdict.read.process import read_process
from support import cgroup
from support.marks import needs_cgroup
from verdict.handwritten import NOBODY, START, header

if TYPE_CHECKING:
    from collections.abc import Callable

    from memmon.verdict.model import ExternalEvidence


@pytest.fixture
def external(log: Callable[..., Path]) -> Callable[..., ExternalEvidence]:
    """What stands beside a log with these facts in its header."""

    def look(**facts: Any) -> ExternalEvidence:
        now = datetime.now(timezone.utc).isoformat()
        return gather(read_process(str(log(header(**{"started": now, **facts}), START))), KernelLog())

    return look


V1 = ("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill {}\n")
V2 = ("memory.events", "low 0\nhigh 0\nmax 9\noom 4\noom_kill {}\noom_group_kill 7\n")


@pytest.mark.parametrize(("name", "form"), [V1, V2], ids=["v1", "v2"])
def test_the_cgroups_counter(external: Callable[..., ExternalEvidence], tmp_path: Path, name: str, form: str) -> None:
    """The counter is read in the form of either version, and its rise since the header told."""
    folder = tmp_path / "组"
    folder.mkdir()
    (folder / name).write_text(form.format(5), encoding="ascii")
    noted = {"path": str(folder), "inode": folder.stat().st_ino, "count": 3}
    found = external(oom_kill={"cgroup": noted, "vmstat": None}).cgroup
    assert found
    assert (found.before, found.now, found.rise) == (3, 5, 2)


def test_another_cgroup_of_the_same_name(external: Callable[..., ExternalEvidence], tmp_path: Path) -> None:
    """A cgroup that was made anew under the same path counts other kills: it says nothing."""
    (tmp_path / "memory.events").write_text("oom_kill 5\n", encoding="ascii")
    noted = {"path": str(tmp_path), "inode": tmp_path.stat().st_ino + 1, "count": 0}
    found = external(oom_kill={"cgroup": noted, "vmstat": None}).cgroup
    assert found
    assert found.rise is None


def test_a_cgroup_that_is_gone(external: Callable[..., ExternalEvidence], tmp_path: Path) -> None:
    """A removed cgroup is told as gone, not as one without kills."""
    noted = {"path": str(tmp_path / "gone"), "inode": 1, "count": 0}
    found = external(oom_kill={"cgroup": noted, "vmstat": None}).cgroup
    assert found
    assert (found.path, found.rise) == (str(tmp_path / "gone"), None)


def test_a_counter_from_before_the_machine_was_started(external: Callable[..., ExternalEvidence]) -> None:
    """The machine's counter begins anew with the machine: an older log's figure is not compared with it."""
    assert external(oom_kill={"cgroup": None, "vmstat": 0}).vmstat is not None
    assert external(oom_kill={"cgroup": None, "vmstat": 0}, started="2001-01-01T00:00:00+00:00").vmstat is None


@needs_cgroup
@pytest.mark.skipif(not os.access("/dev/kmsg", os.R_OK), reason="the kernel log can't be read here")
def test_the_kernel_log_names_the_process(external: Callable[..., ExternalEvidence]) -> None:
    """A kill that just happened is found in the kernel log by its id, with what the process held."""
    begun = datetime.now(timezone.utc).isoformat()
    program = "import os, sys; print(os.getpid(), flush=True); x = b'x' * (400 << 20)"
    with cgroup.limited(60) as group:
        done = group.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL
    found = external(pid=int(done.stdout), started=begun)
    (line,) = (one for one in found.kernel if one.pid == int(done.stdout))
    assert line.sort == "oom-kill"
    held_kb = sum(map(int, re.findall(r"(?:anon|file|shmem)-rss:(\d+)kB", line.text)))
    assert held_kb > 30 << 10
    assert line.rss_mb == pytest.approx(held_kb / 1024, abs=0.1)
    assert abs(line.at - time.time()) < 60


def test_the_kernel_log_numbers_no_process_of_a_container(
    external: Callable[..., ExternalEvidence], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record from a container, read outside, has a number that is somebody else's there: no line speaks of it."""
    now = time.time()
    lines = [(now - 3600, "booted"), (now, f"Memory cgroup out of memory: Killed process {NOBODY} (python3)")]
    monkeypatch.setattr(kernel_log, "records", lambda: iter(lines))
    outside, inside = (external(pid=NOBODY, namespace=number) for number in (kernel_log.INITIAL_NAMESPACE, 4026532200))
    assert [line.pid for line in outside.kernel] == [NOBODY]
    assert (inside.kernel, inside.kernel_log_whole) == ((), False)


def test_alive_by_its_ticks_alone() -> None:
    """The page knows when the process started, to the tick: the same id with another start is not it."""
    ticks = int(Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19])
    mine = Header(pid=os.getpid(), started=time.time())
    assert is_alive(mine, ticks)
    assert not is_alive(mine, ticks + 1)
    assert not is_alive(Header(pid=NOBODY, started=time.time()), ticks)


@pytest.mark.skipif(b"python" in Path("/proc/1/cmdline").read_bytes(), reason="process 1 is a Python here")
def test_init_is_no_program_of_ours() -> None:
    """A log from a container names process 1; outside, that is somebody else's and no Python."""
    assert not is_alive(Header(pid=1, started=time.time(), target="/srv/none.py", argv=("none.py",)))
