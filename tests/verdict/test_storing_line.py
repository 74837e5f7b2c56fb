"""From a container that grew to the line that fills it, in programs with innocent work of the same kind."""

from __future__ import annotations

import importlib
import re
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from memmon.verdict.code.storing_line import storing_line
from memmon.verdict.code.unnamed_holders import spoken_path
from memmon.verdict.model import Frame, GrownContainer, Root, Step
from verdict.storing_cases import DOUBTFUL, NOT_FOUND, STOPPED, STORING, Storing

_KINDS = {".": "attribute", "[": "item"}


def row_of(case: Storing, file: str) -> GrownContainer:
    """The container of a case, as a census tells of it."""
    kind, *words = re.findall(r"<[^>]*>\S*|\S+", case.way)
    function = words.pop(0) if kind in ("local", "task") else None
    name, *steps = words
    root = Root(kind, name, None if kind == "library" else _file_of(case.root_file) or file, function)
    owner_file = _file_of(case.owner.partition("@")[2]) or file if case.owner else None
    return GrownContainer(
        path=case.way,
        type=case.type,
        before=9,
        items=999,
        item_bytes=500,
        mb=9.0,
        root=root,
        steps=tuple(map(_step, steps)),
        item_type=case.item,
        owner_type=case.owner.partition("@")[0],
        owner_file=owner_file,
    )


def _file_of(named: str) -> str:
    """The file of a module that is named in braces; else the name itself."""
    return importlib.import_module(named.strip("{}")).__file__ or "" if named.startswith("{") else named


def _step(text: str) -> Step:
    if text.startswith("<"):
        kind, _, name = text[1 : text.index(">")].partition(" ")
        return Step(kind, name, text[text.index(">") + 2 :])
    name, _, reached = text[1:].partition(":")
    return Step(_KINDS[text[0]], name.rstrip("]"), reached)


def found_in(case: Storing, folder: Path):
    """The line that is found for a case, and the lines that are marked as right."""
    file = folder / "bot.py"
    lines = textwrap.dedent(case.source).splitlines()
    file.write_text("\n".join(re.sub(r"  # (KEEPS|SEEN).*", "", line) for line in lines), encoding="utf-8")
    seen = {(Frame(str(file), number, ""),): 1.0 for number, line in enumerate(lines, 1) if "SEEN" in line}
    right = [number for number, line in enumerate(lines, 1) if "# KEEPS" in line]
    return storing_line(row_of(case, str(file)), seen, str(file)), right


@pytest.mark.parametrize("name", STORING)
def test_the_line_that_fills_it_is_found(name: str, tmp_path: Path) -> None:
    """It is the marked one, and sure only where no other could be it."""
    found, right = found_in(STORING[name], tmp_path)
    assert found
    assert [found.frame.line] == right
    assert found.exact is STORING[name].exact
    assert not found.stopped


@pytest.mark.parametrize("name", DOUBTFUL)
def test_what_may_be_another_line_is_not_exact(name: str, tmp_path: Path) -> None:
    """Of several lines the one that was seen at work is named, and never surely."""
    found, right = found_in(DOUBTFUL[name], tmp_path)
    assert found
    assert [found.frame.line] == right
    assert not found.exact
    assert found.seen_running is ("SEEN" in DOUBTFUL[name].source)
    assert (found.candidates > 1) is ("SEEN" in DOUBTFUL[name].source)


@pytest.mark.parametrize("name", STOPPED)
def test_a_search_that_stops_says_so(name: str, tmp_path: Path) -> None:
    """What the source does not spell out makes no line sure."""
    found, right = found_in(STOPPED[name], tmp_path)
    assert found
    assert [found.frame.line] == right
    assert found.stopped
    assert not found.exact


@pytest.mark.parametrize("name", NOT_FOUND)
def test_no_line_is_made_up(name: str, tmp_path: Path) -> None:
    """What does not fill the container is not named, however much it resembles what would."""
    found, _ = found_in(NOT_FOUND[name], tmp_path)
    assert found is None


