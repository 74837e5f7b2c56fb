"""Functions that somebody else compiles from their source or bytecode: checkpoints in them would not survive that.

To extend the table, add a dotted name as it is imported (``*`` stands for any part); a user does the same with
``compiled = ["mylib.jit"]`` in the ``[memmon]`` table.
"""

from __future__ import annotations

import re
from fnmatch import translate
from functools import cached_property
from typing import TYPE_CHECKING

from memmon.source import grammar
from memmon.source.grammar import span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ast_grep_py import SgNode

COMPILERS: tuple[str, ...] = (
    "codon.jit",
    "cupyx.jit.rawkernel",
    "cython.compile",
    "numba.*jit",
    "numba.*jitclass",
    "numba.cfunc",
    "numba.cuda.jit",
    "numba.extending.intrinsic",
    "numba.extending.overload*",
    "numba.guvectorize",
    "numba.stencil",
    "numba.vectorize",
    "pony.orm.*",
    "taichi.func",
    "taichi.kernel",
    "taichi.pyfunc",
    "tensorflow.function",
    "torch._dynamo.optimize",
    "torch.compile",
    "torch.jit.export",
    "torch.jit.script*",
    "transonic.boost",
    "transonic.jit",
    "triton.jit",
    "tvm.script.*",
    "warp.func",
    "warp.kernel",
)
"""Decorators, and functions that are called with a function, a class, a lambda or a generator expression."""

_CALLEE = re.compile(r"@?\s*([A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*)")
_DEFINITION = frozenset({"function_definition", "class_definition"})
_ANONYMOUS = frozenset({"lambda", "generator_expression"})


class CompiledElsewhere:
    """Which code of one source is compiled by somebody else than Python."""

    def __init__(self, root: SgNode, text: str, extra: Iterable[str]) -> None:
        """*text* is the source, *extra* what the user adds to the table."""
        names = (*COMPILERS, *extra)
        packages = {name.split(".", 1)[0] for name in names}
        self.root = root
        self.names = names if any(package in text for package in packages) else ()
        # One expression, since every call in the source is asked for.
        self._known = re.compile("|".join(translate(name) for name in self.names))

    def by(self, node: SgNode) -> str | None:
        """What compiles the code at *node*, as the source spells it; None where Python runs it as it stands."""
        if not self.names:
            return None
        inner: SgNode | None = None
        in_anonymous = False
        for outer in grammar.up(node):
            kind = outer.kind()
            if kind in _DEFINITION:
                compiler = self._definitions.get(span(outer))
                if compiler is not None and inner is not None:
                    return compiler
            elif kind in _ANONYMOUS and inner is not None:
                in_anonymous = True
            elif kind == "call" and in_anonymous:
                compiler = self._compiler(outer)
                if compiler is not None:
                    return compiler
            inner = outer
        return None

    @cached_property
    def _definitions(self) -> dict[tuple[int, int], str]:
        """The functions and classes that are compiled: decorated, passed on, or called by one that is."""
        compiled: dict[tuple[int, int], str] = {}
        waiting = [*self._decorated(), *self._passed()]
        while waiting:
            definition, compiler = waiting.pop()
            if span(definition) in compiled:
                continue
            compiled[span(definition)] = compiler
            for call in definition.find_all(kind="call"):
                callee = call.field("function")
                named = self._named(callee.text() if callee is not None else "")
                waiting += [(called, compiler) for called in named if called.kind() == "function_definition"]
        return compiled

    def _decorated(self) -> Iterator[tuple[SgNode, str]]:
        for statement in self.root.find_all(kind="decorated_definition"):
            for decorator in statement.children():
                compiler = self._compiler(decorator) if decorator.kind() == "decorator" else None
                if compiler is not None:
                    yield grammar.definition(statement), compiler

    def _passed(self) -> Iterator[tuple[SgNode, str]]:
        """``fast = jit(slow)``, ``fast = jit(parallel=True)(slow)``, ``script(Model())``."""
        for call in self.root.find_all(kind="call"):
            compiler = self._compiler(call)
            arguments = call.field("arguments")
            if compiler is None or arguments is None:
                continue
            for argument in arguments.children():
                made = argument.field("function") if argument.kind() == "call" else None
                for definition in self._named((made or argument).text()):
                    if made is None or definition.kind() == "class_definition":
                        yield definition, compiler

    def _named(self, name: str) -> list[SgNode]:
        return self._by_name.get(name, [])

    @cached_property
    def _by_name(self) -> dict[str, list[SgNode]]:
        found: dict[str, list[SgNode]] = {}
        for definition in self.root.find_all(any=[{"kind": kind} for kind in sorted(_DEFINITION)]):
            name = definition.field("name")
            if name is not None:
                found.setdefault(name.text(), []).append(definition)
        return found

    def _compiler(self, node: SgNode) -> str | None:
        """The decorator's or callee's name if it is in the table, whatever it was imported as."""
        name = _CALLEE.match(node.text())
        if name is None:
            return None
        spelled = re.sub(r"\s", "", name[1])
        first, dot, rest = spelled.partition(".")
        full = f"{self._imported.get(first, first)}{dot}{rest}"
        return spelled if self._known.match(full) else None

    @cached_property
    def _imported(self) -> dict[str, str]:
        """What the names that the source imports stand for."""
        meant: dict[str, str] = {}
        for statement in self.root.find_all(any=[{"kind": "import_statement"}, {"kind": "import_from_statement"}]):
            module = statement.field("module_name")
            for child in statement.children():
                if child.kind() not in {"dotted_name", "aliased_import"} or (
                    module is not None and span(child) == span(module)
                ):
                    continue
                name, alias = child.field("name") or child, child.field("alias")
                prefix = f"{module.text()}." if module is not None else ""
                if alias is not None:
                    meant[alias.text()] = prefix + name.text()
                elif module is not None:
                    meant[name.text()] = prefix + name.text()
        return meant
