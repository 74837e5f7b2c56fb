"""A program that starts many children: their records stay bounded, and none with anything to tell goes."""

from __future__ import annotations

import subprocess

from support import cgroup
from support.marks import needs_cgroup

FAMILY = """
import glob, os, signal, time
def work(alarm=100):
    __memmon__.before("work", 3, alarm=alarm)
    __memmon__.after("work", 3, alarm=alarm)
def forked(do):
    pid = os.fork()
    if not pid:
        do()
        os._exit(0)
    os.waitpid(pid, 0)
    return pid
def stuck():
    __memmon__.before("stuck", 12)
    os.kill(os.getpid(), signal.SIGKILL)
def raises_alarm():
    work(alarm=-1)
def has_child():
    work()
    forked(work)
def files():
    return {name for name in os.listdir(".") if "memory_monitor_" in name}
telling = [forked(do) for do in (stuck, raises_alarm, has_child)]
parent = os.getpid()
lives = os.fork()
if not lives:
    work()
    while os.getppid() == parent:
        time.sleep(0.05)
    os._exit(0)
for _ in range(CHILDREN):
    forked(work)
while len(glob.glob("memory_monitor_*.log")) > 106:
    time.sleep(0.01)
print(*telling, lives)
"""
STAYING = 106
"""The parent's log, the hundred newest children's, the four that stay, and that of one's own child."""


def test_of_many_ended_children_the_newest_stay_and_those_that_have_something_to_tell(one_python):
    """The others are in their parent's events, all together; one that lives, or is a parent, stays too."""
    left = one_python.run(FAMILY.replace("CHILDREN", "140"), timeout=120)
    assert (left.status, left.stderr) == (0, "")
    pids = [int(word) for word in left.stdout.split()]
    logs = [path.name for path in left.folder.glob("memory_monitor_*.log")]
    for pid in pids:
        assert [name for name in logs if name.endswith(f"_{pid}.log")]
    headers = {facts["header"]["pid"]: facts for facts in left.processes}
    assert set(pids) <= headers.keys()
    parent = next(facts for facts in left.processes if facts["header"]["parent"] is None)
    totals = parent["children"]
    # The one that has a grandchild's log may be told by the parent; the grandchild is that child's to fold.
    assert totals["count"] + len(headers) == 1 + 140 + len(pids) + 1
    assert len(headers) <= STAYING
    assert totals["unsaid"] == totals["count"]
    assert totals["highest_mb"] > 5
    assert totals["mb"] > 0
    stems = {path.name.lstrip(".").partition(".")[0] for path in left.folder.glob("*memory_monitor_*")}
    assert stems == {name.partition(".")[0] for name in logs}


def test_few_children_keep_their_records(one_python):
    """Whatever there is room for is of use to whoever reads the report."""
    left = one_python.run(
        """
        import os, time
        def work():
            __memmon__.before("work", 3)
            __memmon__.after("work", 3)
        for _ in range(20):
            pid = os.fork()
            if not pid:
                work()
                os._exit(0)
            os.waitpid(pid, 0)
        time.sleep(1.2)
        """
    )
    assert (left.status, left.stderr) == (0, "")
    assert len(left.logs) == 21
    assert not left.told("children")


def test_workers_of_a_master_without_a_record_are_folded_too(one_python):
    """As those of a server that replaces them again and again: the one that finds many has the others' totals."""
    one_python.write(
        """
        __memmon__.before("work", 1)
        __memmon__.after("work", 1)
        import glob, sys, time
        while sys.argv[1] == "stays" and len(glob.glob("memory_monitor_*.log")) > 101:
            time.sleep(0.01)
        """,
        "worker.py",
    )
    one_python.write(
        """
        import glob, os, runpy, shutil, sys
        def worker(what):
            pid = os.fork()
            if not pid:
                sys.argv[1:] = [what]
                runpy.run_path("worker.py", run_name="__main__")
                sys.exit()
            assert os.waitpid(pid, 0)[1] == 0
        worker("ends")
        (log,) = glob.glob("memory_monitor_*.log")
        for day in range(10, 30):
            for second in range(10, 20):
                name = "memory_monitor_202511%d_1030%d" % (day, second)
                shutil.copy(log, name + ".log")
                shutil.copy("." + log[:-4] + ".events", "." + name + ".events")
        worker("stays")
        """,
        "master.py",
        preamble=False,
    )
    left = one_python.run(None, "master.py", timeout=120)
    assert (left.status, left.stderr) == (0, "")
    assert len(left.logs) == 101
    (totals,) = [facts["children"] for facts in left.processes if "children" in facts]
    assert (totals["count"], totals["unsaid"]) == (101, 0)
    assert totals["highest_mb"] > 5


