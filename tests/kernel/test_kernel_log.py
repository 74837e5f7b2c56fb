"""Which lines of the kernel's log say that a process was killed for want of memory, or crashed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from memmon.kernel import log
from memmon.kernel.log import ended_process, name_in, rss_mb

KILL = (
    "Memory cgroup out of memory: Killed process 71 (python3) total-vm:412000kB, anon-rss:301000kB, file-rss:4100kB,"
    " shmem-rss:100kB, UID:0 pgtables:700kB oom_score_adj:0"
)
OLD_KILL = "Killed process 4711 (python) total-vm:500kB, anon-rss:1024kB, file-rss:0kB"
LINES = {
    KILL: (("oom-kill", 71), (301000 + 4100 + 100) / 1024),
    OLD_KILL: (("oom-kill", 4711), 1.0),
    "oom_reaper: reaped process 71 (python3), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB": (None, 0.0),
    "python3[88]: segfault at 0 ip 00007f2c sp 00007ffd error 4 in libc.so.6[7f2c+195000]": (("crash", 88), None),
    "traps: python3[89] general protection fault ip:7f sp:7f error:0 in x.so[7f+1]": (("crash", 89), None),
    "traps: python3[90] trap invalid opcode ip:7f sp:7f error:0 in x.so[7f+1]": (("crash", 90), None),
    "Killed process many (python)": (None, None),
    "Killed process 71": (None, None),
    "python3[x]: segfault at 0": (None, None),
    "eth0: link up": (None, None),
    "": (None, None),
}
"""Lines, how and which process they say was ended, and the megabytes that they say it held."""


@pytest.mark.parametrize(("line", "ended", "held"), [(line, *said) for line, said in LINES.items()])
def test_a_line_names_the_process_that_the_kernel_ended(
    line: str, ended: tuple[str, int] | None, held: float | None
) -> None:
    """Kills and the three sorts of crashes are known, with what was held; nothing else is taken for one."""
    assert ended_process(line) == ended
    assert rss_mb(line) == held


def test_the_name_in_a_line() -> None:
    """The kernel's name of whom it killed, which is all that is left of a process that nobody saw alive."""
    assert name_in(KILL) == "python3"
    assert name_in("eth0: link up") == ""


def test_who_is_killed_along_with_a_group() -> None:
    """The kernel names whom it chose, says that the group follows, and names all of it, the chosen one again."""
    kill = "Memory cgroup out of memory: Killed process {} (python3) anon-rss:9kB"
    group = "Tasks in /x are going to be killed due to memory.oom.group set"
    written = [
        (10.0, kill.format(70), (70, None)),
        (20.0, kill.format(71), (71, None)),
        (20.0, group, None),
        (20.0, kill.format(71), (71, None)),
        (20.1, kill.format(72), (72, 71)),
        (20.1, "python3[88]: segfault at 0 ip 00007f2c sp 00007ffd error 4 in libc.so.6[7f2c+195000]", (88, None)),
        (20.2, kill.format(73), (73, 71)),
        (60.0, kill.format(74), (74, None)),
        (60.0, kill.format(75), (75, None)),
    ]
    ends = log.Ends()
    assert [(end := ends.next(at, text)) and end[1:] for at, text, _ in written] == [ended for *_, ended in written]


def test_what_was_written_before_is_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A number is given again: a line from before the run says nothing of its processes."""
    monkeypatch.setattr(log, "records", lambda: iter([(100.0, KILL), (500.0, OLD_KILL)]))
    assert log.lines_on({71, 4711}, since=300.0) == [OLD_KILL]
    assert log.lines_on({71, 4711}, since=100.0) == [KILL, OLD_KILL]
    assert log.lines_on({72}, since=0.0) == []


def test_in_a_container_the_log_speaks_of_others() -> None:
    """Processes have other numbers there than those by which the kernel names whom it killed."""
    program = (
        "import sys; from memmon.kernel import log; log.records = lambda: iter([(500.0, sys.argv[1])]);"
        "print(len(log.lines_on({71}, since=300.0)))"
    )
    command = [sys.executable, "-c", program, KILL]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "1\n"
    inside = ["unshare", "--pid", "--fork", "--mount-proc"]
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no namespace of processes can be made here")
    assert subprocess.run([*inside, *command], capture_output=True, text=True, check=True).stdout == "0\n"