@pytest.mark.parametrize("given", [1, 2])
def test_what_a_manager_keeps_has_the_users_name(given: int, tmp_path: Path) -> None:
    """Nobody knows what is inside a manager's process; of two names for such things, none is taken for this one's."""
    case = STORING["what a manager keeps for other processes"]
    more = case.source.replace("seen = {}", "seen = manager.dict()") if given > 1 else case.source
    found, _ = found_in(case._replace(source=more), tmp_path)
    row = row_of(case, "bot.py")
    row = replace(row, path="self._target.__self__.id_to_obj['7f3b'][0]['x']")
    assert found is not None
    assert spoken_path(row, found.known_as) == ("pages['x']" if given == 1 else "Manager().dict()['x']")
    assert spoken_path(replace(row, steps=row.steps[:3])) == row.path
    called = STORING["a variable of a library's function that the user's line calls"]
    assert spoken_path(replace(row_of(called, "bot.py"), path="children")) == "gather().children"


@pytest.mark.parametrize(
    ("way", "owner", "file", "spoken"),
    [
        ("local LocMemCache.set self ._cache:dict", "django.LocMemCache", "{json}", "LocMemCache._cache"),
        ("local Base.set self .store:app.Store .rows:list", "app.Store", "{json}", "Base.store.rows"),
        ("local Cache.set self ._cache:dict", "bot.Cache", "", "self._cache"),
    ],
)
def test_a_librarys_self_is_called_by_its_class(way: str, owner: str, file: str, spoken: str) -> None:
    """The user's code has no `self` there; in its own methods it has."""
    row = row_of(Storing(way, "dict", "", owner=owner, root_file=file), "/srv/bot.py")
    path = "self" + "".join(step.split(":")[0] for step in way.split()[3:])
    assert spoken_path(replace(row, path=path)) == spoken


def test_a_call_that_was_seen_on_another_object_is_not_the_one(tmp_path: Path) -> None:
    """Both objects of a library fill an attribute of the same name; only one of them grew."""
    case = Storing(
        "local main feed .top:queue.Queue .queue:collections.deque",
        "collections.deque",
        """
        import queue
        class Feed:
            def __init__(self):
                self.top, self.bottom = queue.Queue(), queue.Queue()
            def refresh(self, values):
                self.top.put(values)  # KEEPS
                self.bottom.put(len(values))
                self.bottom.get()
        def main(pages):
            feed = Feed()
            for page in pages:
                feed.refresh(page)
        """,
        owner="queue.Queue@{queue}",
    )
    library = importlib.import_module("queue").__file__ or ""
    puts = Path(library).read_text(encoding="utf-8").splitlines().index("        self.queue.append(item)") + 1
    _, (right,) = found_in(case, tmp_path)
    file = str(tmp_path / "bot.py")
    innermost, own = Frame(library, puts, "Queue._put"), Frame(file, right + 1, "Feed.refresh")
    decorator = Frame(importlib.import_module("functools").__file__ or "", 1, "deprecated.<locals>.inner")
    method = Frame(library, puts - 5, "Queue.put")
    for between in ((), (method,), (method, decorator)):
        found = storing_line(row_of(case, file), {(innermost, *between, own): 1.0}, file)
        assert found
        assert found.frame.line == right
    # Through another module, it may have come from one to the other.
    through = Frame(importlib.import_module("logging").__file__ or "", 1, "forward")
    found = storing_line(row_of(case, file), {(innermost, through, own): 1.0}, file)
    assert found
    assert found.frame.line == right + 1


@pytest.mark.parametrize("statement", [" + ".join(["row"] * 800), f"[{'row, ' * 9000}]", "row" + ".next" * 900])
def test_a_statement_that_goes_too_deep_costs_only_itself(statement: str, tmp_path: Path) -> None:
    """A thousand terms, or a table of thousands: the rest of the program is read all the same."""
    source = f"def main(rows, row):\n    x = {statement}\n    rows.append(x)  # KEEPS\n"
    found, right = found_in(Storing("local main rows", "list", source), tmp_path)
    assert found
    assert [found.frame.line] == right
