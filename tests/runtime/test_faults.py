"""The fault matrix: whatever happens to the record, the program's output, status and exceptions are its own.

Each program is run twice, once with ``MEMMON_DISABLE=1``; both runs must be the same but for one line on stderr.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess

import pytest

from support import events

# What most programs below do between the fault and their end.
WORK = """
import os, time
def let_it_be_found_out():
    if os.environ["MEMMON_DISABLE"] != "1":
        time.sleep(1.3)  # the watcher looks each second
def work(n):
    total = 0
    for i in range(n):
        __memmon__.before("step", 3)
        total += len(bytearray(i))
        __memmon__.after("step", 3)
    return total
"""

FAULTS = {
    "file size limit": """
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        print(work(2000))
        """,
    "file size limit that ends who meets it": """
        import os, resource, signal, time
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        print(work(200), flush=True)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        print(work(2000), flush=True)
        pid = os.fork()
        if pid == 0:
            work(2000)
            os._exit(0)
        print(os.waitpid(pid, 0)[1])
        """,
    "closed descriptors": """
        import os, time
        os.closerange(3, 4096)
        files = [open(f"mine{i}", "wb+") for i in range(5)]
        print(work(500))
        time.sleep(0.2)
        print(work(500), [f.read() for f in files])
        """,
    "descriptors taken over": """
        import os
        for fd in range(3, 1024):
            try:
                os.fstat(fd)
            except OSError:
                continue
            mine = os.open(f"mine{fd}", os.O_RDWR | os.O_CREAT)
            if mine != fd:
                os.dup2(mine, fd)
        import time
        let_it_be_found_out()
        sizes = sum(os.path.getsize(name) for name in os.listdir() if name.startswith("mine"))
        print(work(500))
        print(sum(os.path.getsize(name) for name in os.listdir() if name.startswith("mine")) - sizes)
        """,
    "log folder deleted": """
        import os, shutil
        shutil.rmtree("logs", ignore_errors=True)
        print(work(500), os.path.exists("logs"))
        """,
    "standard streams closed": """
        import os, sys
        print("before")
        sys.stdout.flush()
        os.close(1), os.close(2), os.close(0)
        assert work(100) == 4950
        """,
    "stdout object closed": """
        import sys
        print("before")
        sys.stdout.close()
        assert work(100) == 4950
        """,
    "monkeypatched modules": """
        import builtins, os, time, sys, resource
        def broken(*_args, **_kwargs):
            raise RuntimeError("patched")
        for module, names in (
            (os, "write pwrite pread open close fstat getpid stat unlink ftruncate listdir readlink"),
            (time, "time time_ns monotonic monotonic_ns localtime strftime process_time perf_counter"),
            (builtins, "open int len print sorted max min"),
            (sys, "_getframe _current_frames getswitchinterval"), (resource, "getrusage getrlimit"),
        ):
            for name in names.split():
                setattr(module, name, broken)
        sys.stdout.write("%d\\n" % sum(1 for _ in range(100) if work_patched() is None))
        """,
    "deleted built-ins": """
        import builtins
        kept = print
        for name in "isinstance len open int str getattr hasattr type max min sorted list dict OSError".split():
            delattr(builtins, name)
        __memmon__.before("new site", 6)
        __memmon__.after("new site", 6)
        kept("done")
        """,
    "patched path functions": """
        import posixpath
        def broken(*_args, **_kwargs):
            raise RuntimeError("patched")
        for name in ("join", "normpath", "abspath", "expanduser", "dirname", "basename"):
            setattr(posixpath, name, broken)
        print(sum(1 for _ in range(3) if work_patched() is None), work(10))
        """,
    "low recursion limit": """
        import sys
        def depth(n):
            __memmon__.start("depth", 4)
            try:
                if n:
                    depth(n - 1)
            finally:
                __memmon__.end("depth", 4)
        sys.setrecursionlimit(150)
        depth(60)
        print("deep enough", work(10))
        """,
    "endless recursion": """
        def endless():
            __memmon__.start("endless", 3)
            return __memmon__.through(("endless", 3, None, None), (endless()), __memmon__.end)
        for _ in range(3):
            try:
                endless()
            except RecursionError as error:
                print(type(error).__name__)
        print(work(10))
        """,
    "out of address space": """
        import resource
        resource.setrlimit(resource.RLIMIT_AS, (200 << 20, 200 << 20))
        kept = []
        try:
            while True:
                __memmon__.before("grow", 5)
                kept.append(bytearray(1 << 20))
                __memmon__.after("grow", 5)
        except MemoryError:
            fillers = []
            try:
                while True:
                    fillers.append(bytearray(600))
                    if len(fillers) % 500 == 0:
                        work(2)
            except MemoryError:
                del fillers
                work(20)
        print(len(kept) > 10)
        """,
    "signal handlers that raise": """
        import signal
        class Alarm(Exception):
            pass
        rung = caught = 0
        armed = False
        def ring(*_):
            global armed, rung
            if armed:
                armed = False
                rung += 1
                raise Alarm
        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.0011)
        while caught < 300:
            try:
                armed = True
                work(50)
                armed = False
            except Alarm:
                caught += 1
        signal.setitimer(signal.ITIMER_REAL, 0)
        print(rung - caught)
        """,
    "a lock that a signal left held": """
        import time
        from memmon_runtime.session import install
        run = install.current()
        if run is not None:
            run.recorder.lock.acquire()  # as up to Python 3.9, when a handler raises between a block and its release
        __memmon__.before("open", 5)
        time.sleep(0.3)
        print("ends")
        """,
    "exit within a bracket": """
        import sys
        __memmon__.before("exit", 2)
        sys.exit(7)
        """,
    "os._exit": """
        import os, sys
        print(work(10))
        sys.stdout.flush()
        os._exit(9)
        """,
    "uncaught exception": """
        __memmon__.before("raise", 1)
        raise LookupError("the program's own")
        """,
    "own excepthook": """
        import sys
        sys.excepthook = lambda kind, error, _traceback: print("hooked", kind.__name__)
        raise LookupError
        """,
    "daemon threads at the end": """
        import threading
        for _ in range(3):
            threading.Thread(target=lambda: [work(5) for _ in iter(int, 1)], daemon=True).start()
        print(work(200))
        """,
    "sys.exit in a thread": """
        import sys, threading
        thread = threading.Thread(target=lambda: (work(5), sys.exit(3)))
        thread.start()
        thread.join()
        print(work(10), threading.active_count())
        """,
    "SIGTERM": """
        import os, signal
        print(signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT).__name__, flush=True)
        work(10)
        os.kill(os.getpid(), signal.SIGTERM)
        """,
    "SIGINT": """
        import os, signal
        try:
            work(10)
            os.kill(os.getpid(), signal.SIGINT)
            work(10)
        except KeyboardInterrupt:
            print("interrupted")
        """,
    "clock going backwards": """
        print(work(2000))
        """,
    "signals waited for": """
        import os, signal, time
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGTERM})
        work(10)
        for number in (signal.SIGUSR1, signal.SIGTERM):
            os.kill(os.getpid(), number)
            time.sleep(0.1)  # whoever has not blocked it would have it by now
            print(signal.sigwait({number}).name)
        begun = time.monotonic()
        signal.sigtimedwait({signal.SIGUSR1}, 0.3)
        print(time.monotonic() - begun > 0.29)
        """,
    "a handler that interrupts a system call": """
        import os, select, signal, time
        rung = []
        signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        reading, writing = os.pipe()
        print(select.select([reading], [], [], 0.6), rung)
        work(10)
        """,
    "descriptors used up and closed": """
        import os, resource, time
        resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
        os.closerange(3, 4096)
        held = []
        try:
            while True:
                held.append(os.open("/dev/zero", os.O_RDWR))
        except OSError as error:
            print(error.strerror, len(held))
        print(work(200))
        let_it_be_found_out()
        print(work(200), os.read(held[-1], 4), os.read(held[0], 4))
        """,
    "a new root without /proc": """
        import os, time
        print(work(50))
        os.makedirs("root", exist_ok=True)
        try:
            os.chroot("root")
            os.closerange(3, 4096)
        except PermissionError:
            pass
        print(work(50))
        let_it_be_found_out()
        print(work(50))
        """,
    "own watchdog": """
        import faulthandler, time
        with open("dump", "w+") as dump:
            faulthandler.dump_traceback_later(0.4, file=dump)
            work(10)
            end = time.monotonic() + 30
            while b"most recent call first" not in open("dump", "rb").read() and time.monotonic() < end:
                time.sleep(0.05)
            dump.seek(0)
            print(dump.read().count("Timeout (0:00:00.400000)!"))
        """,
    "finalizers and weak references": """
        import gc, weakref
        class Thing:
            def __del__(self):
                work(1)
        gc.set_threshold(5)
        for i in range(500):
            a, b = Thing(), Thing()
            a.b, b.a = b, a
            work(1)
        probe = Thing()
        seen = weakref.ref(probe)
        def hold():
            thing = probe
            __memmon__.before("hold", 14)
            raise KeyError
        try:
            hold()
        except KeyError:
            pass
        del probe
        print(seen())
        """,
}


def halves(bench, program, *, settings="", head="", **environment):
    """Run ``program`` with memmon and without; the two results, each in a folder of its own."""
    results = []
    for switch in ("1", "0"):
        path = bench.write("", settings=settings)
        body = head + path.read_text("utf-8") + WORK + program
        path.write_text(body, "utf-8")
        results.append(bench.run(MEMMON_DISABLE=switch, **environment))
    return results


def same(without, with_):
    """The promise."""
    assert (with_.status, with_.stdout) == (without.status, without.stdout)
    extra = [line for line in with_.stderr.splitlines() if line not in without.stderr.splitlines()]
    assert len(extra) <= 1, extra
    assert all(line.startswith("memmon: ") for line in extra)


def dedent(text):
    """Without the matrix's own indentation."""
    return "\n".join(line[8:] if line.startswith(" " * 8) else line for line in text.splitlines()) + "\n"


