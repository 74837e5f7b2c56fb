"""What a user may type stands in the README: commands, options, keys of the configuration, and switches."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from memmon.cli import memmon
from memmon.config_tables import config_in
from memmon.errors import ConfigError
from memmon.toml_document import read

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUSE = Path(__file__).parents[2]
README = (HOUSE / "README.md").read_text(encoding="utf-8")


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
def test_a_command_has_a_row_with_its_options(name: str, command: click.Command) -> None:
    """In the table of commands; a command of several words in the row of its first."""
    words = " ".join(name.split()[:2])
    rows = [line for line in README.splitlines() if line.startswith(f"| `{words}")]
    assert rows
    assert any(name in row for row in rows)
    options = {option for parameter in command.params for option in parameter.opts if option.startswith("-")}
    assert {option for option in options if not any(option in row for row in rows)} == set()


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
    assert {key for key in keys if not re.search(rf"\b{key}\s*=|`{key}`", README)} == set()


@pytest.mark.skipif(not (HOUSE / "runtime").is_dir(), reason="the sources are not beside the tests")
def test_every_switch_is_explained() -> None:
    """Whatever of the environment the runtime or memmon asks for by name."""
    found: set[str] = set()
    for folder in ("runtime", "instrumenter"):
        for path in (HOUSE / folder).rglob("*.py"):
            source = path.read_text(encoding="utf-8")
            found |= set(re.findall(r"(?:environ\.get|_switch)\(\s*[\"'](MEMMON_[A-Z_]+)[\"']", source))
    assert {"MEMMON_QUIET", "MEMMON_LOG_DIR", "MEMMON_ZOOM"} <= found
    assert {switch for switch in found if switch not in README} == set()
