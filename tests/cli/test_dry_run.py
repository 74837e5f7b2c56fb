"""--dry-run: a diff that patch and git apply to the byte, and no file touched."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from support import samples
from support.tool import listing, memmon

if TYPE_CHECKING:
    from pathlib import Path

MODULE = b'''"""Doc."""
import copy


def f(data):
    a = copy.deepcopy(data)
    return copy.deepcopy(a)


def g(data):
    return copy.deepcopy(data)


x = f([1]); y = copy.deepcopy(x)
'''

SOURCES = {
    "plain": MODULE,
    "no last newline": MODULE.rstrip(b"\n"),
    "CRLF": MODULE.replace(b"\n", b"\r\n"),
    "CR": MODULE.replace(b"\n", b"\r"),
    "mixed": MODULE.replace(b"\n\n", b"\r\n\n"),
    "latin-1": b"# -*- coding: latin-1 -*-\n# caf\xe9\n" + MODULE,
    "gbk": "# -*- coding: gbk -*-\n# 内存\n".encode("gbk") + MODULE,
    "BOM": b"\xef\xbb\xbf" + MODULE,
    "one line": b"import copy; copy.deepcopy(x)",
    "form feed": MODULE.replace(b"\n\n\n", b"\n\f\n\n"),
}

TOOLS = {"patch": ["patch", "-p1"], "git": ["git", "apply", "--whitespace=nowarn"]}


def _diff(folder: Path, *names: str) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "memmon", "instrument", "--dry-run", *names],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"nothing was changed" in done.stderr
    return done.stdout


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("case", SOURCES)
def test_applied_it_is_what_instrument_writes(tmp_path: Path, case: str, tool: str) -> None:
    """The patched file equals the instrumented one, for all line ends and encodings."""
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    (tmp_path / "m.py").write_bytes(SOURCES[case])
    before = listing(tmp_path)
    diff = _diff(tmp_path, "m.py")
    assert listing(tmp_path) == before
    subprocess.run(TOOLS[tool], cwd=tmp_path, input=diff, check=True, capture_output=True)
    patched = (tmp_path / "m.py").read_bytes()
    (tmp_path / "m.py").write_bytes(SOURCES[case])
    memmon("instrument", "m.py", cwd=tmp_path)
    assert patched == (tmp_path / "m.py").read_bytes() != SOURCES[case]


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("name", ["with blank.py", "机器人.py", 'quo"te\\.py', "tab\there.py", "sub/dir/m.py"])
def test_any_name(tmp_path: Path, name: str, tool: str) -> None:
    """Names with blanks, quotes, tabs and Chinese reach the right file."""
    target = tmp_path / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(MODULE)
    diff = _diff(tmp_path, name)
    subprocess.run(TOOLS[tool], cwd=tmp_path, input=diff, check=True, capture_output=True)
    assert target.read_bytes() != MODULE


def test_outside_the_current_folder(tmp_path: Path) -> None:
    """For files elsewhere, the message says in which folder the diff applies."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    (there / "m.py").write_bytes(MODULE)
    done = memmon("instrument", "--dry-run", "../there/m.py", cwd=here)
    assert "patch -p1 -d /" in done.stderr
    patch = ["patch", "-p1", "-d", "/", "--dry-run"]
    subprocess.run(patch, input=done.stdout, encoding="utf-8", check=True, capture_output=True)


def test_several_files_are_one_patch(tmp_path: Path) -> None:
    """One patch changes all the files of the call."""
    names = ["a.py", "b.py"]
    for name in names:
        (tmp_path / name).write_bytes(MODULE)
    diff = _diff(tmp_path, *names)
    subprocess.run(TOOLS["patch"], cwd=tmp_path, input=diff, check=True, capture_output=True)
    for name in names:
        assert (tmp_path / name).read_bytes() != MODULE


def test_nothing_would_change(tmp_path: Path) -> None:
    """On what is instrumented already, a dry run answers "no": exit 1, nothing on stdout."""
    (tmp_path / "m.py").write_bytes(MODULE)
    memmon("instrument", "m.py", cwd=tmp_path)
    done = memmon("instrument", "--dry-run", "m.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "nothing would change" in done.stderr


def test_read_only_folder(tmp_path: Path) -> None:
    """A dry run needs no write access: it is a question."""
    (tmp_path / "m.py").write_bytes(MODULE)
    tmp_path.chmod(0o555)
    assert _diff(tmp_path, "m.py")
    tmp_path.chmod(0o755)


def test_large_file(tmp_path: Path) -> None:
    """On 27,000 lines the diff holds the changes and their surroundings, and it applies."""
    target = samples.make_large(tmp_path)
    done = memmon("instrument", "--dry-run", "--allow-missing", target.name, cwd=tmp_path)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) < 1000
    patch = ["patch", "-p1"]
    subprocess.run(patch, cwd=tmp_path, input=done.stdout, encoding="utf-8", check=True, capture_output=True)
    patched, original = target.read_bytes(), samples.make_large(tmp_path).read_bytes()
    memmon("instrument", "--allow-missing", target.name, cwd=tmp_path)
    assert patched == target.read_bytes() != original
