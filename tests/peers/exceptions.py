"""Tests whose result changes for a reason that lies in the test: it asserts on its own source, lines or frames."""

from __future__ import annotations

_STEPPED_INTO = (
    "steps through frames: `Bdb.set_trace` is itself bracketed, so the call that the debugger shows first after its"
    " `sys.settrace` is the one that ends that bracket"
)

CPYTHON: dict[str, str] = {
    "test.test_doctest.test_pdb_set_trace": _STEPPED_INTO,
    "test.test_doctest.test_pdb_set_trace_nested": _STEPPED_INTO,
    "test.test_xml_etree.BugsTest.test_bug_xmltoolkit63": (
        "counts the references to `None`: a site's first checkpoint keeps some (28 in the first 1,000 rounds,"
        " none in the next 5,000)"
    ),
}

PACKAGES: dict[str, str] = {}
