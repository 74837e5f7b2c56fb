"""A file that a formatter has been over gives back the formatter's text of the original."""

from __future__ import annotations

import pytest

from memmon.source.preamble import version_in
from memmon.source.strip_reformatted import strip_reformatted

# What instrumenting gives, with every injected piece broken over lines as formatters break them.
FORMATTED = '''\
"""doc"""

# >>> memmon 0.1.0 >>> put in by `memmon instrument`; `memmon restore` takes it out
try:
    __import__("memmon_runtime").install(
        '__memmon__',
        warning="80%",
        added=(
            3,
            4,
        ),
    )
except Exception:
    __import__("builtins").__memmon__ = type(
        "memmon_missing",
        (),
        {
            "through": lambda bracket, value, close: value,
            **dict.fromkeys(("before", "after", "start", "end"), lambda *site, **levels: None),
        },
    )
# <<< memmon <<<


def f(x):
    __memmon__.start(
        "f", 4, normal=20, alarm=100
    )
    if x:
        __memmon__.before("short", 6)
        y = x + 1
        __memmon__.after("short", 6)
        return __memmon__.through(
            ("f", 4, 20, 100),
            (
                __memmon__.through(
                    __memmon__.before(
                        "加载", 7
                    ),
                    (x, y),
                    __memmon__.after,
                )
            ),
            __memmon__.end,
        )
    z = (__memmon__).through(__memmon__.before("z", 8), (lambda: x), __memmon__.after); __memmon__.end("f", 4)


class A:
    (lambda: __memmon__)().before(
        "in a class", 12
    )
    a = 1
'''

STRIPPED = '''\
"""doc"""



def f(x):
    if x:
        y = x + 1
        return (
                x, y
            )
    z = lambda: x


class A:
    a = 1
'''


def test_what_a_formatter_broke_over_lines_is_found_by_its_syntax():
    """Calls over several lines, nested pass-through forms and the preamble go; the user's code stays."""
    stripped = strip_reformatted(FORMATTED.encode(), "x.py")
    assert stripped is not None
    assert stripped.decode().split() == STRIPPED.split()
    compile(stripped, "x.py", "exec")


def test_without_a_preamble_nothing_is_taken_out():
    """A file whose preamble was torn is left to the user."""
    assert strip_reformatted(b"__memmon__.before('a', 1)\n", "x.py") is None


def test_a_formatted_preamble_below_an_edit_that_does_not_parse_yet_is_one():
    """A file that a formatter went over is instrumented still where somebody is in the midst of an edit."""
    assert version_in(f"x = (\n{FORMATTED}".encode()) == "0.1.0"


FOREIGN = {
    "a statement": ("# <<< memmon <<<\n", "mine = 1\n# <<< memmon <<<\n"),
    "a statement in the try": ("try:\n", "try:\n    import os\n"),
    "a statement in the handler": ("except Exception:\n", "except Exception:\n    mine = 1\n"),
    "another branch": ("# <<< memmon <<<\n", "finally:\n    mine = 1\n# <<< memmon <<<\n"),
    "a value that is computed": ('warning="80%"', "warning=mine()"),
    "a comment": ("        warning=", "        # mine\n        warning="),
    "a remark": ("# <<< memmon <<<\n", "# <<< memmon <<< mine\n"),
}


@pytest.mark.parametrize("edit", FOREIGN)
def test_a_preamble_that_holds_something_of_the_users_is_left_to_the_user(edit):
    """Whatever was put between the markers is not taken out along with memmon's own code."""
    old, new = FOREIGN[edit]
    assert FORMATTED.count(old) == 1
    assert strip_reformatted(FORMATTED.replace(old, new).encode(), "x.py") is None
