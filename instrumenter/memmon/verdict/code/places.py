"""The places that an expression may stand for: variables, attributes, what functions return, and items of those."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from memmon.verdict.code.puts import called_name
from memmon.verdict.code.syntax import Definition
from memmon.verdict.code.values import held_by

if TYPE_CHECKING:
    from memmon.verdict.code.program import Program
    from memmon.verdict.code.syntax import Scope

_MOST_DEPTH = 5
"""Items of items are told apart so many levels deep."""
_GIVES_ITEM = frozenset({"get", "setdefault", "pop", "popitem", "popleft", "__getitem__", "get_nowait", "peek"})
"""Methods that return one of the items."""
_ITEM_OF = frozenset({"next", "min", "max", "choice", "getitem"})
"""Functions that return one of their argument's items."""
_SAME_ITEMS = frozenset(
    {"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "deque", "dict", "values", "copy", "filter",
     "islice", "OrderedDict", "defaultdict", "chain", "cycle", "tee"}
)  # fmt: skip
"""What makes a new container, or an iterator, with the same items."""
_ITSELF = frozenset({"cast", "proxy", "ensure_future", "create_task", "wait_for", "shield", "enter_context"})
"""What returns its (last) argument, for our purpose."""

_DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.Dict)


class Place(NamedTuple):
    """Somewhere that holds objects."""

    kind: str
    """``var``, ``attr`` or ``ret``."""
    where: str
    """Of a variable and of what a function returns, the scope; of an attribute, the class, empty where not known."""
    name: str
    depth: int = 0
    """How many levels of items below it."""

    def items(self, levels: int = 1) -> Place:
        """The place of its items."""
        return self._replace(depth=min(self.depth + levels, _MOST_DEPTH))


def scope_id(scope: Scope) -> str:
    """A scope's own text, which no other one has."""
    return f"{scope.file}:{getattr(scope.node, 'lineno', 0)}:{getattr(scope.node, 'col_offset', 0)}"


