"""Puts the programs together that one process ran in turn, each taking the place of the one before it by `exec`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from memmon.verdict.model import ProcessHistory


def without_replaced(histories: Iterable[ProcessHistory]) -> list[ProcessHistory]:
    """The histories, those of one process in place of the first of them as the last one alone.

    Nothing that a program held outlives its `exec`, and that its log has no end is no death. A log that names its own
    process as its parent is of the program that came next.
    """
    kept: list[ProcessHistory] = []
    for one in histories:
        pid = one.header.pid
        at = next((number for number, before in enumerate(kept) if before.header.pid == pid is not None), None)
        if at is None or one.header.parent_pid != pid:
            kept.append(one)
        else:
            kept[at] = _after(kept[at], one)
    return kept


def _after(before: ProcessHistory, last: ProcessHistory) -> ProcessHistory:
    """The last program's history, with what the process has whichever program it runs."""
    header = replace(last.header, parent_pid=before.header.parent_pid, parent_log=before.header.parent_log)
    return replace(last, header=header, supervised=last.supervised or before.supervised)
