"""Calls: those in a source of what has certain names, with what is asked of them again and again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ast_grep_py import Rule, SgNode

ADDING = ("add", "append", "appendleft", "extend")
"""How adding to a container is called."""
_ACCESSORS = frozenset({"loc", "iloc", "at", "values"})
"""Attributes that only lead to a part of what they are asked of."""


@dataclass(frozen=True, eq=False)
class Call:
    """A call of what has a name."""

    node: SgNode
    function: SgNode
    """What is called."""
    name: str
    """The last name of it."""

    @property
    def is_method(self) -> bool:
        """Whether it is asked of some object or module."""
        return self.function.kind() == "attribute"

    @cached_property
    def callee(self) -> str:
        """The source of what is called."""
        return self.function.text()

    @cached_property
    def arguments(self) -> list[SgNode]:
        """What is given; a generator expression that stands for the parentheses too is the only one."""
        given = self.node.field("arguments")
        if given is None:
            return []
        if given.kind() == "generator_expression":
            return [given]
        return [child for child in given.children() if child.is_named() and child.kind() != "comment"]

    @property
    def is_of_generator(self) -> bool:
        """Whether a generator expression stands for the parentheses too, which no pattern's ``($$$)`` matches."""
        given = self.node.field("arguments")
        return given is not None and given.kind() == "generator_expression"

    @cached_property
    def receiver(self) -> SgNode | None:
        """The object that a method is asked of."""
        return self.function.field("object") if self.is_method else None

    @cached_property
    def short_name(self) -> str:
        """What a checkpoint at the call is called: ``config.copy`` of ``self.config["global"].copy()``."""
        plain = re.match(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*", self.callee)
        receiver = self.receiver
        if receiver is None or plain is None or receiver.kind() in {"string", "concatenated_string"}:
            return self.name
        parts = plain[0].split(".")
        if len(plain[0]) == len(self.callee):
            parts.pop()
        elif self.callee[len(plain[0])] == "(" and len(parts) > 1:
            parts.pop()  # what a method gives: the object tells more than the method does
        while len(parts) > 1 and parts[-1] in _ACCESSORS:
            parts.pop()
        return f"{parts[-1]}.{self.name}"


def rule(names: Iterable[str], arguments: str | None = None) -> Rule:
    """What finds the calls of what has one of these *names*, which are regular expressions.

    *arguments* is one that must be found in what is given.
    """
    called: Rule = {"kind": "call", "has": {"field": "function", "regex": rf"(^|\.)({'|'.join(names)})$"}}
    return called if arguments is None else {"all": [called, {"has": {"field": "arguments", "regex": arguments}}]}


def call_at(node: SgNode) -> Call | None:
    """The call that *node* is; None where what it calls has no name."""
    function = node.field("function") if node.kind() == "call" else None
    if function is None:
        return None
    named = function.field("attribute") if function.kind() == "attribute" else function
    return Call(node, function, named.text()) if named is not None and named.kind() == "identifier" else None


def calls(root: SgNode, names: Iterable[str]) -> list[Call]:
    """The calls of what has one of these *names*, regular expressions, in the order of *root*'s source."""
    return [found for node in root.find_all({"rule": rule(names)}) if (found := call_at(node)) is not None]