class Names:
    """What names and attributes stand for in a program."""

    def __init__(self, program: Program) -> None:
        """Where each class's attributes are given is looked up first."""
        self.program = program
        self.made: dict[Place, set[str]] = {}
        """The classes whose objects were seen to be put in a place."""
        self.attributes: dict[str, set[str]] = {}
        """By attribute: the classes of the program that have it, by their topmost ones."""
        for syntax in program.syntaxes.values():
            for statement in syntax.statements:
                scope = statement.scope
                if scope.is_class:
                    for name in scope.names:
                        self._has(scope.node.name if isinstance(scope.node, ast.ClassDef) else "", name)
                for one in statement.expressions:
                    if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store):
                        owner = self.class_of(one.value, scope)
                        if owner:
                            self._has(owner, one.attr)

    def _has(self, owner: str, name: str) -> None:
        self.attributes.setdefault(name, set()).add(self.program.topmost(owner))

    def attribute(self, owner: str, name: str) -> Place:
        """The place of an attribute; one that only one class has is that class's."""
        has = self.attributes.get(name, set())
        if not owner and len(has) == 1:
            owner = next(iter(has))
        return Place("attr", self.program.topmost(owner) if owner else "", name)

    def class_of(self, node: ast.expr, scope: Scope) -> str:
        """The class of the program that an expression is an object of, or the class itself; empty where not known."""
        if isinstance(node, ast.Call):
            return self._class_by_call(node, scope)
        if isinstance(node, ast.Attribute) and node.attr == "__class__":
            return self.class_of(node.value, scope)
        known = _class_of_self(node.id, scope) or node.id if isinstance(node, ast.Name) else ""
        if known in self.program.classes:
            return known
        for place in self.places(node, scope) if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) else ():
            if len(found := self.made.get(place, set())) == 1:
                return next(iter(found))
        return ""

    def _class_by_call(self, call: ast.Call, scope: Scope) -> str:
        name = called_name(call)
        if name == "super" and isinstance(call.func, ast.Name):
            return _class_around(scope)
        if name == "type" and len(call.args) == 1:
            return self.class_of(call.args[0], scope)
        return name if name in self.program.classes else ""

    def variable(self, name: str, scope: Scope) -> Place | None:
        """The place of a name as it is seen in a scope; None for what is built in."""
        around: Scope | None = scope
        while around:
            visible = around is scope or not around.is_class
            if visible and name in around.names:
                imported = self.program.imported.get(around.file, {}).get(name)
                if imported and imported[1] and imported[0] in self.program.syntaxes:
                    return self.variable(imported[1], self.program.syntaxes[imported[0]].scopes[0])
                if isinstance(around.node, ast.ClassDef):
                    return self.attribute(around.node.name, name)
                return Place("var", scope_id(around), name)
            around = around.outer
        return None

    def module_variable(self, node: ast.Attribute, scope: Scope) -> Place | None:
        """The place of ``module.name``, where the module is the program's."""
        dotted = ast.unparse(node.value) if isinstance(node.value, ast.Name | ast.Attribute) else ""
        found = self.program.imported.get(scope.file, {}).get(dotted)
        if found and not found[1] and found[0] in self.program.syntaxes:
            return self.variable(node.attr, self.program.syntaxes[found[0]].scopes[0])
        return None

    def places(self, node: ast.expr | None, scope: Scope) -> set[Place]:
        """Where the object may be that an expression gives; empty where that is not known."""
        if isinstance(node, ast.Name):
            found = self.variable(node.id, scope)
            return {found} if found else set()
        if isinstance(node, ast.Attribute):
            found = self.module_variable(node, scope)
            return {found} if found else self._attributes(node, scope)
        if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice):
            return self.items(node.value, scope)
        if isinstance(node, ast.Call):
            return self._called(node, scope)
        if isinstance(node, ast.Await | ast.NamedExpr):
            return self.places(node.value, scope)
        same = [one for one, levels in held_by(node) if not levels] if node else []
        return {place for one in same for place in self.places(one, scope)}

    def _attributes(self, node: ast.Attribute, scope: Scope) -> set[Place]:
        """The place of an attribute; of a property, what it returns."""
        owner = self.class_of(node.value, scope)
        methods = self.program.method(owner, node.attr) if owner else self.program.methods.get(node.attr, ())
        returned = {Place("ret", scope_id(one), "") for one in methods if _is_property(one)}
        return returned or {self.attribute(owner, node.attr)}

    def items(self, node: ast.expr | None, scope: Scope) -> set[Place]:
        """Where the items of an expression may be."""
        if isinstance(node, ast.Call):
            name = called_name(node)
            if name in _SAME_ITEMS:
                own = [node.func.value] if isinstance(node.func, ast.Attribute) and name in ("values", "copy") else []
                return {place for one in (*own, *node.args) for place in self.items(one, scope)}
        shown = [one for one, levels in held_by(node) if levels] if isinstance(node, _DISPLAYS) else []
        return {place.items() for place in self.places(node, scope)} | {
            place for one in shown for place in self.places(one, scope)
        }

    def _called(self, call: ast.Call, scope: Scope) -> set[Place]:
        name = called_name(call)
        if isinstance(call.func, ast.Attribute) and name in _GIVES_ITEM:
            given = self.places(call.args[1], scope) if len(call.args) > 1 else set()
            return self.items(call.func.value, scope) | given
        if name == "getattr" and len(call.args) > 1 and isinstance(call.args[1], ast.Constant):
            return {self.attribute(self.class_of(call.args[0], scope), str(call.args[1].value))}
        if name in _ITEM_OF and call.args:
            return self.items(call.args[0], scope)
        if name in _ITSELF and call.args:
            return self.places(call.args[-1] if name == "cast" else call.args[0], scope)
        return {Place("ret", scope_id(one), "") for one in self.functions(call.func, scope)}

    def functions(self, node: ast.expr, scope: Scope) -> list[Scope]:
        """The program's functions that an expression may name; of a class, what makes its objects."""
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if name in self.program.classes:
            return self.program.method(name, "__init__") or self.program.method(name, "__new__")
        if isinstance(node, ast.Attribute):
            return self._methods(node, scope)
        known = self.program.functions.get(name, ())
        return [one for one in known if one.file == scope.file or self._imports(scope.file, name, one)]

    def _methods(self, node: ast.Attribute, scope: Scope) -> list[Scope]:
        """The methods, or the functions of a module, that ``….name`` may be."""
        owner = self.class_of(node.value, scope)
        if owner:
            return self.program.method(owner, node.attr)
        dotted = ast.unparse(node.value) if isinstance(node.value, ast.Name | ast.Attribute) else ""
        module = self.program.imported.get(scope.file, {}).get(dotted)
        if module and not module[1]:
            return [one for one in self.program.functions.get(node.attr, ()) if one.file == module[0]]
        if dotted in self.program.modules.get(scope.file, {}):
            return []
        return list(self.program.methods.get(node.attr, ()))

    def _imports(self, file: str, name: str, function: Scope) -> bool:
        return self.program.imported.get(file, {}).get(name, ("", ""))[0] == function.file


def _class_of_self(name: str, scope: Scope) -> str:
    """The class whose object, or which itself, is under the name of a method's first parameter."""
    around: Scope | None = scope
    while around and (around.is_class or name not in around.names):
        around = around.outer
    first = around.parameters[:1] if around else []
    return around.method_of or "" if around and first == [name] and not is_static(around) else ""


def _class_around(scope: Scope) -> str:
    around: Scope | None = scope
    while around and not around.method_of:
        around = around.outer
    return (around.method_of if around else None) or ""


def _is_property(scope: Scope) -> bool:
    """Whether a method is read as an attribute."""
    decorators = scope.node.decorator_list if isinstance(scope.node, Definition) else []
    return any(ast.unparse(one).rpartition(".")[2] in ("property", "cached_property") for one in decorators)


def is_static(scope: Scope) -> bool:
    """Whether a method gets no ``self``."""
    return isinstance(scope.node, Definition) and any(
        isinstance(one, ast.Name) and one.id == "staticmethod" for one in scope.node.decorator_list
    )