def test_workers_of_a_master_that_never_forks_are_folded_too(one_python):
    """Each is started anew, and the master sees none of their records: one of them removes the others', and tells."""
    left = one_python.run(
        """
        import glob, multiprocessing, os, shutil
        def work():
            __memmon__.before("work", 3)
            __memmon__.after("work", 3)
        def start():
            worker = multiprocessing.get_context("spawn").Process(target=work)
            worker.start()
            worker.join()
            return worker.pid
        def main():
            (log,) = glob.glob("memory_monitor_*_%d.log" % start())
            for day in range(10, 30):
                for second in range(10, 20):
                    name = "memory_monitor_202511%d_1030%d" % (day, second)
                    shutil.copy(log, name + ".log")
                    shutil.copy("." + log[:-4] + ".events", "." + name + ".events")
                    os.utime(name + ".log", (10**9, 10**9))
            start()
        if __name__ == "__main__":
            main()
        """,
        timeout=120,
    )
    assert (left.status, left.stderr) == (0, "")
    (totals,) = [facts["children"] for facts in left.processes if "children" in facts]
    assert (totals["count"], totals["unsaid"]) == (201 - 100, 0)
    assert len(left.logs) == 100 + 2  # the master's, and that of the one that has removed the others


def test_a_child_that_writes_all_at_once_keeps_to_what_its_log_begins_with(one_python):
    """Those of the first eight may be longer; each log begins with its header and ends with the newest."""
    left = one_python.run(
        """
        import os
        def work():
            for _ in range(3500):
                __memmon__.before("work", 4)
                __memmon__.after("work", 4)
            __memmon__.before("done", 6)
            __memmon__.after("done", 6)
        start, children = os.pipe(), []
        for _ in range(10):
            told = os.pipe()
            pid = os.fork()
            if not pid:
                __memmon__.before("begun", 13)
                __memmon__.after("begun", 13)
                os.write(told[1], b".")
                os.close(start[1])
                os.read(start[0], 1)
                work()
                os._exit(0)
            os.read(told[0], 1)
            children.append(pid)
        os.close(start[1])
        for pid in children:
            os.waitpid(pid, 0)
        print(*children)
        """,
        settings="exact=(4,), ",
    )
    assert (left.status, left.stderr) == (0, "")
    logs = [left.folder.glob(f"memory_monitor_*_{pid}.log") for pid in left.stdout.split()]
    texts = [path.read_bytes() for (path,) in logs]
    assert [len(text) <= (1 << 20) for text in texts] == [True] * 10
    assert len(texts[0]) > 32 << 10  # half of what it begins with, in which the newest is, at the least
    assert sum(map(len, texts)) < 6 << 20
    assert all(text.startswith(b"# memmon ") and b"] [done_AFTER] " in text[-300:] for text in texts)


KILLED_AMONG = """
import glob, os, time
def work():
    __memmon__.before("work", 3)
    __memmon__.after("work", 3)
def hungry():
    work()
    kept = []
    while True:
        kept.append(b"x" * (1 << 20))
def forked(do):
    pid = os.fork()
    if not pid:
        do()
        os._exit(0)
    os.waitpid(pid, 0)
    return pid
def logs():
    return glob.glob("memory_monitor_*.log")
def settle(most):
    while len(logs()) > most:
        time.sleep(0.01)
for _ in range(110):
    last = forked(work)
# What was written to just now is not looked at; once more of them have gone, the others have been.
(newest,) = glob.glob("memory_monitor_*_%d.log" % last)
while os.stat(newest).st_mtime > time.time() - 1.5:
    time.sleep(0.1)
for _ in range(3):
    forked(work)
settle(101)
print(forked(hungry), flush=True)
for _ in range(105):
    forked(work)
settle(120)
"""
"""It ends once no more logs are left than its own, the newest hundred, the hungry child's, and those of some before
that one that had ended too lately for it to be known how: of 210 in all."""


@needs_cgroup
def test_a_kill_keeps_nobody_who_had_ended_before_it(one_python):
    """What is known of the ended children before the kernel kills another one is known after it."""
    one_python.write(KILLED_AMONG)
    with cgroup.limited(150) as group:
        done = group.run(
            one_python.command(),
            cwd=one_python.folder,
            env=one_python.environment(),
            stdout=subprocess.PIPE,
            timeout=120,
        )
        assert (done.returncode, group.oom_kills()) == (0, 1)
    assert list(one_python.folder.glob(f"memory_monitor_*_{int(done.stdout)}.log"))
