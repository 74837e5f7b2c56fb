"""Which logs are one run, which of several runs a report tells of, and what it says of the others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from memmon.verdict.read.runs import runs_in
from support.tool import memmon
from verdict import handwritten
from verdict.handwritten import NOBODY, START, fact, header, line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

END = '# end: {"exit": "normal"}\n' + line("program end", 60)
GREW = line("x_BEFORE", 290, 230, " line=273", "CRITICAL")
BOOT = "c08bfb63-da45-4d2b-a631-c675cd98ad19"
KILLED = fact(
    "proof",
    {
        "cgroup": None,
        "vmstat": None,
        "kernel": [{"sort": "oom-kill", "pid": NOBODY, "at": 1.0, "text": "Killed process", "rss_mb": 298.0}],
    },
)
"""An earlier report has found that the kernel killed the process."""


def began(ticks: int, at: str, *, pid: int = NOBODY, origin: tuple[int, int] | None = None, **facts: Any) -> str:
    """A header of a process that started ``ticks`` after the boot, and whose record began ``at`` this time of day."""
    first = origin or (pid, ticks)
    return header(
        pid=pid,
        start_ticks=ticks,
        started=f"2026-11-22T{at}+00:00",
        run={"pid": first[0], "start_ticks": first[1], "boot": BOOT},
        limit={"mb": 300.0, "from": "cgroup", "path": "/c"},
        **facts,
    )


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a log of these parts by the time in its name; its path."""

    def written(name: str, *parts: str) -> Path:
        return handwritten.write(tmp_path / f"memory_monitor_20261122_{name}.log", "".join(parts))

    return written


def told(folder: Path, *words: str) -> tuple[int, str]:
    """The exit code and the text of a report."""
    done = memmon("report", "--full", *words, cwd=folder)
    assert done.stderr == ""
    return done.returncode, done.stdout


def said(folder: Path, *words: str) -> dict[str, Any]:
    """A report as JSON."""
    return dict(json.loads(memmon("report", "--json", *words, cwd=folder).stdout))


# --- what is one run ---------------------------------------------------------------------------------------


def test_workers_of_a_program_without_a_record_are_one_run(write: Callable[..., Path]) -> None:
    """A replaced worker that ends well does not hide that the first was killed."""
    first = write("100000", began(500, "10:00:00.000", pid=NOBODY, origin=(70, 400)), START, GREW, KILLED)
    second = write("100100", began(900, "10:01:00.000", pid=NOBODY + 1, origin=(70, 400)), START, END)
    code, text = told(first.parent)
    assert code == 1
    assert text.startswith(f"KILLED for want of memory, by the kernel's OOM killer, worker process {NOBODY} (certain)")
    assert "bot.py:273" in text
    assert "FINISHED" not in text
    found = said(first.parent)
    assert [one["log"] for one in found["run"]["processes"]] == [str(first), str(second)]
    assert [(one["pid"], one["cause"]) for one in found["incidents"]] == [(NOBODY, "oom-kill")]
    assert [one["pid"] for one in said(first.parent, first.name)["run"]["processes"]] == [NOBODY, NOBODY + 1]
    code, text = told(first.parent, second.name)
    assert code == 0
    assert f"Process {NOBODY} of the same run: killed for want of memory: bot.py:273 (+8 MB)." in text.splitlines()


def test_another_boot_or_another_process_is_another_run(write: Callable[..., Path]) -> None:
    """A process number means nothing by itself."""
    write("100000", began(500, "10:00:00.000", pid=NOBODY, origin=(70, 400)), START, END)
    write("100001", began(500, "10:00:00.000", pid=NOBODY, origin=(70, 400)).replace(BOOT, "another"), START, END)
    path = write("100100", began(900, "10:01:00.000", pid=NOBODY + 1, origin=(70, 850)), START, END)
    assert [len(run.logs) for run in runs_in([path.parent])] == [1, 1, 1]


