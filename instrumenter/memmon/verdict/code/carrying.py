"""Whether what an expression gives keeps another value alive, and how evidently."""

from __future__ import annotations

import ast
from collections.abc import Callable

from memmon.verdict.code.puts import called_name
from memmon.verdict.code.values import held_by

BARE = 4
"""It is the value itself, or holds it in a display."""
WRAPPED = 3
"""It is made around the value: ``dict(value, …)``, ``[one for one in value]``, an object that keeps it."""
DERIVED = 2
"""It is got from the value and may be a part of it, or a view of it: ``value.find(…)``, ``value[3:9]``."""
PASSED = 1
"""The value is an argument of something that nothing is known of."""

Source = Callable[[ast.expr], int]
"""How evidently an expression is the value; 0 where it is not."""
Called = Callable[[ast.Call], "int | None"]
"""How evidently a call of the program's own functions gives what it is handed; None where it calls none of them."""
GIVES_NUMBER = frozenset(
    {"len", "sum", "int", "float", "bool", "hash", "id", "any", "all", "abs", "round", "ord", "isinstance", "hasattr",
     "callable", "count", "index", "mean", "median", "startswith", "endswith", "crc32", "getsize", "item", "write",
     "randrange", "randint", "random", "uniform", "choice", "time", "monotonic", "perf_counter"}
)  # fmt: skip
"""What by its name gives a number or a truth value, or what was there before."""
_NOTHING_KEPT = GIVES_NUMBER | frozenset(
    {"str", "type", "repr", "chr", "print", "format", "range", "divmod", "pow", "bytes", "complex", "deepcopy", "dumps",
     "join", "encode", "decode", "hexdigest", "tolist", "md5", "sha1", "sha256", "compress", "max", "min"}
)  # fmt: skip
"""What by its name gives something that refers to none of its arguments."""
_GIVING_NUMBERS = (ast.Mod, ast.FloorDiv, ast.LShift, ast.RShift, ast.BitAnd)
_WRAPPING = frozenset(
    {"list", "tuple", "set", "frozenset", "dict", "sorted", "reversed", "iter", "enumerate", "zip", "map", "filter",
     "deque", "defaultdict", "partial", "memoryview", "copy", "chain", "islice", "replace", "asarray", "frombuffer",
     "cast", "gather", "wait_for", "create_task", "ensure_future"}
)  # fmt: skip
"""What gives something that refers to its arguments, or to their items."""
_LEADING_BACK = frozenset(
    {"string", "parent", "parents", "contents", "children", "descendants", "next_sibling", "previous_sibling",
     "next_element", "previous_element", "documentElement", "ownerDocument", "parentNode", "childNodes", "firstChild",
     "lastChild", "nextSibling", "previousSibling", "T", "flat", "__traceback__", "tb_frame", "gi_frame", "cr_frame"}
)  # fmt: skip
"""Attributes that by their names give a part of a document, a view, or a frame: what leads back to the whole of it."""


def carried_by(node: ast.expr | None, tracked: dict[str, int], source: Source, called: Called) -> int:
    """How evidently an expression's object keeps what is tracked under names, or what ``source`` knows; 0 for not."""

    def of(part: ast.expr | None) -> int:
        return carried_by(part, tracked, source, called)

    known = source(node) if node else 0
    if node is None or known or isinstance(node, ast.Name):
        return known or (tracked.get(node.id, 0) if isinstance(node, ast.Name) else 0)
    if isinstance(node, ast.Call):
        return _of_call(node, of, called)
    if isinstance(node, ast.Lambda):
        return max((tracked.get(one.id, 0) for one in ast.walk(node.body) if isinstance(one, ast.Name)), default=0)
    if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
        return _of_comprehension(node, tracked, source, called)
    return max((min(of(part), most) for part, most in _parts(node)), default=0)


def _parts(node: ast.expr) -> list[tuple[ast.expr | None, int]]:
    """The parts whose objects an expression keeps, and how evidently at most."""
    if isinstance(node, ast.Dict):
        return [(one, BARE) for one in (*node.keys, *node.values)]
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return [(one, BARE) for one in node.elts]
    if isinstance(node, ast.Await | ast.NamedExpr | ast.Starred):
        return [(node.value, WRAPPED if isinstance(node, ast.Starred) else BARE)]
    if isinstance(node, ast.BinOp):
        return [(one, WRAPPED) for one in (node.left, node.right) if not isinstance(node.op, _GIVING_NUMBERS)]
    if isinstance(node, ast.Subscript | ast.Attribute):
        return [(_before_attributes(node), DERIVED)] if _may_be_part(node) else []
    return [(one, BARE) for one, _ in held_by(node)]


def _may_be_part(node: ast.Subscript | ast.Attribute) -> bool:
    """Whether it leads back to the whole: an item of what has a name is a thing by itself."""
    if isinstance(node, ast.Attribute):
        return node.attr in _LEADING_BACK
    return isinstance(node.slice, ast.Slice) or isinstance(node.value, ast.Call)


def _before_attributes(node: ast.Subscript | ast.Attribute) -> ast.expr:
    """What an item or a slice is of, or a chain of attributes begins with."""
    first = node.value
    while isinstance(node, ast.Attribute) and isinstance(first, ast.Attribute):
        first = first.value
    return first


def _of_call(call: ast.Call, of: Callable[[ast.expr | None], int], called: Called) -> int:
    name = called_name(call)
    own = called(call)
    if own is not None:
        return own
    if name in _NOTHING_KEPT:
        return 0
    arguments = max((of(one) for one in (*call.args, *(one.value for one in call.keywords))), default=0)
    # By custom a class's name is written with a capital, and its object keeps what it is given.
    known = name in _WRAPPING or name[:1].isupper()
    receiver = of(call.func.value) if isinstance(call.func, ast.Attribute) else 0
    return max(min(arguments, WRAPPED if known else PASSED), min(receiver, DERIVED))


def _of_comprehension(
    node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
    tracked: dict[str, int],
    source: Source,
    called: Called,
) -> int:
    inner = dict(tracked)
    for clause in node.generators:
        if strength := carried_by(clause.iter, inner, source, called):
            names = [one.id for one in ast.walk(clause.target) if isinstance(one, ast.Name)]
            inner.update(dict.fromkeys(names, min(strength, WRAPPED)))
    parts = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
    return max(carried_by(part, inner, source, called) for part in parts)
