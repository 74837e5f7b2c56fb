"""Functions that travel to another process by value find their checkpoints there, or a stand-in."""

from __future__ import annotations

import pytest

# The worker knows nothing of the program but what the pickle brings along.
PROGRAM = """
    import base64, subprocess, sys, time
    import cloudpickle
    def work(n):
        __memmon__.before("work", 1)
        made = n * 2
        return __memmon__.through(("work", 1, None, None), (made), __memmon__.after)
    time.sleep(0.3)
    sent = base64.b64encode(cloudpickle.dumps(work)).decode()
    worker = "import base64, pickle, sys; print(pickle.loads(base64.b64decode(sys.argv[1]))(21))"
    print(subprocess.run([sys.executable, *sys.argv[1:], "-c", worker, sent], capture_output=True, text=True, cwd="/"))
"""


@pytest.mark.parametrize("extra", [{}, {"MEMMON_DISABLE": "1"}])
def test_a_function_sent_by_value_runs_in_a_worker_without_the_runtime(bench, extra):
    """What `cloudpickle` makes of a function with checkpoints works where no runtime can be imported."""
    left = bench.run(PROGRAM, "program.py", "-I", **extra)
    assert "stdout='42\\n', stderr=''" in left.stdout, left


def test_a_function_sent_by_value_finds_the_runtime_of_its_worker(bench):
    """Where the worker can import the runtime, it is taken; it records nothing unless it was told to."""
    left = bench.run(PROGRAM, PYTHONPATH=str(bench.folder))
    assert "stdout='42\\n', stderr=''" in left.stdout, left


def test_the_alias_is_no_global_where_nobody_ships_functions(bench):
    """A program that looks at its own names finds no other."""
    left = bench.run("import time; time.sleep(0.3); print([name for name in globals() if 'memmon' in name])")
    assert left.stdout == "[]\n", left
