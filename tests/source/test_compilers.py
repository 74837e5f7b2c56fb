"""Functions that others compile: how they are recognised, and what stays possible."""

from __future__ import annotations

import pytest

from memmon.model import Config, Hotspot, Instrumented, Selector
from memmon.source.compilers import COMPILERS
from memmon.source.instrument import instrument

HOTSPOT = Hotspot("load", Selector(match="load($$$)"))


def refused(source: str, *compiled: str) -> list[int]:
    """The lines of the sites that are refused; every other site is placed."""
    outcome = instrument(source.encode(), "target.py", Config("m", hotspots=(HOTSPOT,), compiled=compiled))
    assert isinstance(outcome, Instrumented)
    return [refusal.site.line for refusal in outcome.refusals]


@pytest.mark.parametrize(
    ("imports", "decorator"),
    [
        ("import numba", "numba.njit"),
        ("import numba", "numba.jit(nopython=True)"),
        ("import numba as nb", "nb.vectorize(['f8(f8)'])"),
        ("import numba.cuda", "numba.cuda.jit"),
        ("from numba import cuda", "cuda.jit('void(f8)')"),
        ("from numba import njit", "njit"),
        ("from numba import njit as fast, prange", "fast(parallel=True)"),
        ("from numba import (\n    guvectorize,\n)", "guvectorize"),
        ("from numba import cfunc, stencil", "stencil"),
        ("import torch", "torch.jit.script"),
        ("from torch import jit", "jit.script"),
        ("import torch", "torch.compile"),
        ("import triton", "triton.jit"),
        ("import cython", "cython.compile"),
        ("import taichi as ti", "ti.kernel"),
        ("import tensorflow as tf", "tf.function"),
        ("import warp as wp", "wp.kernel"),
    ],
)
def test_decorators_are_known_under_any_name(imports: str, decorator: str) -> None:
    """Whatever it was imported as, with arguments or without, between other decorators."""
    lines = imports.count("\n") + 1
    source = f"{imports}\n@other\n@{decorator}\n@another\ndef f(x=load(0)):\n    return load(x)\n\ny = load(f(1))\n"
    assert refused(source) == [lines + 4, lines + 5]


@pytest.mark.parametrize(
    "source",
    [
        "import numba\n@other.njit\ndef f(x):\n    load(x)\n",
        "@njit\ndef f(x):\n    load(x)\n",
        "import numba\ndef f(x):\n    load(numba.njit)\n",
        "import jax\n@jax.jit\ndef f(x):\n    load(x)\n",
        "import torch\nmodel = torch.compile(build(load(1)))\ndef build(x):\n    return load(x)\n",
        "import numba\n@numba.njit(cache=load(True))\ndef f(x):\n    return x\n",
        "import numba\nclass A:\n    @numba.njit\n    def f(x):\n        return x\n    x = load(1)\n",
    ],
)
def test_what_python_runs_itself_is_bracketed(source: str) -> None:
    """Names that only look alike, arguments, decorators, and neighbours."""
    assert refused(source) == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("import numba\ndef f(x):\n    load(x)\nfast = numba.njit(f)\n", [3]),
        ("import numba\ndef f(x):\n    load(x)\nfast = numba.njit(parallel=True)(f)\n", [3]),
        ("import numba\nfast = numba.njit(lambda x: load(x))\n", [2]),
        (
            "import torch\nclass M:\n    def forward(self):\n        load(1)\nm = torch.jit.script(M())\n",
            [4],
        ),
        ("import torch\n@torch.jit.script\ndef f(x):\n    return g(x)\ndef g(x):\n    return load(x)\n", [6]),
        ("from pony.orm import select\nselect(p for p in P if load(p)).first()\n", [2]),
        ("from numba.experimental import jitclass\n@jitclass\nclass A:\n    def f(self):\n        load(1)\n", [5]),
        ("import numba\n@numba.njit\ndef f(x):\n    def g(y):\n        return load(y)\n    return g(x)\n", [5]),
    ],
)
def test_what_is_handed_to_a_compiler_is_compiled(source: str, lines: list[int]) -> None:
    """Functions, classes and lambdas that are passed on, what they call, and what is nested in them."""
    assert refused(source) == lines


def test_a_user_can_add_to_the_table() -> None:
    """`compiled` in the configuration names further decorators."""
    source = "from mylib import fast\n@fast\ndef f(x):\n    load(x)\n"
    assert refused(source) == []
    assert refused(source, "mylib.fast") == [4]
    assert refused(source, "mylib.*") == [4]


def test_the_table_is_in_order() -> None:
    """So that an entry is found where it is looked for."""
    assert list(COMPILERS) == sorted(COMPILERS)
