"""Forks, workers, other programs and exec: each process has its own log, which names its parent."""

from __future__ import annotations

import pytest

WORK = """
def work(n):
    __memmon__.start("work", 2)
    kept = bytearray(n << 20)
    __memmon__.end("work", 2)
"""


def known(facts):
    """What one process's events tell, with the fields of the header among it."""
    return {**facts["header"], **facts}


def family(left):
    """What is known of the parent and of the others; each other must name a log that exists, in words too."""
    processes = [known(facts) for facts in left.processes]
    (parent,) = [process for process in processes if process["parent"] is None]
    others = [process for process in processes if process["parent"] is not None]
    logs = {str(path): path.name for path in left.folder.glob("memory_monitor_*.log")}
    for process in others:
        pid, log = process["parent"]["pid"], process["parent"]["log"]
        assert any(f"# parent: {pid}, which writes {logs[log]}\n" in text for text in left.logs)
    return parent, others


def test_a_fork_has_its_own_log_and_the_parent_keeps_its(every_python):
    """Parent and child each tell their own brackets; a warning would be an error."""
    left = every_python.run(
        WORK
        + "import os\n"
        + "work(5)\n"
        + "for _ in range(5):\n"
        + "    pid = os.fork()\n"
        + "    if not pid:\n"
        + "        work(20)\n"
        + "        os._exit(3)\n"
        + "    assert os.WEXITSTATUS(os.waitpid(pid, 0)[1]) == 3\n"
        + "work(5)\n",
        PYTHONWARNINGS="error",
    )
    assert (left.status, left.stdout, left.stderr) == (0, "", "")
    parent, children = family(left)
    assert len(children) == 5
    assert all(child["parent"]["pid"] == parent["pid"] for child in children)
    for log, facts in zip(left.logs, left.processes, strict=True):
        assert log.count("[work_END]") == (2 if facts["header"]["parent"] is None else 1)
        assert log.count("_LEFT]") == 0


def test_a_child_that_a_thread_forked_ends_with_its_last_thread(every_python):
    """Such a child never comes to the interpreter's end: the system ends it when no thread is left, ours included."""
    left = every_python.run(
        WORK
        + "import os, threading, time\n"
        + "def late():\n"
        + "    time.sleep(0.3)\n"
        + "    work(3)\n"
        + "def forking():\n"
        + "    pid = os.fork()\n"
        + "    if not pid:\n"
        + "        threading.Thread(target=late).start()\n"
        + "        return\n"
        + "    print(os.waitpid(pid, 0)[1])\n"
        + "work(5)\n"
        + "forker = threading.Thread(target=forking)\n"
        + "forker.start()\n"
        + "forker.join()\n"
    )
    assert (left.status, left.stdout) == (0, "0\n"), left.stderr
    _, (child,) = family(left)
    (log,) = [
        log for log, facts in zip(left.logs, left.processes, strict=True) if facts["header"]["pid"] == child["pid"]
    ]
    assert log.count("[work_END]") == 1
    assert log.rstrip().rpartition("[INFO] ")[2].startswith("[program end]"), log[-500:]