def test_runs_are_in_the_order_of_the_kernels_clock(write: Callable[..., Path]) -> None:
    """Neither a name in another zone nor a clock that was set back makes the older run the newest."""
    older = write("180000", began(500, "10:00:00.000"), START, END)
    newer = write("040500", began(900, "09:05:00.000"), START, GREW, KILLED)
    assert [run.logs for run in runs_in([older.parent])] == [(newer,), (older,)]
    code, text = told(older.parent)
    assert (code, "KILLED" in text) == (1, True)


# --- who died ----------------------------------------------------------------------------------------------


def test_each_death_has_its_own_verdict(write: Callable[..., Path]) -> None:
    """A list in the order of the deaths, the worst in full, and what became of the program itself."""
    first = write("100000", began(500, "10:00:00.000", pid=NOBODY + 9), START, END)
    parent = {"pid": NOBODY + 9, "log": str(first)}
    for number, where in ((1, 81), (2, 273)):
        proof = KILLED.replace(str(NOBODY), str(NOBODY + number)).replace("298.0", f"29{number}.0")
        head = began(600 + number, f"10:00:0{number}.000", pid=NOBODY + number, origin=(NOBODY + 9, 500), parent=parent)
        write(f"10000{number}_{number}", head, START, GREW.replace("273", str(where)), proof)
    code, text = told(first.parent)
    assert code == 1
    assert text.startswith(
        f"KILLED for want of memory, by the kernel's OOM killer, child process {NOBODY + 2} (certain)"
    )
    assert f"The program itself, process {NOBODY + 9}, ended by itself." in text
    assert "2 of 3 processes of this run died: bot.py:" in text
    rows = [row.split() for row in text.splitlines() if "killed for want of memory" in row]
    assert {(row[2], row[-3]) for row in rows} == {(str(NOBODY + 1), "bot.py:81"), (str(NOBODY + 2), "bot.py:273")}
    found = said(first.parent)
    assert found["verdict"] == found["incidents"][0]
    assert [one["culprit"]["line"] for one in found["incidents"]] == [273, 81]
    assert found["run"]["outcome"] == "finished"


def test_a_program_that_another_took_over_by_exec_did_not_die(write: Callable[..., Path]) -> None:
    """The last one's end is the process's, whichever of their logs its supervisor wrote into; its child is a child."""
    supervised = fact("supervisor", {"outcome": "exited", "status": 3, "signal": None})
    first = write("100000", began(500, "10:00:00.000"), START, GREW, supervised)
    same = {"pid": NOBODY, "log": str(first)}
    second = write(f"100001_{NOBODY}", began(500, "10:00:01.000", parent=same), START)
    third = write(f"100002_{NOBODY}", began(500, "10:00:02.000", parent={**same, "log": str(second)}), START, END)
    parent = {"pid": NOBODY, "log": str(third)}
    child = write(
        "100003_9", began(700, "10:00:03.000", pid=NOBODY + 9, origin=(NOBODY, 500), parent=parent), START, END
    )
    code, text = told(first.parent)
    assert (code, text.splitlines()[0]) == (0, "FINISHED with exit status 3.")
    found = said(first.parent)
    assert [(one["pid"], one["log"]) for one in found["run"]["processes"]] == [
        (NOBODY, str(third)),
        (NOBODY + 9, str(child)),
    ]
    assert [one["role"] for one in found["run"]["processes"]] == ["main", "child"]


def test_a_child_is_named_by_what_it_ran(write: Callable[..., Path]) -> None:
    """By its script; what Python calls code that came by no file says nothing."""
    first = write("100000", began(500, "10:00:00.000", pid=NOBODY + 9), START, END)
    parent = {"pid": NOBODY + 9, "log": str(first)}
    for target, named in (("/srv/ds/work.py", " (work.py)"), ("<string>", "")):
        head = began(600, "10:00:01.000", origin=(NOBODY + 9, 500), parent=parent, target=target)
        write("100001_1", head, START, GREW, KILLED)
        _, text = told(first.parent)
        assert f"OOM killer, child process {NOBODY}{named} (certain)" in text


