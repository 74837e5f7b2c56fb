"""Each engine of the growth windows by itself: what it tells of a real program, and that it leaves nothing behind."""

from __future__ import annotations

_HEAD = """\
import _thread, sys, time
from memmon_runtime.attribution.call_paths import ThreadStacks
MB = 1 << 20
gate = _thread.allocate_lock(); gate.acquire()
def waits():
    gate.acquire()  # line 6
_thread.start_new_thread(waits, ())
while not ThreadStacks().paths: time.sleep(0.001)
def told(paths):
    ranked = sorted(paths.items(), key=lambda item: -item[1][0])
    return [(path[0][1], round(size / MB)) for path, (size, _) in ranked if size >= MB / 2]
"""
_BLOCKS = """\
from memmon_runtime.attribution.retained_blocks import RetainedBlocks
import _tracemalloc
kept = []
def keep():
    kept.append([bytes(5000) for _ in range(400)])  # line 16: 2 MB
def churn():
    return [bytes(5000) for _ in range(500)]
def look(*figures):
    engine.own_memory()
    return engine.look(*figures)
"""
_LINES = """\
import ctypes, memmon_runtime
from memmon_runtime.attribution.line_events import event_source
from memmon_runtime.attribution.line_growth import LineGrowth
from memmon_runtime.measure.memory import best_reader
libc = ctypes.CDLL(None)
libc.strdup.argtypes, libc.strdup.restype = [ctypes.c_char_p], ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
small, large = b"x" * 30_000, b"x" * 2_000_000
def grow():
    for number in range(400):
        scratch = libc.strdup(large)
        kept = libc.strdup(small)  # line 23: 12 MB in all
        libc.free(scratch)
def traced():
    tools = getattr(sys, "monitoring", None)
    return sys.gettrace() is not None or bool(tools and any(tools.get_tool(tool) for tool in range(6)))
"""
_ALL_THREADS = 12
"""The minor version of Python from which on all threads' lines are heard."""
_UNTOLD = "3.8"
"""The Python that has no way to be told of lines."""


def _printed(bench, *parts):
    """What the program prints, line by line; there is a thread besides the one that runs it."""
    bench.write(_HEAD + "".join(parts), preamble=False)
    left = bench.run()
    assert (left.status, left.stderr) == (0, "")
    return left.stdout.splitlines()


def test_blocks_that_are_retained(every_python):
    """Of a line that keeps and one whose blocks go again, the first is told; nothing is traced afterwards."""
    program = """\
engine = RetainedBlocks(3 * MB, followed=False)
print(engine.open(), engine.own_memory() > 0)
gone = churn(); keep()
print(look(MB, 0.6, 100 * MB))
del gone; keep()
print(look(4 * MB, 0.7, 100 * MB))
print(told(engine.paths(ThreadStacks())), engine.close(), _tracemalloc.is_tracing())
"""
    assert _printed(every_python, _BLOCKS, program) == ["True True", "False", "True", "[(16, 2)] True False"]


def test_growth_that_is_none_of_pythons_blocks(every_python):
    """Where another engine is to follow, the window is over as soon as there is growth without blocks."""
    program = """\
for followed in (False, True):
    engine = RetainedBlocks(3 * MB, followed=followed)
    engine.open()
    print(look(4 * MB, 0.1, 100 * MB), engine.close())
"""
    assert _printed(every_python, _BLOCKS, program) == ["False True", "True True"]


def test_blocks_are_not_evaluated_without_headroom(every_python):
    """At the limit the window is over, and there is no room to find out what it has seen."""
    program = """\
engine = RetainedBlocks(3 * MB, followed=False)
engine.open()
keep()
print(look(2 * MB, 0.1, 5 * MB), engine.paths(ThreadStacks()), engine.close(), _tracemalloc.is_tracing())
"""
    assert _printed(every_python, _BLOCKS, program) == ["True {} True False"]


def test_lines_that_the_rss_grows_at(every_python):
    """Of memory that Python knows nothing of, the line that keeps it is told, and not the one that gives it back."""
    program = """\
try:
    engine = LineGrowth(best_reader(), 8 * MB, event_source())
except RuntimeError:
    sys.exit(print("none"))
print(engine.open(), engine.look(0, 0.1, 100 * MB))
grow()
print(engine.has_heard, engine.look(12 * MB, 0.1, 100 * MB), told(engine.paths(ThreadStacks()))[0][0], traced())
"""
    printed = _printed(every_python, _LINES, program)
    assert printed == (["none"] if _UNTOLD in every_python.python else ["True False", "True True 23 False"])


