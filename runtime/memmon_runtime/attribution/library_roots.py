"""What modules that are not the user's keep by themselves: registries, caches, lists of open figures.

There are too many to look into them all each time. Of each module the items of its containers are counted in sum, those
in its variables and in its classes' attributes, as many modules as there is time for; and where the sum has grown, the
module's containers are looked at from then on. The objects in modules' variables are looked into only while what has
grown elsewhere does not explain the growth.
"""

from __future__ import annotations

import sys
from time import thread_time

from memmon_runtime.attribution.census_roots import Root, file_of_module
from memmon_runtime.attribution.object_types import (
    GROWING,
    is_class,
    is_python_class,
    namespace_of,
)
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.ownership import is_runtime, is_user_code
from memmon_runtime.system.source import absolute, names_of

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, List, Tuple

    from memmon_runtime.attribution.census_roots import Start

_FIRST_SCAN_SECONDS, _SCAN_SECONDS = 0.02, 0.004
_LEAST_GROWTH = 5
"""A module with no more new items than this has not grown."""
_MOST_GROWING = 40
_LOOK_AT_CLOCK = 16


class Libraries:
    """The sums of the modules of one process, from one look to the next."""

    def __init__(self) -> None:
        """Nothing is known."""
        self.at_first: Dict[int, int] = {}
        """How many items the containers had at first that must have grown, by their ids."""
        self._sums: Dict[str, int] = {}
        self._owners: Dict[str, Tuple[str, ...]] = {}
        self._growing: Dict[str, None] = {}
        self._next = 0

    def scan(self) -> None:
        """Count again, from where there was no more time for it, the modules that were loaded last first."""
        modules = list(sys.modules.items())
        modules.reverse()
        until = thread_time() + (_SCAN_SECONDS if self._sums else _FIRST_SCAN_SECONDS)
        first = self._next
        for count in range(len(modules)):
            if not count % _LOOK_AT_CLOCK and thread_time() > until:
                break
            self._next = (first + count + 1) % len(modules)
            name, module = modules[(first + count) % len(modules)]
            if type(name) is str:
                self._note(name, names_of(module))

    def _note(self, name: str, names: Dict[str, Any]) -> None:
        total = sum([len(held) for held in list(names.values()) if id(type(held)) in GROWING])
        owners = self._owners.get(name)
        if owners is None:
            owners = self._owners[name] = _owners_of(name, names)
        for owner in owners:
            total += sum([len(held) for _, held in _containers_of_class(names.get(owner))])
        before = self._sums.get(name)
        is_new = name not in self._growing and len(self._growing) < _MOST_GROWING
        if before is not None and total > before + _LEAST_GROWTH and is_new:
            self._growing[name] = None
            self._note_first(name, names, total - before)
        if before is None or total < before:
            self._sums[name] = total

    def _note_first(self, name: str, names: Dict[str, Any], grown: int) -> None:
        """If only one of the module's containers has as many items as are new, it is the one that has grown."""
        enough = [held for _, held in self._containers(name, names) if len(held) >= grown]
        if len(enough) == 1:
            self.at_first[id(enough[0])] = len(enough[0]) - grown

    def _containers(self, name: str, names: Dict[str, Any]) -> Iterator[Tuple[str, Any]]:
        for variable, held in list(names.items()):
            if id(type(held)) in GROWING and type(variable) is str and variable != "__builtins__":
                yield f"{name}.{variable}", held
        for owner in self._owners.get(name, ()):
            for attribute, held in _containers_of_class(names.get(owner)):
                yield f"{name}.{owner}.{attribute}", held

    def growing_roots(self) -> Iterator[Start]:
        """The containers of the modules that have grown."""
        for name in self._growing:
            module = sys.modules.get(name)
            file = _library_file_of(module)
            if file is not None:
                for path, held in self._containers(name, names_of(module)):
                    yield Root("library", path, file), held, 0


def object_roots() -> Iterator[Start]:
    """The objects in the variables of the modules that are not the user's, of those loaded last first."""
    modules: List[Tuple[Any, Any]] = list(sys.modules.items())
    modules.reverse()
    until = thread_time() + _SCAN_SECONDS
    for name, module in modules:
        if thread_time() > until:
            return
        file = _library_file_of(module)
        for variable, held in list(names_of(module).items()) if file is not None else ():
            if type(variable) is str and is_python_class(type(held)) and not is_class(held):
                yield Root("library", f"{name}.{variable}", file), held, 0


def _library_file_of(module: object) -> str | None:
    """The file of a module that is not the user's."""
    file = file_of_module(module)
    return None if file is None or is_user_code(file) or is_runtime(file) else absolute(file)


def _owners_of(name: str, names: Dict[str, Any]) -> Tuple[str, ...]:
    """The classes of a module that have containers among their attributes, by their names in it."""
    found: List[str] = []
    for variable, held in list(names.items()):
        is_own = type(variable) is str and is_class(held) and namespace_of(held).get("__module__") == name
        if is_own and _containers_of_class(held):
            found.append(variable)
    return tuple(found)


def _containers_of_class(kind: Any) -> List[Tuple[str, Any]]:
    if not is_class(kind):
        return []
    space = list(namespace_of(kind).items())
    return [(name, held) for name, held in space if id(type(held)) in GROWING and str(name)[:2] != "__"]
