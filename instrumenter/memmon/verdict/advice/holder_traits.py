"""What may be true of what holds the memory: the questions by which a fix for it is chosen."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from memmon.ownership import is_user_code
from memmon.verdict.code.holder import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from memmon.verdict.advice.facts import Facts

    Fits = Callable[[Facts], bool]

_GRAPHS = re.compile(r"(?:^|\.)(?:Tensor|Variable|Var|Value|Array)$|grad|parents|inputs|_prev|operands")
"""How the nodes of a graph of computations are called, and what leads from one to the next."""
_CALLABLES = frozenset({"method", "function", "builtin_function_or_method", "functools.partial", "partial"})
_REGISTERED = re.compile(
    r"handler|callback|listener|subscri|observer|hook|receiver|connected|signal|slot", re.IGNORECASE
)


def held(*, path: str = "", kind: str = "", item: str = "", owner: str = "", step: str = "") -> Fits:
    """Whether what is held fits all the patterns: the container's path, its type, its items', its owner's, a step."""
    patterns = [re.compile(one) for one in (path, kind, item, owner)]

    def fits(facts: Facts) -> bool:
        row = facts.holder
        if row is None:
            return False
        given = (row.path, row.type, row.item_type, row.owner_type)
        if step and not any(one.kind == step for one in row.steps):
            return False
        return all(pattern.search(text) for pattern, text in zip(patterns, given, strict=True))

    return fits


def either(*several: Fits) -> Fits:
    """Whether any of them is true."""
    return lambda facts: any(one(facts) for one in several)


def both(*several: Fits) -> Fits:
    """Whether all of them are."""
    return lambda facts: all(one(facts) for one in several)


def puts(origin: str) -> Fits:
    """Whether what the line stores is of that origin."""
    return lambda facts: origin in facts.stored


def is_unbounded_cache(facts: Facts) -> bool:
    """Whether it is a function's cache, decorated so that it has no bound."""
    unbounded = re.search(r"\bcache$|lru_cache\((?:maxsize=)?None\)", facts.decorators, re.MULTILINE)
    return bool(unbounded) and (facts.holder is None or held(step="cache")(facts))


def is_cached_property(facts: Facts) -> bool:
    """Whether it is what a `cached_property` returns."""
    return bool(re.search(r"\bcached_property$", facts.decorators, re.MULTILINE))


def is_a_local_variable(facts: Facts) -> bool:
    """Whether it is a function's own variable, and hangs at nothing else."""
    row = facts.holder
    return row is not None and row.root.kind == "local" and not row.steps


def is_graph(facts: Facts) -> bool:
    """Whether it is a chain of computations, each with what it was computed from."""
    steps = facts.holder.steps if facts.holder else ()
    chains = [one for one in steps if one.kind == "chain"]
    return any(_GRAPHS.search(text) for one in chains for text in (one.name, one.type))


def is_in_a_library(facts: Facts) -> bool:
    """Whether it hangs at an object, or is a variable, of code that is not the program's."""
    row = facts.holder
    files = (row.owner_file, row.root.file) if row else ()
    return any(file and not is_user_code(file) for file in files)


def is_a_librarys_own(facts: Facts) -> bool:
    """Whether a library keeps it where nobody else is meant to reach."""
    row = facts.holder
    if row is None:
        return False
    if row.steps and row.steps[-1].kind == "item":  # what the program put in there, such as a list of its own
        return False
    last = next((step.name for step in reversed(row.steps) if step.kind == "attribute"), plain(row.root.name))
    is_library = row.root.kind == "library" or bool(row.owner_file and not is_user_code(row.owner_file))
    return is_library and last.startswith("_")


def are_callables(facts: Facts) -> bool:
    """Whether they are bound methods, or functions that were registered by the container's name."""
    row = facts.holder
    if row is None or row.item_type not in _CALLABLES:
        return False
    return row.item_type == "method" or bool(_REGISTERED.search(row.path))


def are_own_objects(facts: Facts) -> bool:
    """Whether they are objects of a class of the program's or of an installed library: no plain values."""
    row = facts.holder
    module = row.item_type.partition(".")[0] if row and "." in row.item_type else ""
    return (bool(module) and module not in sys.stdlib_module_names | {"numpy", "pandas"}) or module == "__main__"
