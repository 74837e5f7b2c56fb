"""The configuration: what is accepted, and what a user is told who got it wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from memmon.config import load_config
from memmon.errors import ConfigError
from memmon.model import Hotspot, Keep, Selector, Settings, Threshold

if TYPE_CHECKING:
    from pathlib import Path

    from memmon.model import Config


def read(folder: Path, text: str, name: str = "memmon.toml") -> Config:
    """The configuration that a target in ``folder`` gets from a file with this text."""
    (folder / name).write_text(text, encoding="utf-8")
    return load_config(folder / "target.py")


def refused(folder: Path, text: str, name: str = "memmon.toml") -> str:
    """What the user is told, without the folder."""
    with pytest.raises(ConfigError) as error:
        read(folder, text, name)
    return str(error.value).replace(f"{folder}/", "")


def test_every_setting(tmp_path: Path) -> None:
    """Levels are shares or sizes; the rest is as the documentation lists it."""
    config = read(
        tmp_path,
        '[memmon]\nwarning = "800MB"\ncritical = "97.5 %"\ninterval = 2\nlog_dir = "日志"\nlanguage = "zh"\n'
        "peak = false\n"
        'keep = "5 runs, 1GB"\n'
        'compiled = ["mylib.jit", "other.*"]\n',
    )
    assert config.settings == Settings(
        Threshold(mb=800), Threshold(percent=97.5), 2.0, "日志", "zh", peak=False, keep=Keep(5, 1024)
    )
    assert config.compiled == ("mylib.jit", "other.*")
    assert config.path == str(tmp_path / "memmon.toml")


def test_a_share_and_a_size_are_not_compared(tmp_path: Path) -> None:
    """Which of them is the higher is not known before the limit is."""
    settings = read(tmp_path, '[memmon]\nwarning = "99%"\ncritical = "60MB"\n').settings
    assert (settings.warning, settings.critical) == (Threshold(percent=99), Threshold(mb=60))


def test_every_way_to_name_a_place(tmp_path: Path) -> None:
    """A pattern, a text, both, a line, a function, or two ends; sizes in any unit."""
    config = read(
        tmp_path,
        """
[[hotspot]]
name = "加载config"
match = "config = load($$$)"
text = "lo+ad"
within = "analyze_*"
file = "bot*.py"
normal = "20MB"
alarm = "1.5 gb"

[[hotspot]]
name = "line"
line = 4211
normal = "512kb"

[[hotspot]]
name = "function"
function = "phase3_*"
exact = true

