"""The program's own files, as far as they are found: those given and the modules of the user's that they import."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.ownership import is_user_code
from memmon.verdict.code.syntax import Definition, syntax_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from memmon.verdict.code.syntax import Scope, Syntax

_MOST_FILES = 60
"""So many files of a program are read."""


@dataclass(frozen=True, eq=False)
class UserClass:
    """A class of the program."""

    name: str
    node: ast.ClassDef
    scope: Scope
    """Its body's."""
    bases: tuple[str, ...]
    """The last parts of their names."""


class Program:
    """The program's files, and what can be called by its name in them."""

    def __init__(self, files: Iterable[str], target: str | None) -> None:
        """``files`` are the user's; what they import of the user's, beside them or beside the target, is read too."""
        self.syntaxes: dict[str, Syntax] = {}
        self.unreadable: set[str] = set()
        self.imported: dict[str, dict[str, tuple[str, str]]] = {}
        """By file: what its imports' names lead to, as a file and a name in it; the name is empty for the module."""
        self.modules: dict[str, dict[str, str]] = {}
        """By file: the full names of what its imports bind, wherever that is."""
        self.classes: dict[str, list[UserClass]] = defaultdict(list)
        self.functions: dict[str, list[Scope]] = defaultdict(list)
        self.methods: dict[str, list[Scope]] = defaultdict(list)
        self.scopes: dict[ast.AST, Scope] = {}
        """By the node that defines it."""
        self._folders = [str(Path(target).parent)] if target else []
        waiting = list(files)
        while waiting and len(self.syntaxes) < _MOST_FILES:
            file = waiting.pop(0)
            if file in self.syntaxes or file in self.unreadable:
                continue
            syntax = syntax_of(file)
            if syntax is None:
                self.unreadable.add(file)
                continue
            self.syntaxes[file] = syntax
            waiting += self._take_in(syntax)

    def _take_in(self, syntax: Syntax) -> list[str]:
        """Note what a file defines and imports; returns the user's files that it imports."""
        self._defined(syntax)
        return self._imports(syntax)

    def _defined(self, syntax: Syntax) -> None:
        for scope in syntax.scopes:
            defined = scope.node
            self.scopes[defined] = scope
            if isinstance(defined, ast.ClassDef):
                bases = tuple(filter(None, map(_last_name, defined.bases)))
                self.classes[defined.name].append(UserClass(defined.name, defined, scope, bases))
            elif isinstance(defined, Definition):
                (self.methods if scope.method_of else self.functions)[defined.name].append(scope)

    def _imports(self, syntax: Syntax) -> list[str]:
        names: dict[str, tuple[str, str]] = {}
        full: dict[str, str] = {}
        for statement in syntax.statements:
            node = statement.node
            for one in node.names if isinstance(node, ast.Import | ast.ImportFrom) else ():
                bound, level = one.asname or one.name, 0
                inner, outer = one.name, ""
                if isinstance(node, ast.ImportFrom):
                    level, outer = node.level, node.module or ""
                    inner = ".".join(filter(None, (outer, one.name)))
                full[bound if one.asname or outer else bound.partition(".")[0]] = inner
                if found := self._file_of(inner, syntax.file, level):
                    names[bound] = (found, "")
                elif outer and (found := self._file_of(outer, syntax.file, level)):
                    names[bound] = (found, one.name)
        self.imported[syntax.file] = names
        self.modules[syntax.file] = full
        return [found for found, _ in names.values()]

    def _file_of(self, module: str, importer: str, level: int) -> str | None:
        """The user's file that a module is in; None where it is installed or not found."""
        parts = module.split(".")
        folders = [str(Path(importer).parents[level - 1])] if level else self._search_folders(importer)
        for folder in folders:
            base = Path(folder, *parts)
            for path in (f"{base}.py", str(base / "__init__.py")):
                if is_user_code(path) and Path(path).is_file():
                    return path
        return None

    def _search_folders(self, importer: str) -> list[str]:
        """Where a module by its full name may be: beside the importer, above its packages, beside the target."""
        folder = Path(importer).parent
        found = [str(folder)]
        while (folder / "__init__.py").is_file() and folder.parent != folder:
            folder = folder.parent
            found.append(str(folder))
        return [*found, *self._folders, *(str(Path(one).parent) for one in self._folders)]

    def method(self, owner: str, name: str) -> list[Scope]:
        """The methods ``name`` of a class, its nearest bases' where it has none itself."""
        for one in self.lineage(owner):
            found = [scope for scope in self.methods.get(name, ()) if scope.method_of == one]
            if found:
                return found
        return []

    def lineage(self, owner: str) -> Iterator[str]:
        """A class of the program and its bases of the program, the nearest first."""
        waiting, seen = [owner], set()
        while waiting:
            name = waiting.pop(0)
            if name in seen:
                continue
            seen.add(name)
            if name in self.classes:
                yield name
                waiting += [base for one in self.classes[name] for base in one.bases]

    def topmost(self, owner: str) -> str:
        """The class of the program that a class ultimately derives from, by its first bases; itself where of none."""
        return list(self.lineage(owner))[-1] if owner in self.classes else owner


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):  # Generic[T]
        return _last_name(node.value)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
