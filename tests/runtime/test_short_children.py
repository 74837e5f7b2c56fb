"""Forked children that live for a moment: they leave nothing behind until they have something to tell."""

from __future__ import annotations

WORK = """
import glob, os, sys
def work(n):
    __memmon__.start("work", 3)
    kept = bytearray(n << 20)
    __memmon__.end("work", 3)
def forked(do):
    pid = os.fork()
    if not pid:
        try:
            do()
        finally:
            os._exit(0)
    return os.waitpid(pid, 0)[1]
def is_told(what=""):
    return any(what in open(log).read() for log in glob.glob("memory_monitor_*_%d.log" % os.getpid()))
"""


def test_children_with_nothing_to_tell_leave_nothing(every_python):
    """Whether the system ends them, or Python does, or they fork another one: there is the parent's record alone."""
    left = every_python.run(
        WORK
        + "for _ in range(5):\n"
        + "    forked(int)\n"
        + "    forked(lambda: forked(int))\n"
        + "pid = os.fork()\n"
        + "if pid:\n"
        + "    os.waitpid(pid, 0)\n"
        + "    work(1)\n"
    )
    assert (left.status, left.stdout, left.stderr) == (0, "", "")
    assert left.names == ["program start", "work_START", "work_END", "program end"]
    assert [path.suffix for path in left.folder.glob(".memory_monitor_*")] == [".events"]


def test_the_record_of_a_child_takes_four_blocks_of_the_disk(one_python):
    """While it lives, and where it ends without a word: log, events, page and the file for a dump."""
    left = one_python.run(WORK + "for _ in range(3):\n    forked(lambda: work(0))\n")
    assert left.status == 0, left.stderr
    children = [facts["header"]["pid"] for facts in left.processes if facts["header"]["parent"] is not None]
    for pid in children:
        files = list(left.folder.glob(f"*memory_monitor_*_{pid}.*"))
        assert len(files) == 4
        assert sum(path.stat().st_blocks * 512 for path in files) <= 4 * 4096
    assert len(children) == 3


def test_a_child_that_grows_is_told_without_a_checkpoint(every_python):
    """It has a record as soon as it has grown by a step, and its kill leaves that behind."""
    left = every_python.run(
        WORK
        + "import signal, time\n"
        + "def grow():\n"
        + "    kept = []\n"
        + "    begun = time.monotonic()\n"
        + "    while not is_told('[background]'):\n"
        + "        kept.append(bytearray(4 << 20))\n"
        + "        time.sleep(0.005)\n"
        + "    os.kill(os.getpid(), signal.SIGKILL)\n"
        + "print(forked(grow))\n"
    )
    assert (left.status, left.stdout) == (0, "9\n"), left.stderr
    parent, child = sorted(left.processes, key=lambda facts: facts["header"]["parent"] is not None)
    assert child["header"]["parent"]["pid"] == parent["header"]["pid"]
    assert "end" not in child
    assert any("program.py" in str(frame[0]) for frame in child["stack"]["frames"])


def test_a_child_that_lives_for_a_second_is_told(one_python):
    """Though it does nothing at all."""
    left = one_python.run(
        WORK
        + "import time\n"
        + "def wait():\n"
        + "    begun = time.monotonic()\n"
        + "    while not is_told():\n"
        + "        time.sleep(0.01)\n"
        + "    print('told', flush=True)\n"
        + "print(forked(wait))\n"
    )
    assert (left.status, left.stdout) == (0, "told\n0\n"), left.stderr
    assert len(left.logs) == 2


def test_a_child_of_one_that_had_nothing_to_tell_names_its_grandparent(one_python):
    """The nearest of its ancestors that has a record."""
    left = one_python.run(WORK + "forked(lambda: forked(lambda: work(1)))\n")
    assert (left.status, left.stderr) == (0, "")
    parent, child = sorted(left.processes, key=lambda facts: facts["header"]["parent"] is not None)
    assert child["header"]["parent"]["pid"] == parent["header"]["pid"]


def test_a_child_that_ends_with_an_exception_is_told(every_python):
    """That is something to tell, though it passed no checkpoint and lived for no time."""
    left = every_python.run(
        WORK
        + "pid = os.fork()\n"
        + "if not pid:\n"
        + "    raise LookupError('nowhere')\n"
        + "print(os.waitpid(pid, 0)[1])\n"
    )
    assert (left.status, left.stdout) == (0, "256\n")
    assert [facts["exception"]["type"] for facts in left.processes if "exception" in facts] == ["LookupError"]


def test_a_record_is_begun_whole_whatever_a_handler_raises(every_python):
    """An alarm that comes anywhere in a child's first checkpoint leaves a log with its header, or none."""
    left = every_python.run(
        WORK
        + "import signal\n"
        + "def struck(after):\n"
        + "    signal.setitimer(signal.ITIMER_REAL, after)\n"
        + "    try:\n"
        + "        work(0)\n"
        + "        signal.pause()\n"
        + "    except ZeroDivisionError:\n"
        + "        work(0)\n"
        + "signal.signal(signal.SIGALRM, lambda *_: 1 / 0)\n"
        + "print([forked(lambda: struck(0.0002 * turn)) for turn in range(1, 25)] == [0] * 24)\n"
    )
    assert (left.status, left.stdout, left.stderr) == (0, "True\n", "")
    children = [facts for facts in left.processes if facts["header"]["parent"] is not None]
    assert len(children) == 24
    assert all(log.startswith("# memmon ") and "[program start]" in log for log in left.logs)


def test_the_first_checkpoint_may_come_where_the_stack_ends(every_python):
    """The child's own exception comes out, and its record is begun where there is room for that."""
    left = every_python.run(
        WORK
        + "def deep(n):\n"
        + "    if n == 0:\n"
        + "        work(0)\n"
        + "    else:\n"
        + "        deep(n - 1)\n"
        + "def dive():\n"
        + "    for spare in range(0, 120, 10):\n"
        + "        try:\n"
        + "            deep(sys.getrecursionlimit() - spare)\n"
        + "        except RecursionError:\n"
        + "            pass\n"
        + "    work(0)\n"
        + "print(forked(dive))\n"
    )
    assert (left.status, left.stdout, left.stderr) == (0, "0\n", "")
    assert len(left.logs) == 2
    assert all(log.startswith("# memmon ") and "[program start]" in log for log in left.logs)
    assert "[work_END]" in left.logs[1]