def counted(before: int) -> dict[str, Any]:
    """A cgroup's count of kills, as it was when a process began."""
    return {"oom_kill": {"cgroup": {"path": "/c", "inode": 1, "count": before}, "vmstat": None}}


def test_a_kill_that_was_proved_before_the_next_is_no_other_ones(write: Callable[..., Path]) -> None:
    """Each worker was told of before the next one began: the counter rose by one for each, and each has its kill."""
    first = write("100000", began(500, "10:00:00.000", pid=NOBODY + 9), START, END)
    parent = {"pid": NOBODY + 9, "log": str(first)}
    for number in range(3):
        head = began(600, "10:00:01.000", pid=NOBODY + number, parent=parent, **counted(number))
        counter = {"cgroup": {"path": "/c", "before": number, "after": number + 1}, "vmstat": None, "kernel": []}
        last = line("x_BEFORE", 290, 230, " line=5", "CRITICAL")
        write(f"10000{number}_{number}", head, START, last, fact("proof", counter))
    causes = {(one["pid"], one["cause"]) for one in said(first.parent)["incidents"]}
    assert causes == {(NOBODY + number, "oom-kill") for number in range(3)}


def test_no_more_are_killed_than_were_counted(write: Callable[..., Path]) -> None:
    """One kill was counted: it was of the worker that held most, and the others were ended by the pool."""
    first = write("100000", began(500, "10:00:00.000", pid=NOBODY + 9), START, END)
    parent = {"pid": NOBODY + 9, "log": str(first)}
    counter = {"cgroup": {"path": "/c", "before": 0, "after": 1}, "vmstat": None, "kernel": []}
    for number, mb in ((1, 40), (2, 250), (3, 41)):
        head = began(600, "10:00:01.000", pid=NOBODY + number, parent=parent)
        last = line("x_BEFORE", mb, mb - 60, " line=5", "CRITICAL")
        write(f"10000{number}_{number}", head, START, last, fact("proof", counter))
    found = said(first.parent)
    assert [(one["pid"], one["cause"], one["cause_confidence"]) for one in found["incidents"]] == [
        (NOBODY + 2, "oom-kill", "likely")
    ]


def test_a_program_that_was_seen_from_outside_alone(write: Callable[..., Path]) -> None:
    """The supervisor's list of processes and the kernel's word make a death of a process without a record."""
    seen = {
        "pid": NOBODY,
        "outcome": "exited",
        "status": 1,
        "signal": None,
        "oom_kill": {"cgroup": None, "vmstat": None, "kernel": [f"Killed process {NOBODY + 1} (python) anon-rss:9kB"]},
        "limit": None,
        "last_mb": 20.0,
        "peak_mb": 20.0,
        "processes": [
            {"pid": NOBODY, "parent": 1, "last_mb": 20.0, "peak_mb": 20.0, "ended": 0.0, "command": "python main.py"},
            {"pid": NOBODY + 1, "parent": NOBODY, "last_mb": 281.0, "ended": 0.5, "command": "python b.py"},
            {"pid": NOBODY + 2, "parent": NOBODY, "last_mb": 9.0, "ended": 3.0, "command": "sh"},
        ],
    }
    path = write("100000", began(500, "10:00:00.000"), START, END, fact("supervisor", seen))
    code, text = told(path.parent)
    first, second, third, *_ = text.splitlines()
    assert code == 1
    assert first.startswith("KILLED for want of memory")
    assert f"child process {NOBODY + 1} (python b.py) (certain)" in first
    assert second == f"The program itself, process {NOBODY}, ended by itself with exit status 1."
    assert "python b.py" in third
    found = said(path.parent)
    assert [(one["pid"], one["outcome"]) for one in found["run"]["processes"]] == [
        (NOBODY, "finished"),
        (NOBODY + 1, "killed"),
    ]
    assert [(one["pid"], one["cause"], one["culprit"]) for one in found["incidents"]] == [
        (NOBODY + 1, "oom-kill", None)
    ]