@pytest.mark.parametrize("fault", FAULTS)
def test_program_is_untouched_by(fault, every_python):
    """Output, status and exceptions are as without memmon, on every Python."""
    program = dedent(FAULTS[fault]).replace("work_patched()", "work_once()")
    program = "def work_once():\n    __memmon__.before('once', 2)\n    __memmon__.after('once', 2)\n" + program
    head = ""
    if fault == "clock going backwards":
        head = "import time\nts = iter(range(10**18, 0, -10**7))\ntime.time_ns = lambda: next(ts)\n"
    same(*halves(every_python, program, settings='log_dir="logs", ', head=head))


@contextlib.contextmanager
def mounted(folder, *options):
    """A small file system of its own at ``folder``."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system takes root")
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", *options, "tmpfs", folder], check=False, capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_costs_lines_and_no_more_and_then_the_log_goes_on(every_python):
    """ENOSPC drops whole lines; once there is room again, new ones follow, and what memmon has to know is told."""
    program = dedent("""
        import os, time
        with open("logs/filler", "wb") as filler:
            try:
                for _ in range(1000):
                    os.write(filler.fileno(), bytes(1000))
            except OSError:
                pass
        print(work(300))
        os.unlink("logs/filler")
        __memmon__.before("room again", 9)
        __memmon__.after("room again", 9)
        """)
    with mounted(every_python.folder / "logs", "-o", "size=300k"):
        without, with_ = halves(every_python, program, settings='log_dir="logs", ')
        same(without, with_)
        (log,) = (every_python.folder / "logs").glob("memory_monitor_*.log")
        lines = log.read_bytes().decode("utf-8").splitlines()
        facts = events.facts(log)
    assert [value["name"] for name, value in facts if name == "site"] == ["step", "room again"]
    assert [site["opened"] for site in dict(facts)["totals"]] == [300, 1]
    assert any("[room again_BEFORE]" in line for line in lines)
    assert any("[room again_AFTER]" in line for line in lines)
    assert all(line.startswith(("[", "# ", "  ")) for line in lines)


def test_a_disk_full_from_the_start_never_ends_the_program(every_python):
    """No room for a page: no SIGBUS, at most a word on stderr."""
    with mounted(every_python.folder / "logs", "-o", "size=4k"):
        same(*halves(every_python, "print(work(300))\n", settings='log_dir="logs", '))


def test_a_read_only_folder_costs_the_log(every_python):
    """One line on stderr says so."""
    with mounted(every_python.folder / "logs", "-o", "ro"):
        without, with_ = halves(every_python, "print(work(300))\n", settings='log_dir="logs", ')
    same(without, with_)
    assert "no run log in" in with_.stderr


def test_a_missing_folder_is_made(every_python):
    """Parents included."""
    same(*halves(every_python, "print(work(300))\n", settings='log_dir="deep/er/logs", '))
    assert list((every_python.folder / "deep/er/logs").glob("memory_monitor_*.log"))


def test_a_folder_that_cannot_be_made_costs_the_log(every_python):
    """A file stands in its place."""
    (every_python.folder / "logs").write_text("mine")
    same(*halves(every_python, "print(work(300))\n", settings='log_dir="logs", '))


def test_no_descriptor_left_costs_the_record(every_python):
    """RLIMIT_NOFILE is reached before the runtime can open anything."""
    head = (
        "import memmon_runtime, resource, os\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))\n"
        "held = []\n"
        "try:\n    while True:\n        held.append(os.open('/dev/null', os.O_RDONLY))\nexcept OSError:\n    pass\n"
    )
    same(*halves(every_python, "print(work(300))\n", head=head))


@pytest.mark.parametrize(
    ("soft", "hard", "enough", "records"),
    [
        (10, 10, 7, False),  # as many as without memmon, which has none to spare
        (64, 64, 40, True),
        (64, 1024, 60, True),  # all but one, which the watcher opens: the others are above the limit
    ],
)
def test_few_descriptors_are_left_to_the_program(every_python, soft, hard, enough, records):
    """Where few may be open, a record takes few of them, or does without, which one line says."""
    head = f"import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))\n"
    program = f"""