def test_lines_tell_nothing_of_a_time_in_which_a_thread_ran_that_is_not_heard(every_python):
    """Before Python 3.12 only the main thread's lines are heard: what grew may have been the other thread's."""
    program = """\
try:
    engine = LineGrowth(best_reader(), 8 * MB, event_source())
except RuntimeError:
    sys.exit(print("none"))
begun, done = [], []
def works():
    begun.append(1)
    while not done: time.sleep(0.001)
print(engine.open())
_thread.start_new_thread(works, ())
while not begun: time.sleep(0.001)
grow()
print(engine.look(12 * MB, 0.1, 100 * MB), told(engine.paths(ThreadStacks()))[:1])
done.append(1)
"""
    heard_by = every_python.python.rpartition("python3.")[2]
    printed = _printed(every_python, _LINES, program)
    if _UNTOLD in every_python.python:
        assert printed == ["none"]
    elif int(heard_by.partition(".")[0]) < _ALL_THREADS:
        assert printed == ["True", "True []"]
    else:
        assert printed[0] == "True"
        assert printed[1].startswith("True [(23, ")


def test_lines_are_told_of_amid_a_coroutines_bracket(every_python):
    """What the frame of a coroutine carries while a bracket is open in it is no debugger's."""
    program = """\
try:
    engine = LineGrowth(best_reader(), 8 * MB, event_source())
except RuntimeError:
    sys.exit(print("none"))
memmon_runtime.install("__memmon__")
opened = []
async def coroutine():
    __memmon__.before("coroutine", 1)
    _thread.start_new_thread(lambda: opened.append(engine.open()), ())
    while not opened:
        time.sleep(0.001)
    engine.close()
    __memmon__.after("coroutine", 1)
try:
    coroutine().send(None)
except StopIteration:
    print(opened)
"""
    assert _printed(every_python, _LINES, program) == ["none" if _UNTOLD in every_python.python else "[True]"]


def test_lines_give_way_to_a_debugger(every_python):
    """An engine that can't be opened leaves the program's own trace function alone."""
    program = """\
try:
    engine = LineGrowth(best_reader(), 8 * MB, event_source())
except RuntimeError:
    sys.exit(print("none"))
def mine(*_):
    return mine
opened = []
def debugged():
    _thread.start_new_thread(lambda: opened.append(engine.open()), ())
    while not opened:
        time.sleep(0.001)
sys.settrace(mine)
debugged()
print(opened, sys.gettrace() is mine)
"""
    printed = _printed(every_python, _LINES, program)
    assert printed == (["none"] if _UNTOLD in every_python.python else ["[False] True"])


def test_samples_of_stacks(every_python):
    """What memory grew by from look to look is shared by the threads that were busy; one that waits has no part."""
    program = """\
from memmon_runtime.attribution.stack_samples import StackSamples
import threading
def busy():
    while True: pass  # line 15
never = threading.Event()
def idle():
    never.wait()
for function in (busy, idle):
    threading.Thread(target=function, daemon=True).start()
engine = StackSamples(8 * MB)
engine.restart(100 * MB)
while len([path for path in ThreadStacks().paths.values() if path[-1][0].endswith("threading.py")]) < 2:
    time.sleep(0.001)
engine.take(104 * MB)
print(engine.look(4 * MB, 0.1, 100 * MB), engine.look(8 * MB, 0.1, 100 * MB))
engine.take(102 * MB)
engine.take(108 * MB)
print(sorted(told(engine.paths(ThreadStacks()))), engine.close())
engine.restart(100 * MB)
engine.take(101 * MB)
print(engine.paths(ThreadStacks()))
"""
    # The thread of the head waits too, but at a line of the program's own, which could be one that allocates.
    assert _printed(every_python, program) == ["False True", "[(6, 5), (15, 5)] True", "{}"]


def test_a_loop_that_seems_to_be_a_call(every_python):
    """Whoever listens to the lines tells a loop from a call, and nobody listens afterwards."""
    program = """\
from memmon_runtime.attribution.stack_samples import CallGrowth, StackSamples
from memmon_runtime.attribution.movement import Movement
try:
    lines = (LineGrowth(best_reader(), 8 * MB, event_source()),)
except RuntimeError:
    lines = ()
answers, asked = [], _thread.allocate_lock()
def ask(seconds):
    # The watcher asks in a thread of its own, in which no line is told.
    engine = CallGrowth(8 * MB, StackSamples(MB), Movement(), lines)
    answers.append((engine.listen(), engine.listen()))
    while time.process_time() < seconds and not engine.loop(): pass
    answers.append(bool(engine.loop()))
    answers.append((engine.close(), traced()))
    asked.release()
asked.acquire(); _thread.start_new_thread(ask, (1e9 if lines else 0,))
while asked.locked():
    time.sleep(0)
print(*answers)
"""
    told = _UNTOLD not in every_python.python
    assert _printed(every_python, _LINES, program) == [f"({told}, False) {told} (True, False)"]


def test_the_harmless_instructions_are_this_pythons(every_python):
    """Their numbers are written down, so that `opcode` need not be loaded; they are those that it has."""
    program = """\
import opcode
from memmon_runtime.attribution import borrowed_tracemalloc as module
print(module._HARMLESS == {opcode.opmap[name] for name in module._HARMLESS_NAMES if name in opcode.opmap})
"""
    assert _printed(every_python, program) == ["True"]
