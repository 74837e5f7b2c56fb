"""Which files are instrumented: those below the target's folder, or those that `--include` names."""

from __future__ import annotations

import os

from memmon.ownership import is_installed


class Scope:
    """Answers for absolute paths of source files."""

    def __init__(self, base: str, include: tuple[str, ...] = ()) -> None:
        """*base* is a folder; *include* holds absolute patterns, and takes its place where it holds any."""
        self._base = os.path.join(base, "")
        self._include = include
        self._folders: dict[str, bool] = {}

    def holds(self, path: str) -> bool:
        """Whether the file at *path* is meant."""
        if self._include:
            return any(matches(path, pattern) or matches(path, os.path.join(pattern, "*")) for pattern in self._include)
        if not path.startswith(self._base) or not os.path.isabs(path):
            return False
        return self._own(os.path.dirname(path))

    def _own(self, folder: str) -> bool:
        """Whether nothing between the base and *folder*, which it holds, is an installation."""
        if folder not in self._folders:
            below = folder[len(self._base) - 1 :] + "/"
            self._folders[folder] = not is_installed(below) and (
                len(folder) < len(self._base)
                or (not os.path.exists(os.path.join(folder, "pyvenv.cfg")) and self._own(os.path.dirname(folder)))
            )
        return self._folders[folder]


def matches(text: str, pattern: str) -> bool:
    """Whether *pattern*, in which ``*`` stands for any text and ``?`` for one character, is all of *text*."""
    at, star, retry = 0, -1, 0
    place = 0
    while at < len(text):
        if place < len(pattern) and pattern[place] == "*":
            star, retry = place, at
            place += 1
        elif place < len(pattern) and pattern[place] in ("?", text[at]):
            place += 1
            at += 1
        elif star >= 0:
            place, retry = star + 1, retry + 1
            at = retry
        else:
            return False
    return not pattern[place:].strip("*")