held = []
try:
    while len(held) < {enough}:
        held.append(open("/dev/null"))
except OSError as error:
    print(error)
print(len(held), held[0].fileno(), resource.getrlimit(resource.RLIMIT_NOFILE))
print(work(300))
"""
    without, with_ = halves(every_python, program, head=head)
    same(without, with_)
    assert without.stdout.startswith(f"{enough} 3 ({soft}, {hard})\n")
    assert len(list(every_python.folder.glob("memory_monitor_*.log"))) == records
    assert ("too few files" in with_.stderr) == (not records)


def test_the_programs_descriptors_begin_where_they_would(every_python):
    """All of ours are high: the first file that the program opens has the number that it would have."""
    program = """
import os, socket
first = open("first", "wb")
print(first.fileno(), socket.socket().fileno(), os.pipe())
held = sorted(int(fd) for fd in os.listdir("/proc/self/fd"))
print([fd for fd in held if fd < 100])
"""
    same(*halves(every_python, program))


def test_a_module_that_python_starts_with_may_be_bracketed(every_python):
    """`codecs` is imported before there are standard streams; it goes without until the program has begun."""
    preamble = """
try:
    __import__("memmon_runtime").install("__memmon__", added=())
except Exception:
    __import__("builtins").__memmon__ = type("stand_in", (), {"before": print, "after": print})