@pytest.mark.parametrize(("largest", "count", "died"), [(290.0, 8, True), (290.0, 7, False), (70.0, 8, False)])
def test_a_child_of_which_its_parent_alone_knows(
    write: Callable[..., Path], largest: float, count: int, *, died: bool
) -> None:
    """A kill was counted, and the largest child had most of what there was: it is likely to have been that one."""
    seen = {"cgroup": {"path": "/c", "inode": 1, "count": count}, "vmstat": None, "largest_child_mb": largest}
    path = write("100000", began(500, "10:00:00.000", **counted(7)), START, fact("kills", seen), END)
    found = said(path.parent)
    assert found["run"]["outcome"] == "finished"
    assert [(one["cause"], one["cause_confidence"]) for one in found["incidents"]] == [("oom-kill", "likely")] * died


def test_who_is_killed_along_with_a_group_is_told_so(write: Callable[..., Path]) -> None:
    """The one that the kernel had chosen is told of first, though an innocent one held more by then."""
    along = KILLED.replace(str(NOBODY), str(NOBODY + 1)).replace("298.0", f'299.0, "along_with": {NOBODY}')
    second = began(600, "10:00:01.000", pid=NOBODY + 1, origin=(NOBODY, 500))
    write("100000", began(500, "10:00:00.000"), START, GREW, KILLED)
    path = write(f"100001_{NOBODY + 1}", second, START, line("y_BEFORE", 20, 3, " line=81"), along)
    found = said(path.parent)
    assert [(one["pid"], one["cause"], one["cause_confidence"]) for one in found["incidents"]] == [
        (NOBODY, "oom-kill", "certain"),
        (NOBODY + 1, "oom-kill", "certain"),
    ]
    assert found["incidents"][0]["culprit"]["line"] == 273
    words = f"the kernel had chosen process {NOBODY}, and killed all of its group"
    assert [any(words in one for one in incident["evidence"]) for incident in found["incidents"]] == [False, True]
    _, text = told(path.parent)
    assert text.startswith("KILLED for want of memory")
    assert "killed along with its group" in text


@pytest.mark.parametrize(
    ("count", "other", "died"),
    [
        (8, [NOBODY + 1, "java", 290.0, True], True),
        (7, [NOBODY + 1, "java", 290.0, True], False),
        (8, [NOBODY + 1, "java", 90.0, True], False),
        (8, [NOBODY + 1, "java", 290.0, False], False),
        (8, [NOBODY + 1, "java", 290.0], False),
        (8, [1, "init", 290.0, True], False),
    ],
    ids=["killed", "nobody was", "small", "no child", "an older record", "still there"],
)
def test_another_program_that_was_seen_to_hold_most(
    write: Callable[..., Path], count: int, other: list[Any], *, died: bool
) -> None:
    """Where no kernel log names anybody, a kill that was counted is likely to have been the one of such a child."""
    around = {"rule": "cgroup", "rss_mb": 60.0, "machine": {}, "others": [other]}
    seen = {"cgroup": {"path": "/c", "inode": 1, "count": count}, "vmstat": None, "largest_child_mb": 0.0}
    facts = fact("surroundings", around), fact("kills", seen)
    path = write("100000", began(500, "10:00:00.000", **counted(7)), START, *facts, END)
    incidents = [(one["pid"], one["cause"], one["cause_confidence"]) for one in said(path.parent)["incidents"]]
    assert incidents == [(NOBODY + 1, "oom-kill", "likely")] * died


# --- of which run is told ----------------------------------------------------------------------------------


