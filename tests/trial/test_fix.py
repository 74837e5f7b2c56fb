"""What a patch or a file makes of a program's folder, and what is refused."""

from __future__ import annotations

import difflib
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memmon.errors import MemmonError
from memmon.trial.fix import fix_from

if TYPE_CHECKING:
    from pathlib import Path

OLD = "import json\n\n\ndef load():\n    return json.load(open('a'))\n\n\nprint(load())\n"
NEW = OLD.replace("json.load(open('a'))", "[]")
WORDS = ("python3", "bot.py")


def _patch(old: str, new: str, name: str = "bot.py", *, prefixes: tuple[str, str] = ("a/", "b/")) -> str:
    names = (prefixes[0] + name, prefixes[1] + name)
    return "".join(difflib.unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), *names))


def _fix(folder: Path, patch: str | bytes, old: str | bytes = OLD, name: str = "fix.diff") -> dict[str, bytes]:
    (folder / "bot.py").write_bytes(old if isinstance(old, bytes) else old.encode())
    (folder / name).write_bytes(patch if isinstance(patch, bytes) else patch.encode())
    return {str(one.path): one.content for one in fix_from(folder / name, folder, WORDS)}


@pytest.mark.parametrize("prefixes", [("a/", "b/"), ("", ""), ("old/", "new/")])
def test_a_patch(tmp_path: Path, prefixes: tuple[str, str]) -> None:
    """With the prefixes that git puts in, with others, and without."""
    assert _fix(tmp_path, _patch(OLD, NEW, prefixes=prefixes)) == {"bot.py": NEW.encode()}
    assert (tmp_path / "bot.py").read_text() == OLD


def test_what_git_prints(tmp_path: Path) -> None:
    """Of two files, one of them new and one below a folder with a Chinese name."""
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "core.quotepath=off"]
    (tmp_path / "包").mkdir()
    (tmp_path / "包" / "载入.py").write_text("版本 = 1\n", encoding="utf-8")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *words], cwd=tmp_path, check=True)
    (tmp_path / "包" / "载入.py").write_text("版本 = 2\n", encoding="utf-8")
    (tmp_path / "new.py").write_text("x = 1\n", encoding="utf-8")
    subprocess.run([*git, "add", "-N", "."], cwd=tmp_path, check=True)
    patch = subprocess.run([*git, "diff"], cwd=tmp_path, check=True, capture_output=True).stdout
    (tmp_path / "包" / "载入.py").write_text("版本 = 1\n", encoding="utf-8")
    (tmp_path / "new.py").unlink()
    assert _fix(tmp_path, patch) == {"包/载入.py": "版本 = 2\n".encode(), "new.py": b"x = 1\n"}


def test_the_ends_of_lines_stay(tmp_path: Path) -> None:
    """Of a file from Windows, and of one whose last line has no end."""
    old, new = ("".join(f"{line}\r\n" for line in text.splitlines()).encode() for text in (OLD, NEW))
    assert _fix(tmp_path, _patch(OLD, NEW), old) == {"bot.py": new}
    assert _fix(tmp_path, _patch("a = 1\nb = 2\n", "a = 3\nb = 2\n"), "a = 1\nb = 2") == {"bot.py": b"a = 3\nb = 2"}


def test_a_file_takes_the_scripts_place(tmp_path: Path) -> None:
    """That of the script which the command names."""
    assert _fix(tmp_path, NEW, name="fixed.py") == {"bot.py": NEW.encode()}


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.sampled_from(["a = 1", "", "b = '结论'", "c = 3"])), st.lists(st.sampled_from(["a = 1", "", "d = 4"]))
)
def test_any_patch_gives_what_it_was_made_for(tmp_path_factory: pytest.TempPathFactory, old: list, new: list) -> None:
    """Whatever lines go and come."""
    texts = ["".join(f"{line}\n" for line in lines) for lines in (old, new)]
    differ = [line for line in old if line] != [line for line in new if line]  # blank lines alone are no fix
    if differ and all(texts):
        assert _fix(tmp_path_factory.mktemp("fix"), _patch(*texts), texts[0]) == {"bot.py": texts[1].encode()}


@pytest.mark.parametrize(("patch", "name", "says"), [
    ("nothing of a patch\n", "fix.diff", "no change of a file is in it"),
    (_patch(OLD.replace("json", "yaml"), NEW), "fix.diff", "does not fit bot.py"),
    (_patch(OLD, NEW, "other.py"), "fix.diff", "other.py is no file below"),
    (_patch(OLD, NEW, "../bot.py"), "fix.diff", "is no file below"),
    (_patch(OLD, NEW, "/bot.py", prefixes=("", "")), "fix.diff", "is no file below"),
    (_patch(OLD, "def :\n"), "fix.diff", "bot.py with fix.diff"),
    ("def :\n", "fixed.py", "is not valid Python"),
    (OLD.replace("\n\n\n", "\n\n# more\n\n"), "fixed.py", "it changes nothing that is run"),
    ("--- a/bot.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n", "fix.diff", "which can't be tried"),
])  # fmt: skip
def test_what_is_refused(tmp_path: Path, patch: str, name: str, says: str) -> None:
    """In one sentence, before anything has run."""
    with pytest.raises(MemmonError) as refused:
        _fix(tmp_path, patch, name=name)
    assert says in str(refused.value)
