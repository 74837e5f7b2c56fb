"""Tests whose result changes for a reason that lies in the test: it asserts on its own source, lines or frames."""

from __future__ import annotations

_STEPPED_INTO = (
    "steps through frames: `Bdb.set_trace` is itself bracketed, so the call that the debugger shows first after its"
    " `sys.settrace` is the one that ends that bracket"
)

_NEAR_THE_LIMIT = (
    "nests to within three levels of the recursion limit that `support.infinite_recursion(100)` sets:"
    " at the edge a checkpoint takes up to eight levels (`K` in `tests/source/test_evaluation.py`), here four"
)

CPYTHON: dict[str, str] = {
    "test.test_doctest.test_pdb_set_trace": _STEPPED_INTO,
    "test.test_doctest.test_pdb_set_trace_nested": _STEPPED_INTO,
    "test.test_threading.ThreadJoinOnShutdown.test_clear_threads_states_after_fork": (
        "counts the threads of a forked child: memmon's watcher is one"
    ),
    "test.test_tomllib.test_misc.TestMiscellaneous.test_inline_array_recursion_limit": _NEAR_THE_LIMIT,
    "test.test_tomllib.test_misc.TestMiscellaneous.test_inline_table_recursion_limit": _NEAR_THE_LIMIT,
    "test.test_tracemalloc.TestTracemallocEnabled.test_get_traced_memory": (
        "lets the whole process allocate 2,048 bytes while it runs; the first checkpoint of each site in unittest"
        " and tracemalloc that it passes takes more (5,158 bytes; run again in the same process, it passes)"
    ),
    "test.test_xml_etree.BugsTest.test_bug_xmltoolkit63": (
        "counts the references to `None`: a site's first checkpoint keeps some (28 in the first 1,000 rounds,"
        " none in the next 5,000)"
    ),
}

PACKAGES: dict[str, str] = {}
