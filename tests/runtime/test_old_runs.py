"""Older runs' records make room for newer ones, and nothing else does."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

from memmon_runtime.record.told_mark import mark_told

if TYPE_CHECKING:
    from pathlib import Path

KEEP = 'keep="3 runs", '
BRACKET = """
def load():
    __memmon__.before("load", 2)
    {work}
    __memmon__.after("load", 2)
load()
"""
ENDS = BRACKET.format(work="pass")
DIES = BRACKET.format(work="import os; os.kill(os.getpid(), 9)")


def logs(folder: Path) -> list[str]:
    """The logs there are, by their names."""
    return sorted(path.name for path in folder.glob("memory_monitor_*.log"))


def stems(folder: Path) -> set[str]:
    """Which logs anything is left of."""
    return {path.name.lstrip(".").partition(".")[0] for path in folder.glob("*memory_monitor_*")}


def new_log(folder: Path, before: list[str]) -> Path:
    """The log that has come since."""
    (name,) = set(logs(folder)) - set(before)
    return folder / name


def test_the_oldest_runs_go_with_all_that_they_left(every_python):
    """So many are kept, this one counted; other programs' records and other files of a like name are nobody's."""
    folder = every_python.folder
    every_python.write(ENDS, "other.py")
    for _ in range(2):
        assert every_python.run(None, "other.py").status == 0
    others = logs(folder)
    kept = [folder / "memory_monitor_20200101_000000.log", folder / "memory_monitor_20200101_000001.log"]
    kept[0].write_text("# memmon's neighbour\n", encoding="ascii")
    (folder / "precious").write_text("# memmon \n", encoding="ascii")
    kept[1].symlink_to("precious")
    runs = []
    for _ in range(5):
        before = logs(folder)
        assert every_python.run(ENDS, settings=KEEP).stderr == ""
        runs.append(new_log(folder, before).name)
    assert logs(folder) == sorted([*others, *(path.name for path in kept), *runs[-3:]])
    assert stems(folder) == {name.partition(".")[0] for name in logs(folder)}
    assert (folder / "precious").exists()


def test_a_death_that_nobody_was_told_of_stays(one_python):
    """Until somebody is: a bracket was open."""
    folder = one_python.folder
    assert one_python.run(DIES, settings=KEEP).status == -9
    died = new_log(folder, [])
    for _ in range(5):
        assert one_python.run(ENDS, settings=KEEP).status == 0
    assert died.exists()
    assert len(logs(folder)) == 4
    assert mark_told(str(died))
    assert one_python.run(settings=KEEP).status == 0
    assert died.name not in logs(folder)
    assert len(logs(folder)) == 3


def test_of_runs_that_a_signal_ended_as_many_are_kept_again(one_python):
    """Nothing speaks for memory, and nothing says who ended them: they stay while others go, but not for ever."""
    ended = 0
    for source in (*[ENDS + "import os; os.kill(os.getpid(), 9)\n"] * 7, *[ENDS] * 4):
        ended += one_python.run(source, settings=KEEP).status
    assert ended == 7 * -9
    records = one_python.run(ENDS, settings=KEEP).processes
    assert len([one for one in records if "end" in one]) == 3
    assert len([one for one in records if "end" not in one]) == 3


def test_a_run_whose_process_lives_stays(one_python):
    """However many have come since; it goes on with its record, and its end is in it."""
    folder = one_python.folder
    one_python.write("import sys, time\nprint('begun', flush=True)\nsys.stdin.read()\n", settings=KEEP)
    with subprocess.Popen(
        one_python.command(), cwd=folder, env=one_python.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as living:
        assert living.stdout.readline() == b"begun\n"
        log = new_log(folder, [])
        one_python.write(ENDS, settings='keep="1KB", ')
        for _ in range(3):
            assert one_python.run().status == 0
            assert log.exists()
        assert len(logs(folder)) == 2
    assert "[program end]" in log.read_text("utf-8")


def test_a_program_that_goes_on_makes_room_without_noticing(every_python):
    """Its next file has the number that it would have without us, at any moment."""
    folder = every_python.folder
    for _ in range(5):
        assert every_python.run(ENDS).status == 0
    left = every_python.run(
        """
        import glob, os, time
        numbers = set()
        until = time.monotonic() + 50
        while len(glob.glob("memory_monitor_*.log")) > 2 and time.monotonic() < until:
            for _ in range(100):
                fd = os.open(".", os.O_RDONLY)
                numbers.add(fd)
                os.close(fd)
        print(len(glob.glob("memory_monitor_*.log")), len(numbers))
        """,
        settings='keep="2 runs", ',
        timeout=100,
    )
    assert (left.status, left.stdout, left.stderr) == (0, "2 1\n", "")
    assert stems(folder) == {name.partition(".")[0] for name in logs(folder)}


def test_all_of_a_run_goes_at_once_and_stays_while_one_of_its_processes_lives(one_python):
    """A child's record is part of its parent's run."""
    folder = one_python.folder
    forks = "import glob, os, sys, time\n" + BRACKET.format(work="pass") + "if not os.fork():\n    load()\n"
    waits = "    end = time.monotonic() + 30\n    while len(glob.glob('*.log')) < 2 and time.monotonic() < end:\n"
    one_python.write(forks + "    time.sleep(60)\nelse:\n" + waits + "        time.sleep(0.01)\n", settings=KEEP)
    with subprocess.Popen(
        one_python.command(), cwd=folder, env=one_python.environment(), start_new_session=True
    ) as parent:  # fmt: skip
        parent.wait()
        try:
            assert len(logs(folder)) == 2
            one_python.write(ENDS, settings='keep="1 run", ')
            assert one_python.run().status == 0
            assert len(logs(folder)) == 3
        finally:
            os.killpg(parent.pid, signal.SIGKILL)