def test_a_blocked_signal_waits_for_the_program(every_python):
    """A program that blocks a signal to wait for it gets it; another one interrupts its main thread."""
    left = every_python.run(
        WORK
        + "import os, signal, time\n"
        + "work(5)\n"
        + "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})\n"
        + "os.kill(os.getpid(), signal.SIGTERM)\n"
        + "print(signal.sigpending() == {signal.SIGTERM}, signal.sigwait({signal.SIGTERM}) == signal.SIGTERM)\n"
        + "signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})\n"
        + "signal.signal(signal.SIGALRM, lambda *_: 1 / 0)\n"
        + "try:\n"
        + "    signal.setitimer(signal.ITIMER_REAL, 0.2)\n"
        + "    time.sleep(30)\n"
        + "except ZeroDivisionError:\n"
        + "    print('interrupted')\n"
    )
    assert (left.status, left.stdout) == (0, "True True\ninterrupted\n"), left.stderr


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing_workers_tell_how_they_ended(every_python, method):
    """One worker that ends well and one that raises, by each way of starting them."""
    left = every_python.run(
        WORK
        + "import multiprocessing\n"
        + "def bad():\n"
        + "    raise ValueError('in the worker')\n"
        + "if __name__ == '__main__':\n"
        + f"    context = multiprocessing.get_context('{method}')\n"
        + "    for target, args in ((work, (20,)), (bad, ())):\n"
        + "        process = context.Process(target=target, args=args)\n"
        + "        process.start()\n"
        + "        process.join()\n"
        + "        print(process.exitcode)\n",
        PYTHONWARNINGS="error",
    )
    assert (left.status, left.stdout) == (0, "0\n1\n"), left.stderr
    assert left.stderr.rstrip().endswith("ValueError: in the worker")
    _, workers = family(left)
    ends = sorted(worker["end"]["exit"] for worker in workers)
    # The forkserver's process may have a log of its own, which ends when it does.
    assert ends[:2] == ["exception", "normal"]
    # From 3.13 on the exception is gone when a worker ends; its exit status is what is left.
    known = [] if any(worker["python"].startswith("3.13") for worker in workers) else ["ValueError"]
    assert [worker["exception"]["type"] for worker in workers if "exception" in worker] == known
    assert sum(log.count("[work_END]") for log in left.logs) == 1


def test_a_program_started_by_another_names_it(every_python):
    """Found by the parent's open log, through a shell in between; nothing is put into the environment."""
    every_python.write("print('child')", "child.py")
    left = every_python.run(
        "import os, subprocess, sys\n"
        "before = dict(os.environ)\n"
        "subprocess.run(['sh', '-c', '\"$0\" child.py; true', sys.executable], check=True)\n"
        "assert dict(os.environ) == before\n"
    )
    assert (left.status, left.stdout, left.stderr) == (0, "child\n", "")
    parent, (child,) = family(left)
    assert child["parent"]["pid"] == parent["pid"]
    assert child["target"].endswith("child.py")


def test_a_preexec_function_makes_no_log(every_python):
    """The forked process is about to become another program."""
    left = every_python.run("import subprocess\nsubprocess.run(['true'], preexec_fn=lambda: None, check=True)\n")
    assert (left.status, left.stderr) == (0, "")
    assert len(left.logs) == 1


def test_exec_begins_a_log_that_names_the_one_before(every_python):
    """The same process, another program: its log's parent is the log that the first program left without an end."""
    every_python.write("print('second')", "second.py")
    left = every_python.run("import os, sys\nos.execv(sys.executable, [sys.executable, 'second.py'])\n")
    assert (left.status, left.stdout, left.stderr) == (0, "second\n", "")
    parent, (second,) = family(left)
    assert second["parent"] == {"pid": parent["pid"], "log": second["parent"]["log"]}
    assert second["pid"] == parent["pid"]
    assert "end" not in parent


def test_a_lock_held_while_forking_is_free_in_the_child(every_python):
    """Forks while other threads pass checkpoints as fast as they can: no deadlock, whole lines in every log."""
    left = every_python.run(
        WORK
        + "import os, threading\n"
        + "stop = False\n"
        + "def busy():\n"
        + "    while not stop:\n"
        + "        work(0)\n"
        + "threads = [threading.Thread(target=busy) for _ in range(3)]\n"
        + "[thread.start() for thread in threads]\n"
        + "for _ in range(15):\n"
        + "    pid = os.fork()\n"
        + "    if not pid:\n"
        + "        work(1)\n"
        + "        os._exit(0)\n"
        + "    os.waitpid(pid, 0)\n"
        + "stop = True\n"
        + "[thread.join() for thread in threads]\n"
        + "print('done')\n"
    )
    assert (left.status, left.stdout) == (0, "done\n"), left.stderr
    _, children = family(left)
    assert len(children) == 15
    for log in left.logs:
        assert all(line.startswith(("[", "# ", "  ")) for line in log.splitlines())


