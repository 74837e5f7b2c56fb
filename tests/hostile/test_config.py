"""Hostile configurations: each is refused in a sentence that names the file, and none takes for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hostile.records import PLACES
from memmon import time_limit
from memmon.config import load_config, log_folders
from memmon.errors import ConfigError, HotspotError
from memmon.model import Config, Hotspot, Selector
from memmon.source.instrument import instrument

if TYPE_CHECKING:
    from pathlib import Path

_HOTSPOT = '[[hotspot]]\nname = "n"\n'
TEXTS = {
    "100,000 brackets": ("a = " + "[" * 100_000, "nested too deep"),
    "100,000 tables": ("[" * 100_000, "is not valid TOML"),
    "100,000 inline tables": ("a = " + "{a=" * 100_000, "nested too deep"),
    "a key of many parts": ("a" + ".a" * 400_000 + " = 1", "nested too deep"),
    "a table of many parts": ("[a" + ".a" * 400_000 + "]\n", "nested too deep"),
    "two megabytes": ("# " + "x" * (2 << 20), "more than 1 MB"),
    "5,000 digits": (f"[memmon]\ninterval = {'9' * 5000}\n", "is not valid TOML"),
    "5,000 hexadecimal digits": (f"[memmon]\nwarning = 0x{'f' * 5000}\n", "is not a size"),
    "400 digits": (f"{_HOTSPOT}line = {'9' * 400}\n", "'line' is a line number"),
    "digits in a size": (f'{_HOTSPOT}line = 1\nnormal = "{"9" * 3000}MB"\n', "is not a size"),
    "infinity": ("[memmon]\ninterval = inf\n", "'interval' is a number of seconds"),
    "a date in no calendar": ("[memmon]\ninterval = 2026-02-31\n", "is not valid TOML"),
    "a long key": (f"[memmon]\n{'x' * 500_000} = 1\n", "unknown key 'xxx"),
    "NUL": ('[memmon]\nlog_dir = "a\\u0000b"\n', "none of them NUL"),
    "a long path": (f'[memmon]\nlog_dir = "{"x" * 5000}"\n', "at most 4000 characters"),
    "a deep pattern": (f'{_HOTSPOT}match = "{"(" * 3000}"\n', "is not Python"),
    "an expression in brackets": (f"{_HOTSPOT}text = '{'(' * 3000}'\n", "is not a regular expression"),
    "an expression of large counts": (f"{_HOTSPOT}text = 'a{{99999999999}}'\n", "is not a regular expression"),
    "a surrogate": ('[memmon]\nlog_dir = "\\ud800"\n', "is not valid TOML"),
}


def _refusal(path: Path) -> str:
    with pytest.raises(ConfigError) as refused:
        load_config(path.parent / "bot.py", path)
    return str(refused.value)


@pytest.mark.parametrize("kind", TEXTS)
def test_a_hostile_text_is_refused(tmp_path: Path, kind: str) -> None:
    """In one line that can be read, by the file's name; and where logs are looked for, it counts for nothing."""
    text, sentence = TEXTS[kind]
    path = tmp_path / "memmon.toml"
    path.write_text(text, encoding="utf-8")
    said = _refusal(path)
    assert said.startswith(f"{path}:")
    assert sentence in said
    assert "\n" not in said
    assert len(said) < 1000
    assert log_folders(tmp_path) == (tmp_path,)


@pytest.mark.parametrize("kind", [kind for kind in PLACES if kind not in ("nothing", "255 MB of nothing")])
def test_what_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    """Where it is named; it is passed over where configurations are looked for."""
    path = tmp_path / "memmon.toml"
    PLACES[kind](path)
    assert _refusal(path).startswith(f"{path}:")


def test_an_expression_that_does_not_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user's own regular expression is given up in time, by the hotspot's name."""
    monkeypatch.setattr(time_limit, "SECONDS", 0.5)
    hotspot = Hotspot("mine", select=Selector(text="^(a+)+!"))
    source = f"{'a' * 100}\n".encode()
    with pytest.raises(HotspotError, match="hotspot 'mine': its regular expression does not come to an end"):
        instrument(source, "bot.py", Config("memmon.toml", hotspots=(hotspot,)))