def passed():
    __memmon__.before("early", 1)
    __memmon__.after("early", 1)
"""
    find = "import codecs; print(open(codecs.__file__, encoding='utf-8').read())"
    source = subprocess.run(
        [every_python.python, "-X", "utf8", "-X", "frozen_modules=off", "-c", find], capture_output=True, check=True
    ).stdout.decode()
    (every_python.folder / "codecs.py").write_text(preamble + source, "utf-8")
    every_python.write("import codecs\ncodecs.passed()\nprint('héllo')\n")
    left = every_python.run(None, "-X", "frozen_modules=off", "program.py", PYTHONPATH=str(every_python.folder))
    assert (left.status, left.stdout, left.stderr) == (0, "héllo\n", "")
    assert left.names == ["program start", "early_BEFORE", "early_AFTER", "program end"]


def test_a_start_folder_that_is_gone_costs_the_log(every_python):
    """The folder that the program starts in was removed: there is no place for a log."""
    head = "import os, sys\nsys.path.insert(0, os.getcwd())\nos.mkdir('gone')\nos.chdir('gone')\nos.rmdir('../gone')\n"
    same(*halves(every_python, "print(work(300))\n", head=head))


def test_no_room_for_a_thread_costs_the_watching(every_python):
    """The system has no stack for another thread: the checkpoints alone are recorded."""
    head = (
        "import ctypes, faulthandler, memmon_runtime, resource, threading\n"
        "threading.stack_size(1 << 30)\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + (300 << 20),) * 2)\n"
    )
    without, with_ = halves(every_python, "print(work(300))\n", head=head)
    same(without, with_)
    assert with_.log.count("[step_AFTER]") == 300


def test_where_there_is_next_to_no_address_space_left(every_python):
    """At every step from nothing to enough: the program runs, with a record or without."""
    every_python.write(
        """
