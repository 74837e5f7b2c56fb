"""Leads the frames of a notebook's cells to the notebook that holds them, where one is found."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from memmon.notebooks import SUFFIX, is_compiled_cell, places_of_cells
from memmon.verdict.read.own_code import all_frames, with_frames

if TYPE_CHECKING:
    from memmon.verdict.model import Census, Frame, GrownContainer, Header, ProcessHistory, Root


def with_cells(history: ProcessHistory) -> ProcessHistory:
    """The same history with the cells' lines as those of the notebook's file."""
    rising = (frame for frame, _ in (*history.rises, *history.rising))
    roots = (row.root.file for census in history.censuses for row in census.grown if row.root.file)
    files = {*(frame.file for frame in (*all_frames(history), *rising)), *roots}
    compiled = {file for file in files if is_compiled_cell(file)}
    if not compiled:
        return history
    cells = _Cells(places_of_cells(compiled, _notebooks(history.log, history.header)))
    if not cells.places:
        return history
    return replace(
        with_frames(history, cells.frame),
        rises=tuple((cells.frame(frame), mb) for frame, mb in history.rises),
        rising=tuple((cells.frame(frame), mb) for frame, mb in history.rising),
        censuses=tuple(map(cells.census, history.censuses)),
    )


def _notebooks(log: str, header: Header) -> list[str]:
    """The notebooks that the program was told to run, and those beside its log: a kernel begins in their folder."""
    folder = os.path.dirname(log)  # noqa: PTH120  # paths are text here
    words = (header.command or "").split()
    named = [os.path.join(folder, word) for word in words if word.endswith(SUFFIX)]  # noqa: PTH118
    try:
        beside = sorted(name for name in os.listdir(folder or ".") if name.endswith(SUFFIX))  # noqa: PTH208
    except OSError:
        beside = []
    return list(dict.fromkeys((*named, *(os.path.join(folder, name) for name in beside))))  # noqa: PTH118


class _Cells:
    """Where the cells stand."""

    def __init__(self, places: dict[str, tuple[str, int]]) -> None:
        self.places = places
        found = {path for path, _ in places.values()}
        self._only = found.pop() if len(found) == 1 else None

    def frame(self, frame: Frame) -> Frame:
        """The frame with the notebook's line."""
        if frame.file not in self.places:
            return frame
        path, first = self.places[frame.file]
        return replace(frame, file=path, line=None if frame.line is None else first + frame.line - 1)

    def census(self, census: Census) -> Census:
        """The census with the roots' places."""
        return replace(census, grown=tuple(map(self._row, census.grown)))

    def _row(self, row: GrownContainer) -> GrownContainer:
        return replace(row, root=self._root(row.root))

    def _root(self, root: Root) -> Root:
        """A kernel's main module has no file: its variables are those of the notebook."""
        if root.file is None:
            return replace(root, file=self._only) if root.kind == "global" else root
        if root.file not in self.places:
            return root
        path, first = self.places[root.file]
        return replace(root, file=path, line=None if root.line is None else first + root.line - 1)
