"""What is kept where the user's code has no name for it, or another one.

In the process of a `multiprocessing.Manager`, of which the user's code has proxies under its own names; in a variable
of a library's function that was called.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from memmon.ownership import is_user_code
from memmon.verdict.code.puts import called_name

if TYPE_CHECKING:
    from memmon.verdict.code.flows import Flows
    from memmon.verdict.code.places import Place
    from memmon.verdict.model import GrownContainer

_SERVER = "multiprocessing.managers.Server"
_KEPT_IN = "id_to_obj"
"""The server's dictionary: of each object a tuple, which it is the first of."""
_STEPS = 3
"""From the server to such an object: the dictionary, the tuple, the object."""
_WAY = re.compile(rf"^.*?\.{_KEPT_IN}\[[^\]]*\]\[0\]")
_MADE_BY = {"Queue": frozenset({"Queue", "JoinableQueue"})}
"""The manager's methods that make an object of a type, where they are not called as the type is."""


def is_librarys_variable(row: GrownContainer) -> bool:
    """Whether it is a variable of a library's function that runs, or has run and left it to others."""
    root = row.root
    return (
        root.kind in ("local", "task")
        and not row.steps
        and bool(root.file and root.function)
        and not is_user_code(root.file or "")
    )


def managed_at(row: GrownContainer) -> int:
    """How many steps lead to the manager's object that the container is, or is inside of; 0 where it is none."""
    for number, step in enumerate(row.steps):
        owner = row.steps[number - 1].type if number else row.owner_type
        if (step.kind, step.name, owner) == ("attribute", _KEPT_IN, _SERVER) and len(row.steps) >= number + _STEPS:
            return number + _STEPS
    return 0


def managed_places(row: GrownContainer, flows: Flows) -> set[Place]:
    """Where the user's code puts the proxies that a manager gives for objects of that type."""
    kind = _kind(row)
    makers = _MADE_BY.get(kind, frozenset({kind}))
    return {
        place
        for place, values in flows.values.items()
        for value, _ in values
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and called_name(value) in makers
    }


def spoken_path(row: GrownContainer, known_as: str = "") -> str:
    """The container's path as the user's code may have it, which knows nothing of what is inside of others."""
    if is_librarys_variable(row):
        return f"{(row.root.function or '').rpartition('.')[2]}().{row.path}"
    if not managed_at(row):
        owner = _class_of_self(row)
        return owner + row.path.removeprefix("self") if owner else row.path
    return _WAY.sub(lambda _: known_as or f"Manager().{_kind(row)}()", row.path)


def _class_of_self(row: GrownContainer) -> str:
    """The class whose object a library's method calls `self`: the user's code has no name for that.

    That of the object where the container is its attribute; else the one that has the method.
    """
    root = row.root
    if root.name != "self" or root.kind == "library" or not root.file or is_user_code(root.file):
        return ""
    attributes = sum(step.kind == "attribute" for step in row.steps)
    owner = row.owner_type if attributes == 1 else (root.function or "").rpartition(".")[0]
    return owner.rpartition(".")[2]


def name_of(places: set[Place]) -> str:
    """The one name that the user's code has for a manager's object; empty where it has several, or none."""
    names = {place.name for place in places if place.name and not place.depth}
    return next(iter(names)) if len(names) == 1 else ""


def _kind(row: GrownContainer) -> str:
    return row.steps[managed_at(row) - 1].type.rpartition(".")[2]