import builtins, resource, sys
stand_in = type("stand_in", (), dict.fromkeys(("before", "after"), lambda *_: None))  # while there is room for it
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + int(float(sys.argv[1]) * (1 << 20)),) * 2)
try:
    __import__("memmon_runtime").install("__memmon__", added=())
except Exception:
    builtins.__memmon__ = stand_in
for _ in range(50):
    __memmon__.before("step", 1)
    __memmon__.after("step", 1)
print("done")
""",
        preamble=False,
    )
    for quarter in range(1, 60, 2):
        left = every_python.run(None, "program.py", str(quarter / 4))
        assert (left.status, left.stdout) == (0, "done\n"), (quarter, left.stderr)
        assert left.stderr.count("\n") <= 1


def hidden_proc(bench, program, **files):
    """Run ``program`` in a mount namespace in which /proc is empty."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("hiding /proc takes root and unshare")
    for name, text in files.items():
        (bench.folder / f"{name}.py").write_text(text, "utf-8")
    # In a child of the shell's: by exec alone it would keep the peak of this process, which the psutil below reads.
    script = 'mount -t tmpfs none /proc && "$@"; exit $?'
    plain = bench.command
    bench.command = lambda *args: ["unshare", "-m", "sh", "-c", script, "sh", *plain(*args)]
    return halves(bench, program)


PSUTIL = """
import resource
class Process:
    def memory_info(self):
        import types
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        return types.SimpleNamespace(rss=peak, vms=peak)
def virtual_memory():
    import types
    return types.SimpleNamespace(total=8 << 30)
"""


@pytest.mark.parametrize(
    ("psutil", "reading"),
    [(None, "tracemalloc"), ("raise OSError('broken')", "tracemalloc"), (PSUTIL, "psutil")],
    ids=["none", "broken", "there"],
)
def test_without_proc_the_next_best_source_is_read(every_python, psutil, reading):
    """Psutil where it works, else tracemalloc; the header says which, in words and among the events."""
    files = {"psutil": psutil} if psutil else {}
    program = (
        "__memmon__.before('big', 1)\nkept = bytes(b'x' * (200 << 20))\n__memmon__.after('big', 1)\nprint(work(20))\n"
    )
    without, with_ = hidden_proc(every_python, program, **files)
    same(without, with_)
    assert with_.facts["header"]["reading"] == reading
    assert f", read by {reading}, " in with_.log
    growth = next(line for line in with_.lines if line["name"] == "big_AFTER")["step"]
    assert float(growth) > 100
