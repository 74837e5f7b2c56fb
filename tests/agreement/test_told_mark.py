"""Whether somebody has been told of a death: memmon and the runtime, which share no code, leave and find one mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from memmon.record import told_mark
from memmon_runtime.record import told_mark as runtime_mark

if TYPE_CHECKING:
    from pathlib import Path

LOG = "memory_monitor_20261122_103048_4711.log"


@pytest.mark.parametrize(("one", "other"), [(told_mark, runtime_mark), (runtime_mark, told_mark)])
def test_whoever_marks_first_is_the_one_who_tells(tmp_path: Path, one: Any, other: Any) -> None:
    """The other finds the mark, and makes none."""
    log = tmp_path / LOG
    log.write_text("# memmon\n", encoding="ascii")
    assert not one.is_told(str(log))
    assert not other.is_told(str(log))
    assert one.mark_told(str(log))
    assert not other.mark_told(str(log))
    assert not one.mark_told(str(log))
    assert other.is_told(str(log))
    assert one.is_told(str(log))
    assert {path.name for path in tmp_path.iterdir()} == {LOG, ".memory_monitor_20261122_103048_4711.told"}


@pytest.mark.parametrize("mark", [told_mark, runtime_mark])
def test_a_mark_is_not_made_through_a_link(tmp_path: Path, mark: Any) -> None:
    """What stands under its name is left as it is."""
    log = tmp_path / LOG
    log.write_text("# memmon\n", encoding="ascii")
    (tmp_path / ".memory_monitor_20261122_103048_4711.told").symlink_to(tmp_path / "elsewhere")
    assert not mark.mark_told(str(log))
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("name", ["notes.txt", "memory_monitor_notes.log"])
def test_what_has_no_logs_name_gets_no_mark(tmp_path: Path, name: str) -> None:
    """Such as a log that is read from a pipe."""
    (tmp_path / name).write_text("# memmon\n", encoding="ascii")
    assert not told_mark.mark_told(str(tmp_path / name))
    assert [path.name for path in tmp_path.iterdir()] == [name]
