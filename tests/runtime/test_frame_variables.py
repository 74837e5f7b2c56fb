"""A function's variables are read from its frame, and nothing is changed by that."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime_programs import Bench

_READ = """
import sys, weakref
from memmon_runtime.system.frame_variables import variables_of

class Thing:
    pass

def read(frame):
    return dict(variables_of(frame))
"""


def _printed(bench: Bench, source: str) -> list[str]:
    bench.write(_READ + source, preamble=False)
    done = bench.run()
    assert (done.stderr, done.status) == ("", 0)
    return done.stdout.splitlines()


def test_all_kinds_of_variables(every_python: Bench) -> None:
    """Arguments, locals, those that inner functions use and those of the function around; not what has no value."""
    printed = _printed(
        every_python,
        """
def outer(captured, plain):
    def inner(*many, key=1, **named):
        own = [captured]
        gone = 1
        del gone
        return sorted(read(sys._getframe()).items())
    shared = plain
    def other():
        return inner, shared, later
    before = sorted(read(sys._getframe()))
    later = 2
    return inner(3, key=4, x=5), before, read(sys._getframe())["later"]
for line in outer(6, 7):
    print(line)
class Body:
    value = 1
    print(read(sys._getframe()))
print(read(sys._getframe()))
""",
    )
    assert printed == [
        "[('captured', 6), ('key', 4), ('many', (3,)), ('named', {'x': 5}), ('own', [6])]",
        "['captured', 'inner', 'other', 'plain', 'shared']",
        "2",
        "{}",
        "{}",
    ]


def test_what_is_let_go_of_dies(every_python: Bench) -> None:
    """A variable that was read and is deleted or set anew keeps nothing; in generators and coroutines neither."""
    printed = _printed(
        every_python,
        """
def function():
    thing = Thing()
    seen = weakref.ref(thing)
    assert read(sys._getframe())["thing"] is thing
    del thing
    return seen() is None

def generator():
    thing = Thing()
    yield weakref.ref(thing)
    thing = None
    yield

async def coroutine(thing):
    seen = weakref.ref(thing)
    assert read(running.cr_frame)["thing"] is thing
    del thing
    return seen() is None

print(function())
started = generator()
seen = next(started)
assert type(read(started.gi_frame)["thing"]) is Thing
next(started)
print(seen() is None)
running = coroutine(Thing())
try:
    running.send(None)
except StopIteration as end:
    print(end.value)
""",
    )
    assert printed == ["True", "True", "True"]


def test_a_traced_function_keeps_its_values(every_python: Bench) -> None:
    """Under a debugger's or a coverage tool's trace function no variable gets back the value that was read."""
    printed = _printed(
        every_python,
        """
def trace(frame, event, argument):
    read(frame)
    return trace

def function():
    value = 0
    cell = 0
    def inner():
        return cell
    for _ in range(50):
        value += 1
        cell += 1
        read(sys._getframe())
    return value, inner()

sys.settrace(trace)
print(function())
""",
    )
    assert printed == ["(50, 50)"]


def test_another_thread_s_and_an_ended_function(every_python: Bench) -> None:
    """The frames of a thread that waits, and those behind a traceback; one that was cleared has nothing."""
    printed = _printed(
        every_python,
        """
import threading
ready, go_on = threading.Event(), threading.Event()
def waits(rows):
    ready.set()
    go_on.wait()
def fails(rows):
    own = len(rows)
    raise ValueError
thread = threading.Thread(target=waits, args=([1, 2],))
thread.start()
ready.wait()
frame = sys._current_frames()[thread.ident]
while frame.f_code.co_name != "waits":
    frame = frame.f_back
print(read(frame))
go_on.set()
thread.join()
try:
    fails([3])
except ValueError as error:
    frame = error.__traceback__.tb_next.tb_frame
print(read(frame))
frame.clear()
print(read(frame))
""",
    )
    assert printed == ["{'rows': [1, 2]}", "{'rows': [3], 'own': 1}", "{}"]


def test_functions_that_return_while_they_are_read(every_python: Bench) -> None:
    """Threads take turns amid the reading, as on a busy machine: where variables stood are another function's then."""
    printed = _printed(
        every_python,
        """
import threading, time
sys.setswitchinterval(1e-6)
until = time.monotonic() + 2
def call(depth, *given):
    here, listed, text = object(), [depth] * 3, "s%d" % depth
    return call(depth - 1, here, listed, text) if depth else {text: (here, listed, given)}
def works(depth):
    while time.monotonic() < until:
        for number in range(50):
            call(number % 30 + depth, number)
threads = [threading.Thread(target=works, args=(depth,)) for depth in range(3)]
for thread in threads:
    thread.start()
seen = set()
while time.monotonic() < until:
    frames = sys._current_frames()
    del frames[threading.get_ident()]
    for frame in frames.values():
        while frame is not None:
            for name, value in variables_of(frame):
                if frame.f_code is call.__code__:
                    seen.add((name, type(value).__name__))
            frame = frame.f_back
for thread in threads:
    thread.join()
print(sorted(seen))
""",
    )
    assert printed == [
        "[('depth', 'int'), ('given', 'tuple'), ('here', 'object'), ('listed', 'list'), ('text', 'str')]"
    ]
