"""The busiest thread's line: whose processor time is compared, and who is asked where it has no code of the user's."""

from __future__ import annotations

_SOURCE = """\
import threading, time, timeit, _thread
from memmon_runtime.watcher.busiest import BusiestThread

used, running = {}, {"first", "second"}
gates = {name: _thread.allocate_lock() for name in running}
def first():
    gates["first"].acquire()
    while "first" in running: used["first"] = time.thread_time()  # line 8
def second():
    gates["second"].acquire()
    while "second" in running: used["second"] = time.thread_time()  # line 11
def let(name):
    gates[name].release()
    while used.get(name, 0) < 0.05:
        time.sleep(0.001)
busiest = BusiestThread()
def asked(until=None, times=1):
    # By a thread that is none of threading's, as the watcher does: it is not among those that are asked.
    found, done = [], _thread.allocate_lock()
    def ask():
        found.extend(busiest.user_line() for _ in range(times))
        while until and found[-1][2] != until:
            found.append(busiest.user_line())
        done.release()
    done.acquire()
    _thread.start_new_thread(ask, ())
    done.acquire()  # line 27
    return found[-1] if times == 1 else found
"""


def _run(bench, program):
    """What the program prints, line by line, with two threads that wait for their turn."""
    for gate in ("first", "second"):
        program = f'gates["{gate}"].acquire(); threading.Thread(target={gate}, daemon=True).start()\n{program}'
    bench.write(_SOURCE + program, preamble=False)
    left = bench.run()
    assert (left.status, left.stderr) == (0, "")
    return left.stdout.splitlines()


def test_the_thread_that_has_used_most_since_the_last_question(every_python):
    """Of three threads the one that computes, whatever the others have used before."""
    program = 'asked(); let("first"); print(asked()); running.remove("first"); let("second"); print(asked())\n'
    program += 'running.clear(); print(asked(until="asked"))\n'
    file = str(every_python.folder / "program.py")
    assert _run(every_python, program) == [
        repr((file, 8, "first")),
        repr((file, 11, "second")),
        repr((file, 27, "asked")),
    ]


def test_the_thread_that_was_told_last_where_none_has_run_since(every_python):
    """Where all threads wait between two questions, it is not the main one that is told of."""
    program = """\
def third():
    gates["second"].acquire()
    while time.thread_time() < 0.2: pass
    used["third"] = 1
    gates["first"].acquire()
asked(); gates["first"].acquire(); threading.Thread(target=third, daemon=True).start(); gates["second"].release()
while "third" not in used: time.sleep(0.001)
print([line[2] for line in asked(times=2)])
"""
    every_python.write(_SOURCE + 'gates["second"].acquire()\n' + program, preamble=False)
    left = every_python.run()
    assert (left.stdout, left.stderr) == ("['third', 'third']\n", "")


def test_another_threads_line_where_the_busiest_has_none(every_python):
    """A thread that runs nothing but the standard library is passed over for the main thread's line."""
    program = """\
endless = threading.Thread(target=timeit.Timer("pass").timeit, args=(1 << 60,), daemon=True)
asked()
endless.start()
clock = time.pthread_getcpuclockid(endless.ident)
while time.clock_gettime(clock) < 0.05:
    time.sleep(0.001)
print(asked()[2])
"""
    assert _run(every_python, program) == ["asked"]


def test_a_forked_childs_own_thread(every_python):
    """In a child the numbers of the parent's threads stand for nothing."""
    program = """\
import os, warnings
warnings.simplefilter("ignore")  # Python 3.12 warns of a fork beside threads
if os.fork() == 0:
    busiest = BusiestThread()
    print(asked()[1:], flush=True)
    os._exit(0)
print(os.wait()[1])
"""
    assert _run(every_python, program) == ["(27, 'asked')", "0"]


def test_no_line_where_there_is_no_code_of_the_users(every_python):
    """A program that is no file has no line that could be named."""
    program = "from memmon_runtime.watcher.busiest import BusiestThread as B; import _thread; B(); found = []; "
    program += "lock = _thread.allocate_lock(); lock.acquire(); "
    program += "_thread.start_new_thread(lambda: [found.append(B().user_line()), lock.release()], ()); "
    left = every_python.run(None, "-c", program + "lock.acquire(); print(found)")
    assert (left.stdout, left.stderr) == ("[None]\n", "")