def test_a_child_of_a_large_parent_reads_its_own_peak(every_python):
    """ru_maxrss is inherited through exec; the child's peaks come from VmHWM then."""
    every_python.write(
        """
        __memmon__.before("small", 1)
        kept = bytearray(30 << 20)
        del kept
        __memmon__.after("small", 1)
        """,
        "child.py",
    )
    left = every_python.run(
        "import os, sys\nkept = bytearray(300 << 20)\nos.execv(sys.executable, [sys.executable, 'child.py'])\n"
    )
    assert left.status == 0
    (line,) = [line for log in left.logs for line in log.splitlines() if "[small_AFTER]" in line]
    assert 29 < float(line.partition("peak=+")[2].partition("MB")[0]) < 35


def test_a_copied_runtime_and_an_installed_one_are_two_but_do_not_harm_each_other(bench):
    """Two files, the second of which is installed under another alias: one log, both files' lines in it."""
    bench.write("def f():\n    raise LookupError\n", "helper.py")
    left = bench.run("import helper\nhelper.f()\n")
    assert left.status == 1
    exception = left.facts["exception"]
    assert exception["file"].endswith("helper.py")
    assert exception["line"] == 2
    assert left.lines[-2]["more"].startswith(" LookupError at=helper.py:2 f")


@pytest.mark.parametrize("ending", ["", "interpreters.destroy(one)\n"])
def test_subinterpreters_go_without_a_record(every_python, ending):
    """What runs in one is not recorded; the host is, and neither crashes, whether the other is ended or left behind."""
    every_python.write(
        """
        def f(n):
            __memmon__.before("sub", 2)
            made = n and f(n - 1)
            __memmon__.after("sub", 2)
            return made
        import time
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            f(20)
        print("sub", flush=True)
        """,
        "sub.py",
    )
    source = (
        "try:\n    import _interpreters as interpreters\n"
        "except ImportError:\n    import _xxsubinterpreters as interpreters\n"
        "run = getattr(interpreters, 'exec', None) or interpreters.run_string\n"
        "__memmon__.before('host', 6)\n"
        "for _ in range(2):\n"
        "    one = interpreters.create()\n"
        "    print(run(one, 'import sys; sys.path.insert(0, \"\"); import sub'), flush=True)\n"
        f"    {ending or 'pass'}\n"
        "__memmon__.after('host', 6)\n"
    )
    left = every_python.run(source)
    assert (left.status, left.stdout, left.stderr) == (0, "sub\nNone\n" * 2, "")
    assert left.names == ["program start", "host_BEFORE", "host_AFTER", "program end"]


FORKED = """
import os
for _ in range(2):
    if os.fork() == 0:
        import worker
        raise SystemExit
    os.wait()
"""
SPAWNED = """
import multiprocessing
if __name__ == "__main__":
    for _ in range(2):
        process = multiprocessing.get_context("spawn").Process(target=__import__, args=("worker",))
        process.start()
        process.join()
"""
STARTED = """
import subprocess, sys
for _ in range(2):
    subprocess.run([sys.executable, "worker.py"], check=True)
"""


@pytest.mark.parametrize(("master", "are_one"), [(FORKED, True), (SPAWNED, True), (STARTED, False)])
def test_workers_of_a_program_without_a_log_say_with_whom_they_began(every_python, master, are_one):
    """Forked ones, and those that multiprocessing starts; a program that is started has begun with itself."""
    every_python.write("print(1)", "worker.py")
    every_python.write(master, preamble=False)
    left = every_python.run()
    assert (left.status, left.stdout.split(), left.stderr) == (0, ["1", "1"], "")
    workers = [known(facts) for facts in left.processes]
    pids, origins = {worker["pid"] for worker in workers}, {worker["run"]["pid"] for worker in workers}
    assert (len(pids), len(origins)) == (2, 1 if are_one else 2)
    assert pids.isdisjoint(origins) if are_one else pids == origins
    assert all(worker["run"]["start_ticks"] and worker["run"]["boot"] for worker in workers)