[[hotspot]]
name = "region"
from = { match = "print($$$)", text = "a" }
to = { line = 9 }
""",
    )
    first, line, function, region = config.hotspots
    assert (first.select, first.within, first.file) == (Selector("config = load($$$)", "lo+ad"), "analyze_*", "bot*.py")
    assert (first.normal_mb, first.alarm_mb, line.normal_mb) == (20.0, 1536.0, 0.5)
    assert (line.select, function.function) == (Selector(line=4211), "phase3_*")
    assert (region.start, region.stop) == (Selector("print($$$)", "a"), Selector(line=9))
    assert [hotspot.place.line for hotspot in config.hotspots if hotspot.place] == [3, 12, 17, 22]
    assert [hotspot.exact for hotspot in config.hotspots] == [False, False, True, False]


def test_the_nearest_file_applies(tmp_path: Path) -> None:
    """Beside the target first, then each parent; memmon.toml before pyproject.toml; a named file before all."""
    inner = tmp_path / "项目" / "pkg"
    inner.mkdir(parents=True)
    target = inner / "target.py"
    text = '[[hotspot]]\nname = "{}"\nline = 1\n'
    project = (
        '[project]\nname = "x"\n[tool.memmon]\ninterval = 3\n[[tool.memmon.hotspot]]\nname = "pyproject"\nline = 1\n'
    )

    def name() -> str:
        return load_config(target).hotspots[0].name

    assert load_config(target).path is None
    (tmp_path / "memmon.toml").write_text(text.format("far"), encoding="utf-8")
    assert name() == "far"
    (inner / "pyproject.toml").write_text('[project]\nname = "without a table"\n', encoding="utf-8")
    assert name() == "far"
    (inner / "pyproject.toml").write_text(project, encoding="utf-8")
    assert name() == "pyproject"
    assert load_config(target).settings.interval == 3.0
    (inner / "memmon.toml").write_text(text.format("near"), encoding="utf-8-sig")
    assert name() == "near"
    explicit = tmp_path / "else.toml"
    explicit.write_text(text.format("named"), encoding="utf-8")
    assert load_config(target, explicit).hotspots[0].name == "named"


def test_a_symlinked_target_is_configured_where_it_really_is(tmp_path: Path) -> None:
    """The real file's folder counts, not the link's."""
    real = tmp_path / "real"
    real.mkdir()
    (real / "target.py").write_text("", encoding="utf-8")
    read(real, '[[hotspot]]\nname = "real"\nline = 1\n')
    link = tmp_path / "link.py"
    link.symlink_to(real / "target.py")
    assert load_config(link).hotspots[0].name == "real"


def test_a_broken_foreign_pyproject_is_passed_over(tmp_path: Path) -> None:
    """Somebody else's file that can't be read is not memmon's to complain about."""
    for text in ("memmon = [", 'tool = "memmon"\n', "memmon = 1\n"):
        (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
        assert load_config(tmp_path / "target.py").path is None


HOTSPOT = '[[hotspot]]\nname = "n"\n'
ONE_OF = "hotspot 'n' needs one of: match and/or text, line, function, from with to"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[memmon\n", "memmon.toml:1:8: is not valid TOML: expected ']' at the end of a table declaration"),
        ("[other]\n", "memmon.toml:1: unknown table or key 'other'; accepted: [memmon], [[hotspot]]"),
        ("hotspot = 3\n", "memmon.toml:1: hotspots are written as [[hotspot]]"),
        ("[hotspot]\nname = 'n'\n", "memmon.toml:1: hotspots are written as [[hotspot]]"),
        ("memmon = 3\n", "memmon.toml:1: 'memmon' must be a table: [memmon]"),
        (
            "[memmon]\npeek = true\n",
            "memmon.toml:2: unknown key 'peek'; accepted: warning, critical, interval, log_dir",
        ),
        ('[memmon]\nwarning = "80"\n', "memmon.toml:2: warning = '80' is not a size; accepted: a share of the limit"),
        ('[memmon]\nwarning = "0%"\n', "memmon.toml:2: 'warning' lies between 0% and 100% of the limit, or is a size"),
        ('[memmon]\nwarning = "101%"\n', "memmon.toml:2: 'warning' lies between 0% and 100%"),
        ('[memmon]\nwarning = "0MB"\n', "memmon.toml:2: 'warning' lies above 0; accepted: a share of the limit such"),
        (
            '[memmon]\ncritical = "90%"\nwarning = "91%"\n',
            "memmon.toml:3: warning = 91% is above critical = 90%; accepted: a warning of at most 90%",
        ),
        ('[memmon]\n\nwarning = "96%"\n', "memmon.toml:3: warning = 96% is above critical = 95%; accepted: a warning"),
        ('[memmon]\ncritical = "70%"\n', "memmon.toml:2: warning = 80% is above critical = 70%; accepted: a warning"),
        (
            '[memmon]\nwarning = "1GB"\ncritical = "1000 M"\n',
            "memmon.toml:2: warning = 1024MB is above critical = 1000MB; accepted: a warning of at most 1000MB",
        ),
        ("[memmon]\n\ncritical = 95\n", "memmon.toml:3: critical = 95 is not a size"),
        ("[memmon]\ninterval = 0\n", "memmon.toml:2: 'interval' is a number of seconds above 0, such as 1.0"),
        ("[memmon]\ninterval = true\n", "memmon.toml:2: 'interval' is a number of seconds above 0"),
        ("[memmon]\ninterval = nan\n", "memmon.toml:2: 'interval' is a number of seconds above 0"),
        ('[memmon]\nlanguage = "de"\n', "memmon.toml:2: 'language' is one of: auto, zh, en"),
        ("[memmon]\nkeep = 20\n", "memmon.toml:2: keep = 20 is not understood; accepted: a number of runs, a size, or"),
        ('[memmon]\nkeep = "20"\n', "memmon.toml:2: keep = '20' is not understood; accepted: a number of runs, a size"),
        ("[memmon]\npeak = 1\n", "memmon.toml:2: 'peak' is true or false"),
        ('[memmon]\nlog_dir = ""\n', "memmon.toml:2: 'log_dir' is a text in quotes, not empty"),
        ('[memmon]\ncompiled = "a"\n', "memmon.toml:2: 'compiled' is a list of dotted names, such as"),
        ('[memmon]\ncompiled = ["a b"]\n', "memmon.toml:2: 'compiled' is a list of dotted names, such as"),
        ("[[hotspot]]\nline = 1\n", "memmon.toml:1: a hotspot needs a name"),
        (f"{HOTSPOT}\n", f"memmon.toml:2: {ONE_OF}"),
        (f'{HOTSPOT}line = 1\nfunction = "f"\n', f"memmon.toml:2: {ONE_OF}"),
        (f"{HOTSPOT}lines = 1\n", "memmon.toml:3: unknown key 'lines'; accepted: name, match, text, line, function"),
        ('[[hotspot]]\nname = "a[b]"\nline = 1\n', "memmon.toml:2: a name is one line of text without square brackets"),
        ('[[hotspot]]\nname = "a\\nb"\nline = 1\n', "memmon.toml:2: a name is one line of text without square"),
        ('[[hotspot]]\nname = "a\\u0085b"\nline = 1\n', "memmon.toml:2: a name is one line of text without square"),
        ('[[hotspot]]\nname = "a\\u2028b"\nline = 1\n', "memmon.toml:2: a name is one line of text without square"),
        ('[[hotspot]]\nname = " "\nline = 1\n', "memmon.toml:2: a name is one line of text without square brackets"),
        ("[[hotspot]]\nname = 3\nline = 1\n", "memmon.toml:2: 'name' is a text in quotes, not empty"),
        (
            f'{HOTSPOT}match = "load("\n',
            "memmon.toml:3: pattern 'load(' is not Python ('(' was never closed); $X stands",
        ),
        (f'{HOTSPOT}match = "a; b"\n', "memmon.toml:3: pattern 'a; b' must be one statement or expression"),
        (f'{HOTSPOT}match = "# nothing"\n', "memmon.toml:3: pattern '# nothing' must be one statement or expression"),
        (
            f'{HOTSPOT}text = "("\n',
            "memmon.toml:3: '(' is not a regular expression: missing ), unterminated subpattern",
        ),
        (f"{HOTSPOT}line = 0\n", "memmon.toml:3: 'line' is a line number, counted from 1"),
        (f'{HOTSPOT}line = "1"\n', "memmon.toml:3: 'line' is a line number, counted from 1"),
        (f"{HOTSPOT}line = true\n", "memmon.toml:3: 'line' is a line number, counted from 1"),
        (f'{HOTSPOT}line = 1\ntext = "a"\n', "memmon.toml:3: 'line' stands alone: leave out match and text"),
        (f'{HOTSPOT}from = {{ text = "a" }}\n', "memmon.toml:3: 'from' and 'to' go together"),
        (f'{HOTSPOT}to = {{ text = "a" }}\n', "memmon.toml:3: 'from' and 'to' go together"),
        (f'{HOTSPOT}from = "a"\nto = "b"\n', "memmon.toml:3: 'from' must be a table of match, text or line"),
        (f"{HOTSPOT}from = {{}}\nto = {{ line = 1 }}\n", "memmon.toml:3: 'from' needs match, text or line"),
        (
            f"{HOTSPOT}from = {{ line = 1 }}\nto = {{ row = 1 }}\n",
            "memmon.toml:4: unknown key 'row' in 'to'; accepted:",
        ),
        (f'{HOTSPOT}line = 1\nnormal = "20"\n', "memmon.toml:4: normal = '20' is not a size; accepted: a size such as"),
        (f'{HOTSPOT}line = 1\nnormal = "-20MB"\n', "memmon.toml:4: normal = '-20MB' is not a size"),
        (f"{HOTSPOT}line = 1\nnormal = 20\n", "memmon.toml:4: normal = 20 is not a size; accepted: a size such as"),
        (f'{HOTSPOT}line = 1\nnormal = "2MB"\nalarm = "1MB"\n', "memmon.toml:5: 'alarm' must not be smaller than"),
        (f'{HOTSPOT}line = 1\nexact = "yes"\n', "memmon.toml:4: 'exact' is true or false"),
        (f"{HOTSPOT}line = 1\n\n{HOTSPOT}line = -1\n", "memmon.toml:7: 'line' is a line number, counted from 1"),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path: Path, text: str, says: str) -> None:
    """File, line and what is accepted."""
    assert refused(tmp_path, text).startswith(says)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ('[memon]\nwarning = "80%"\n', "memmon"),
        ('[memmon]\nwarnign = "80%"\n', "warning"),
        ("[memmon]\nLanguage = 1\n", "language"),
        (f'{HOTSPOT}mtach = "x"\n', "match"),
        (f"{HOTSPOT}from = {{ line = 1 }}\nto = {{ lien = 1 }}\n", "line"),
    ],
)
def test_a_mistyped_key_gets_a_suggestion(tmp_path: Path, text: str, meant: str) -> None:
    """Behind what is accepted; a key that is like none gets none."""
    assert refused(tmp_path, text).endswith(f"; did you mean {meant!r}?")
    assert "did you mean" not in refused(tmp_path, "[memmon]\nxyzzy = 1\n")