@pytest.fixture
def sleeper() -> Iterator[tuple[int, int]]:
    """A process that is there: its number, and when it started in clock ticks since boot."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"])
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as stat:  # noqa: PTH123
        ticks = int(stat.read().rpartition(")")[2].split()[19])
    yield process.pid, ticks
    process.kill()
    process.wait()


def test_the_newest_run_that_died_is_told_of(write: Callable[..., Path], sleeper: tuple[int, int]) -> None:
    """One that goes on since has a line, as has one that died earlier."""
    write("090000", began(300, "09:00:00.000"), START, GREW.replace("273", "81"), KILLED)
    killed = write("100000", began(500, "10:00:00.000"), START, GREW, KILLED)
    now = time.strftime("%H:%M:%S.000", time.gmtime())
    newer = began(sleeper[1], now, pid=sleeper[0]).replace("2026-11-22T", time.strftime("%Y-%m-%dT", time.gmtime()))
    write("110000", newer, START, line("background", 150, 90))
    code, text = told(killed.parent)
    assert code == 1
    assert text.startswith("KILLED for want of memory")
    assert "bot.py:273" in text.splitlines()[1]
    assert f"A newer run is going on (pid {sleeper[0]}), 50% of its limit." in text.splitlines()
    assert "The run of 09:00 was killed too: bot.py:81 (+8 MB)." in text.splitlines()
    assert said(killed.parent)["run"]["log"] == str(killed)


def test_a_run_that_finished_since_stands_first(write: Callable[..., Path]) -> None:
    """The program has done it: exit code 0, with a word on the last death."""
    write("100000", began(500, "10:00:00.000"), START, GREW, KILLED)
    newest = write("110000", began(900, "11:00:00.000"), START, END)
    code, text = told(newest.parent)
    assert code == 0
    assert text.startswith("FINISHED normally.")
    assert "The last death was in the run of 10:00: killed for want of memory: bot.py:273 (+8 MB)." in text
    assert said(newest.parent)["run"]["log"] == str(newest)


def test_another_program_that_finished_puts_nothing_behind(write: Callable[..., Path]) -> None:
    """It has a line of its own; what died is still told of."""
    killed = write("100000", began(500, "10:00:00.000"), START, GREW, KILLED)
    write("110000", began(900, "11:00:00.000", target="/srv/ds/other.py"), START, END)
    code, text = told(killed.parent)
    assert code == 1
    assert text.startswith("KILLED for want of memory")
    assert "A newer run of other.py, of 11:00: finished." in text.splitlines()


def test_every_run_in_a_table(write: Callable[..., Path], tmp_path: Path) -> None:
    """The newest first; a folder, a log and a process are ways to name runs."""
    killed = write("100000", began(500, "10:00:00.000"), START, GREW, KILLED)
    newest = write("110000", began(900, "11:00:00.000", pid=NOBODY + 1), START, END)
    code, text = told(tmp_path, "--all")
    _, first, second = text.splitlines()
    assert code == 0
    assert first.split()[:5] == ["2026-11-22", "11:00:00", str(NOBODY + 1), "bot.py", "finished"]
    assert "killed for want of memory" in second
    assert "bot.py:273" in second
    listed = said(tmp_path, "--all")
    assert listed["schema"] == "memmon.runs/1"
    assert [one["run"]["log"] for one in listed["runs"]] == [str(newest), str(killed)]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert said(elsewhere, os.pardir)["run"]["log"] == str(newest)
    assert said(tmp_path, str(NOBODY))["run"]["log"] == str(killed)
    assert said(tmp_path, killed.name)["run"]["log"] == str(killed)
    assert [one["run"]["log"] for one in said(tmp_path, "--all", killed.name, newest.name)["runs"]] == [
        str(newest),
        str(killed),
    ]


def test_a_process_without_a_log(write: Callable[..., Path]) -> None:
    """A number that no run here has is refused in one sentence."""
    path = write("100000", began(500, "10:00:00.000"), START, END)
    done = memmon("report", "999999999", cwd=path.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("memmon: error: there is no run log of a process 999999999 here")
