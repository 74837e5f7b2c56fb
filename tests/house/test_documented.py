"""What a user may type or find stands in the documentation: commands, options, keys, switches, files, exit codes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from memmon.cli import memmon
from memmon.config_tables import config_in
from memmon.errors import ConfigError
from memmon.files.backup import SUFFIX as BACKUP
from memmon.record.file_names import LOGS, events_of, forks_of, page_of, stack_of, told_of
from memmon.toml_document import read
from support import man_page

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUSE = Path(__file__).parents[2]
DOCS = {path.name: path.read_text(encoding="utf-8") for path in (HOUSE / "docs").glob("*.md")}


def _commands(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for own in group.list_commands(context):
        found = group.get_command(context, own)
        assert found is not None
        full = f"{name} {own}"
        if isinstance(found, click.Group):
            yield from _commands(found, full)
        else:
            yield full, found


COMMANDS = dict(_commands(memmon, "memmon"))


@pytest.mark.parametrize(("name", "command"), COMMANDS.items(), ids=COMMANDS)
def test_a_command_has_a_section_with_its_options(name: str, command: click.Command) -> None:
    """An option by an item of its own; a command of several words in the section of its first."""
    words = " ".join(name.split()[:2])
    sections = [text for text in DOCS["commands.md"].split("\n## ") if text.startswith(f"`{words}")]
    assert len(sections) == 1
    assert name in sections[0]
    items = set(re.findall(r"^- `(--?[a-z][a-z-]*)", sections[0], re.MULTILINE))
    options = [parameter.opts for parameter in command.params if isinstance(parameter, click.Option)]
    options.remove(["--language"])  # has a section of its own, which is every command's
    assert [names for names in options if not items.intersection(names)] == []
    assert items <= {name for names in options for name in names}


def _accepted(tmp_path: Path, text: str) -> set[str]:
    """The keys that memmon names itself where one is mistyped."""
    path = tmp_path / "memmon.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        config_in(path, read(path))
    return set(str(refused.value).partition("accepted: ")[2].split(", "))


def test_every_key_is_explained(tmp_path: Path) -> None:
    """As it is written."""
    keys = _accepted(tmp_path, "[memmon]\nxyzzy = 1\n") | _accepted(tmp_path, "[[hotspot]]\nxyzzy = 1\n")
    assert {"warning", "compiled", "match", "exact"} <= keys
    assert {key for key in keys if not re.search(rf"\b{key}\s*=|`{key}`", DOCS["configuration.md"])} == set()


@pytest.mark.skipif(not (HOUSE / "runtime").is_dir(), reason="the sources are not beside the tests")
def test_every_switch_is_explained() -> None:
    """Whatever of the environment the runtime or memmon asks for by name."""
    found: set[str] = set()
    for folder in ("runtime", "instrumenter"):
        for path in (HOUSE / folder).rglob("*.py"):
            source = path.read_text(encoding="utf-8")
            found |= set(re.findall(r"(?:environ\.get|_switch)\(\s*[\"'](MEMMON_[A-Z_]+)[\"']", source))
    assert {"MEMMON_QUIET", "MEMMON_LOG_DIR", "MEMMON_ZOOM"} <= found
    assert {switch for switch in found if switch not in DOCS["configuration.md"]} == set()


def test_every_file_is_explained() -> None:
    """Whatever memmon leaves in a user's folder."""
    hidden = [file_of("…").rpartition("…")[2] for file_of in (page_of, stack_of, forks_of, events_of, told_of)]
    left = [LOGS.replace("*", "YYYYMMDD_HHMMSS"), *(f".memory_monitor_…{ending}" for ending in hidden)]
    left += [f"TARGET{BACKUP}", "TARGET.monitor_conflict", "memmon_runtime/"]
    assert [name for name in left if f"| `{name}`" not in DOCS["log.md"]] == []


@pytest.mark.parametrize("language", man_page.PAGES, ids=lambda one: one.commands.name)
def test_the_manual_page_is_that_of_the_documentation(language: man_page.Language) -> None:
    """Made of the page of commands, each of which it has."""
    page = language.page.read_text(encoding="utf-8")
    assert page == man_page.made(language)
    for name in COMMANDS:
        assert f"fB{' '.join(name.split()[:2])}" in page