def test_mistakes_in_pyproject_are_told_with_their_line(tmp_path: Path) -> None:
    """The table is called [tool.memmon] there."""
    text = '[project]\nname = "x"\n\n[tool.memmon]\ninterval = -1\n'
    assert refused(tmp_path, text, "pyproject.toml").startswith("pyproject.toml:5: 'interval' is a number")
    text = '[tool.memmon]\n[[tool.memmon.hotspot]]\nname = "n"\nrow = 1\n'
    assert refused(tmp_path, text, "pyproject.toml").startswith("pyproject.toml:4: unknown key 'row'")
    text = "[tool]\nmemmon = 3\n"
    assert refused(tmp_path, text, "pyproject.toml") == "pyproject.toml:2: 'memmon' must be a table: [tool.memmon]"


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    """A missing file, a folder, and one that is not UTF-8."""
    missing = tmp_path / "missing.toml"
    with pytest.raises(ConfigError, match=r"missing\.toml: can't be read \(no such file or directory\)"):
        load_config(tmp_path / "target.py", missing)
    with pytest.raises(ConfigError, match="can't be read"):
        load_config(tmp_path / "target.py", tmp_path)
    (tmp_path / "memmon.toml").write_bytes('[memmon]\n# 内存\nlog_dir = "日志"\n'.encode("gbk"))
    with pytest.raises(ConfigError, match=r"memmon\.toml:2: is not UTF-8, as TOML must be"):
        load_config(tmp_path / "target.py")


def test_a_hotspot_needs_no_more_than_a_name_and_a_place(tmp_path: Path) -> None:
    """All other keys are left out unless they are set."""
    (hotspot,) = read(tmp_path, '[[hotspot]]\nname = "n"\nmatch = "$X = load()"\n').hotspots
    assert hotspot == Hotspot("n", Selector("$X = load()"), place=hotspot.place)
