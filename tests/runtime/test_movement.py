"""Whether the threads of real programs move on from line to line, or stand in a call."""

from __future__ import annotations

_LOOKS = """\
import _thread, hashlib, time
from memmon_runtime.attribution.movement import Movement
movement, gate, over = Movement(), _thread.allocate_lock(), []
gate.acquire()
def look():
    movement.before_sleep()
    time.sleep(0.01)
    movement.after_sleep(0)
    return movement.is_seen(time.monotonic()), movement.unmoved_looks
def ask(enough):
    seen = [look()]
    while not enough(seen):
        seen.append(look())
    over.append(seen)
    gate.release()
"""


def _last(bench, enough, work):
    """What the last look saw, where looks go on until they are ``enough`` and the main thread does some ``work``."""
    bench.write(
        f"{_LOOKS}_thread.start_new_thread(ask, (lambda seen: {enough},))\n{work}print(*over[-1][-1])\n", preamble=False
    )
    left = bench.run()
    assert (left.status, left.stderr) == (0, "")
    return left.stdout.split()


def test_a_loop_moves_on(every_python):
    """A thread that comes to other lines is soon seen to do so."""
    work = "while not over:\n    time.sleep(0.001)\n    sum(range(100))\n"
    assert _last(every_python, "seen[-1][0]", work) == ["True", "0"]


def test_a_call_at_work_stands(every_python):
    """A thread that computes within one call, without the GIL, is not taken for one that moves on."""
    work = "large = bytes(1 << 26)\nwhile not over:  hashlib.sha256(large)\n"
    seen, unmoved_looks = _last(every_python, "seen[-1][1] == 5 or len(seen) == 1000", work)
    assert (seen, unmoved_looks) == ("False", "5")


def test_a_thread_that_waits_is_not_at_work(every_python):
    """Where nobody computes, no look counts as one that found a call at work."""
    assert _last(every_python, "len(seen) == 20", "gate.acquire()\n") == ["False", "0"]
