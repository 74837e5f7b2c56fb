"""What of the program's own runs amid ours: handlers, finalisers, a lazy module; and what they wait for or raise."""

from __future__ import annotations

MARKED = """
def load():
    __memmon__.start("load", 2)
    __memmon__.end("load", 2)
"""


def test_a_handler_that_forks_amid_a_checkpoint(every_python):
    """The watcher, which waits for the checkpoint, does not keep the fork waiting."""
    left = every_python.run(
        MARKED
        + "import os, signal, time\n"
        + "forked = 0\n"
        + "def handler(*_):\n"
        + "    global forked\n"
        + "    time.sleep(0.08)\n"
        + "    pid = os.fork()\n"
        + "    if pid == 0:\n"
        + "        os._exit(0)\n"
        + "    os.waitpid(pid, 0)\n"
        + "    forked += 1\n"
        + "    signal.setitimer(signal.ITIMER_REAL, 0.05)\n"
        + "signal.signal(signal.SIGALRM, handler)\n"
        + "signal.setitimer(signal.ITIMER_REAL, 0.1)\n"
        + "while forked < 6:\n"
        + "    load()\n"
        + "signal.setitimer(signal.ITIMER_REAL, 0)\n"
        + "print('done')\n",
    )
    assert (left.status, left.stdout, left.stderr) == (0, "done\n", "")


def test_a_handler_that_waits_for_a_thread(every_python):
    """The thread may be waiting for the checkpoint that the handler runs in: it goes on without its own."""
    left = every_python.run(
        MARKED
        + "import os, signal, threading\n"
        + "done = threading.Event()\n"
        + "def work():\n"
        + "    while not done.is_set():\n"
        + "        load()\n"
        + "def handler(*_):\n"
        + "    done.set()\n"
        + "    thread.join()\n"
        + "    print('bye', flush=True)\n"
        + "    os._exit(0)\n"
        + "thread = threading.Thread(target=work)\n"
        + "thread.start()\n"
        + "signal.signal(signal.SIGALRM, handler)\n"
        + "signal.setitimer(signal.ITIMER_REAL, 0.3)\n"
        + "while True:\n"
        + "    load()\n",
    )
    assert (left.status, left.stdout, left.stderr) == (0, "bye\n", "")


def test_a_finaliser_that_waits_for_a_threads_lock(every_python):
    """The collector may call it amid a checkpoint while the lock's holder wants to pass one itself."""
    left = every_python.run(
        MARKED
        + "import threading, time\n"
        + "lock = threading.RLock()\n"
        + "class Node:\n"
        + "    def __init__(self):\n"
        + "        self.me = self\n"
        + "    def __del__(self):\n"
        + "        with lock:\n"
        + "            pass\n"
        + "end = time.monotonic() + 0.8\n"
        + "def work():\n"
        + "    while time.monotonic() < end:\n"
        + "        with lock:\n"
        + "            for _ in range(20):\n"
        + "                load()\n"
        + "thread = threading.Thread(target=work)\n"
        + "thread.start()\n"
        + "while time.monotonic() < end:\n"
        + "    Node()\n"
        + "    load()\n"
        + "thread.join()\n"
        + "print('done')\n",
    )
    assert (left.status, left.stdout, left.stderr) == (0, "done\n", "")


def test_what_a_handler_raises_amid_a_fork(every_python):
    """It comes out where the fork was asked for; only one that comes in the instant before ours begins is lost."""
    left = every_python.run(
        MARKED
        + "import os, signal, time\n"
        + "class Alarm(Exception):\n"
        + "    pass\n"
        + "raised = caught = 0\n"
        + "def handler(*_):\n"
        + "    global raised\n"
        + "    raised += 1\n"
        + "    raise Alarm\n"
        + "signal.signal(signal.SIGALRM, handler)\n"
        + "load()\n"
        + "for turn in range(60):\n"
        + "    pid = None\n"
        + "    try:\n"
        + "        signal.setitimer(signal.ITIMER_REAL, 0.0008)\n"
        + "        pid = os.fork()\n"
        + "        if pid == 0:\n"
        + "            os._exit(0)\n"
        + "        time.sleep(0.05)\n"
        + "    except Alarm:\n"
        + "        caught += 1\n"
        + "print(raised > 50, raised - caught < 4)\n",
    )
    assert (left.status, left.stdout) == (0, "True True\n")


def test_a_handler_that_is_due_as_a_fork_begins(every_python):
    """What it raises ends our hook; the child has a log of its own all the same, and both go on."""
    left = every_python.run(
        MARKED
        + "import ctypes, functools, os, signal\n"
        + "class Alarm(Exception):\n"
        + "    pass\n"
        + "def handler(*_):\n"
        + "    raise Alarm\n"
        + "signal.signal(signal.SIGUSR1, handler)\n"
        + "load()\n"
        + "send = getattr(ctypes.PyDLL(None), 'raise')\n"
        + "os.register_at_fork(before=functools.partial(send, signal.SIGUSR1))\n"
        + "pid = os.fork()\n"
        + "load()\n"
        + "if pid == 0:\n"
        + "    os._exit(0)\n"
        + "print(os.waitpid(pid, 0)[1])\n",
    )
    assert (left.status, left.stdout) == (0, "0\n")
    assert [log.count("[load_END]") for log in left.logs] == [2, 1]


def test_no_warning_of_threads_at_a_fork(every_python):
    """Python 3.12 and later warn where a process with threads forks: ours has ended by then, and is not counted."""
    left = every_python.run(
        MARKED
        + "import os, time, warnings\n"
        + "for turn in range(30):\n"
        + "    load()\n"
        + "    if turn % 3 == 0:\n"
        + "        time.sleep(0.07)\n"
        + "    with warnings.catch_warnings(record=turn % 2 == 1) as seen:\n"
        + "        warnings.simplefilter('always')\n"
        + "        pid = os.fork()\n"
        + "        if pid == 0:\n"
        + "            os._exit(0)\n"
        + "    os.waitpid(pid, 0)\n"
        + "    assert not seen, seen\n"
        + "time.sleep(0.5)\n"
        + "print(len(warnings.filters) < 12)\n",
    )
    assert (left.status, left.stdout, left.stderr) == (0, "True\n", "")


def test_a_program_that_sets_every_signal_back(every_python):
    """The lockout switch, whose signal is among them, does not end it when a native call keeps the interpreter."""
    left = every_python.run(
        MARKED
        + "import signal\n"
        + "load()\n"
        + "for number in signal.Signals:\n"
        + "    if number not in (signal.SIGKILL, signal.SIGSTOP):\n"
        + "        signal.signal(number, signal.SIG_DFL)\n"
        + "rows = list(range(1_000_000)) * 20\n"
        + "rows.sort()\n"
        + "print('done')\n",
    )
    assert (left.status, left.stdout, left.stderr) == (0, "done\n", "")


def test_a_program_that_takes_the_switchs_signal(every_python):
    """From then on it gets what it is sent and nothing of ours, and has its handler to the end."""
    left = every_python.run(
        MARKED
        + "import os, signal, time\n"
        + "got = []\n"
        + "signal.signal(signal.SIGURG, lambda *_: got.append('sent'))\n"
        + "time.sleep(0.3)\n"
        + "rows = list(range(1_000_000)) * 20\n"
        + "rows.sort()\n"
        + "time.sleep(0.3)\n"
        + "os.kill(os.getpid(), signal.SIGURG)\n"
        + "print(got)\n",
    )
    assert (left.status, left.stdout, left.stderr) == (0, "['sent']\n", "")
