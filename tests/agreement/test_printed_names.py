"""How a site's name is printed in the log: memmon, which reads it, and the runtime, which prints it, say the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memmon.record.printed_names import printed_name
from memmon_runtime.record.sites import Site

NAMES = {
    "加载config": "加载config",
    "a b": "a b",
    "a\tb\nc\rd": "a_b_c_d",
    "\0\x1b\x1c\x1d\x1e\x1f": "______",
    "a\x7fb\x85c": "a_b_c",
    "读\u2028取\u2029": "读_取_",
    "\xa0\u3000é😀": "\xa0\u3000é😀",
    "a\x80b\x9bc": "a_b_c",
    "\ud800\udfff": "__",
    "": "",
    "x" * 60: "x" * 60,
    "x" * 61: "x" * 58 + "…",
    "长" * 30: "长" * 30,
    "长" * 31: "长" * 29 + "…",
}
"""Names of sites, and how they are printed."""


def printed_by_the_runtime(name: str) -> str:
    """The name in the lines of a lone checkpoint."""
    return Site(name, 1, printed_by_the_runtime.__code__, (None, None), ("BEFORE", "AFTER"), 1).printed[2]


@pytest.mark.parametrize(("name", "printed"), NAMES.items())
def test_both_print_a_name_alike(name: str, printed: str) -> None:
    """What would end a line, or not be seen, is replaced; everything else stays."""
    assert printed_name(name) == printed_by_the_runtime(name) == printed


@given(st.text(st.characters(exclude_categories=[])))
def test_whatever_the_name_both_print_it_alike(name: str) -> None:
    """On any name, and what is printed is one line."""
    printed = printed_name(name)
    assert printed == printed_by_the_runtime(name)
    assert len(printed.splitlines()) <= 1
