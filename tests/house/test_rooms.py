"""The rooms of the house: imports run from a floor to lower ones only, and never in a circle.

Read from the sources, with what is imported for type checkers alone; so it holds for what a reader follows.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import memmon
import memmon_runtime

MEMMON = Path(memmon.__file__).parent
RUNTIME = Path(memmon_runtime.__file__).parent

HOUSES: dict[str, tuple[str, Path, list[set[str]]]] = {
    "runtime": (
        "memmon_runtime",
        RUNTIME,
        [
            {""},
            {"session"},
            {"watcher"},
            {"attribution"},
            {"checkpoints"},
            {"record", "measure"},
            {"system"},
        ],
    ),
    "memmon": (
        "memmon",
        MEMMON,
        [
            {"__main__"},
            {"cli"},
            {"watch", "trial"},
            {"run", "files", "show"},
            {"across"},
            {"verdict"},
            {"source", "kernel"},
            {""},
            {"record"},
        ],
    ),
    "verdict": (
        "memmon.verdict",
        MEMMON / "verdict",
        [
            {"survey", "find_runs"},
            {"investigate"},
            {"write_back", "killed_unrecorded"},
            {"advice", "judge", "read", "evidence"},
            {"code", "wording"},
            {"model"},
        ],
    ),
}
"""By house: its package, its folder, and its rooms floor by floor from the top; ``""`` are the modules in no room."""


def modules_of(package: str, folder: Path) -> dict[str, Path]:
    """The modules of a package by their names."""
    found = {}
    for path in folder.rglob("*.py"):
        parts = path.relative_to(folder).with_suffix("").parts
        found[".".join((package, *(part for part in parts if part != "__init__")))] = path
    return found


def arrows_of(modules: dict[str, Path]) -> dict[str, set[str]]:
    """Which of the modules each of them imports, by whatever form of import, and wherever it stands."""
    arrows: dict[str, set[str]] = {name: set() for name in modules}
    for name, path in modules.items():
        for node in ast.walk(ast.parse(path.read_bytes())):
            wanted: list[str] = []
            if isinstance(node, ast.Import):
                wanted = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert not node.level, f"{path}:{node.lineno}: imports say where they lead"
                wanted = [f"{node.module}.{alias.name}" for alias in node.names]
            for target in wanted:
                known = target if target in modules else target.rpartition(".")[0]
                if known in modules and known != name:
                    arrows[name].add(known)
    return arrows


def floor_of(module: str, package: str, floors: list[set[str]]) -> int:
    """The floor of a module's room, counted from the top."""
    room = module.removeprefix(package).lstrip(".").partition(".")[0]
    named = next((floor for floor, rooms in enumerate(floors) if room in rooms), None)
    if named is not None:
        return named
    return next(floor for floor, rooms in enumerate(floors) if "" in rooms)


@pytest.mark.parametrize("house", HOUSES)
def test_no_import_runs_upwards(house: str) -> None:
    """A module imports from its own room and from floors below, not from above nor from beside."""
    package, folder, floors = HOUSES[house]
    modules = modules_of(package, folder)
    rooms = {room for floor in floors for room in floor} - {""}
    assert rooms <= {name.removeprefix(f"{package}.").partition(".")[0] for name in modules}
    wrong = []
    for module, targets in arrows_of(modules).items():
        for target in targets:
            here, there = (floor_of(name, package, floors) for name in (module, target))
            same_room = module.removeprefix(package).split(".")[1:2] == target.removeprefix(package).split(".")[1:2]
            if target != package and (there < here or (there == here and not same_room and floors[here] != {""})):
                wrong.append(f"{module} → {target}")
    assert wrong == []


@pytest.mark.parametrize("house", ["runtime", "memmon"])
def test_no_imports_run_in_a_circle(house: str) -> None:
    """Not between modules either, wherever they stand and even for type checkers alone."""
    package, folder, _ = HOUSES[house]
    waiting = arrows_of(modules_of(package, folder))
    while free := [module for module, targets in waiting.items() if not targets & waiting.keys()]:
        for module in free:
            del waiting[module]
    assert waiting == {}


def test_the_runtime_shares_no_code_with_memmon() -> None:
    """Only the form of the record connects them, and the one module that `memmon run` may ask."""
    for path in RUNTIME.rglob("*.py"):
        assert "memmon." not in {
            f"{name.split('.')[0]}."
            for node in ast.walk(ast.parse(path.read_bytes()))
            for name in (
                [alias.name for alias in node.names] if isinstance(node, ast.Import)
                else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            )
        }, path  # fmt: skip
    asked = {
        f"{node.module}.{alias.name}"
        for path in MEMMON.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("memmon_runtime")
        for alias in node.names
    }
    assert asked == {"memmon_runtime.session.supervision"}
