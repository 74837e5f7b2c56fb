"""What the files of a record are called: memmon and the runtime, which share no code, say the same."""

from __future__ import annotations

import pytest

from memmon.record import file_names as record_files
from memmon_runtime.record import file_names

NAMES = {
    "memory_monitor_20261122_103048.log": True,
    "memory_monitor_20261122_103048_4711.log": True,
    "memory_monitor_20261122_103048_4711_2.log": True,
    "memory_monitor_20261122.log": False,
    "memory_monitor_20261122_10304.log": False,
    "memory_monitor_2026112２_103048.log": False,
    "memory_monitor_20261122_103048_.log": False,
    "memory_monitor_20261122_103048_bot.log": False,
    "memory_monitor_20261122_103048.log.gz": False,
    "memory_monitor_notes.log": False,
    "memory_monitor_.log": False,
    "memory_monitor.log": False,
    ".memory_monitor_20261122_103048.log": False,
    "": False,
}
"""Names of files, and whether a log may be called so."""

LOGS = ["memory_monitor_20261122_103048.log", "/srv/日志/memory_monitor_20261122_103048_4711_2.log", "/a.log/x.log"]


@pytest.mark.parametrize(("name", "fits"), NAMES.items())
def test_both_know_a_log_by_its_name(name: str, fits: bool) -> None:  # noqa: FBT001  # the table's column
    """A log is known by its name, and a name that only resembles it is not one."""
    assert record_files.is_log(name) is file_names.is_log(name) is fits


@pytest.mark.parametrize("log", LOGS)
def test_both_find_the_same_files_beside_a_log(log: str) -> None:
    """What is hidden beside a log stands in its folder, and no glob for logs fits it."""
    stem = log.replace("memory_", ".memory_").replace("/x", "/.x").removesuffix(".log")
    for of, ending in (
        ("page_of", ".page"), ("stack_of", ".stack.page"), ("forks_of", ".forks.page"), ("events_of", ".events"),
        ("told_of", ".told"),
    ):  # fmt: skip
        assert getattr(record_files, of)(log) == getattr(file_names, of)(log) == stem + ending


@pytest.mark.parametrize("child", [False, True])
def test_every_name_that_the_runtime_gives_is_read(child: bool) -> None:  # noqa: FBT001  # both answers
    """Its logs are known, when they began, and what belongs to them."""
    names = file_names.log_names(1_795_000_000, 4711, child=child)
    assert len(set(names)) == len(names)
    assert ("_4711" in names[0]) is child
    for name in names:
        assert record_files.is_log(name)
        assert record_files.started(name) == names[0][len("memory_monitor_") :][: len("20261122_103048")]
        endings = (file_names.page_of, file_names.stack_of, file_names.forks_of, file_names.events_of)
        page, stack, forks, events = (of(name) for of in endings)
        hidden = (page, stack, forks, events, file_names.told_of(name))
        assert {of.log_beside(one) for one in hidden for of in (record_files, file_names)} == {name}
        assert not file_names.is_page(stack)
        assert not file_names.is_page(forks)
        assert not file_names.is_page(name)


@pytest.mark.parametrize("name", ["memory_monitor_notes.log", "bot.log", "x" * 22, ""])
def test_a_file_of_a_like_name_has_no_beginning(name: str) -> None:
    """Only a log's name says when the run began."""
    assert record_files.started(name) == ""


@pytest.mark.parametrize(
    "name", ["memory_monitor_20261122_103048.page", ".memory_monitor_notes.page", ".memory_monitor_20261122_103048.log"]
)
def test_what_only_resembles_a_hidden_file_belongs_to_nothing(name: str) -> None:
    """No file is taken for a record's, and deleted with it, that the runtime would not have called so."""
    assert record_files.log_beside(name) is None
    assert file_names.log_beside(name) == ""
