"""`memmon report --html FILE`: a page, or nothing; what somebody else has there stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from page.records import killed
from support.tool import memmon

if TYPE_CHECKING:
    from pathlib import Path


def test_the_file_is_written_and_the_exit_code_is_that_of_the_report(tmp_path: Path) -> None:
    """And written anew by the next report; where it is says the message, and nothing is printed."""
    killed(tmp_path)
    for _ in range(2):
        done = memmon("report", "--html", "out.html", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert "out.html" in done.stderr
    assert (tmp_path / "out.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".tmp"] == []


def test_standard_output_is_a_dash(tmp_path: Path) -> None:
    """With not a word beside it."""
    killed(tmp_path)
    done = memmon("report", "--html", "-", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("<!doctype html>")
    assert done.stdout.endswith("</html>\n")
    assert done.stderr == ""


@pytest.mark.parametrize(
    "name", ["bot.py", "memory_monitor_20261122_103048.log", "a folder", "/dev/null", "a/", "__init__.py"]
)
def test_what_is_no_page_stays(tmp_path: Path, name: str) -> None:
    """A source, a log, a folder, a device, an empty file: each with one sentence, and none of them changed."""
    killed(tmp_path)
    (tmp_path / "__init__.py").touch()
    (tmp_path / "a folder").mkdir()
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    done = memmon("report", "--html", name, cwd=tmp_path)
    assert done.returncode == 2
    assert name in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_a_page_is_of_one_run_and_of_all_of_it(tmp_path: Path) -> None:
    """Another form of the report beside it is refused."""
    killed(tmp_path)
    done = memmon("report", "--html", "out.html", "--json", cwd=tmp_path)
    assert done.returncode == 2
    assert "--html" in done.stderr
    assert not (tmp_path / "out.html").exists()
