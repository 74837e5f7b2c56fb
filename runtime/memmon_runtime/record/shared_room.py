"""How much room the files of a run's living children may take together: beyond a first share each asks for more.

A program may have hundreds of children at once, and what one of them leaves is worth a megabyte or nothing: nobody
knows which before. So each begins with little, and where that is not enough it is given its part of what all that live
have not taken.
"""

from __future__ import annotations

from os import kill

from memmon_runtime.record.file_names import hidden_of, is_page, log_beside
from memmon_runtime.system.folder import Folder
from memmon_runtime.system.foreign_files import number_in
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

_ROOM = 5 << 20
"""So many bytes they may take together beyond which none is given more than it began with."""
_LEAST = 1 << 10
"""Less than this is no use to anybody."""


class SharedRoom:
    """The room of one child's record, among the others in its folder; the watcher asks, the record's lock not held."""

    def __init__(self, log_dir: str) -> None:
        """Open the folder, in the thread that begins the record. OSError or ImportError where that can't be."""
        self._folder = Folder(log_dir)

    def living(self) -> list[str]:
        """The logs of the children in the folder that live, by their names: those of first processes have no number."""
        pages = filter(is_page, self._folder.names())
        return [log for log in map(log_beside, pages) if _lives(log)]

    def share(self) -> int:
        """The bytes by which this record may grow now; 0 where there is nothing left.

        It is half of an equal share, since others ask at the same time, and what they are given is not taken at once.
        """
        living = self.living()
        names = (name for log in living for name in (log, *hidden_of(log)))
        states = map(self._folder.status, names)
        taken = sum(state.st_blocks * 512 for state in states if state is not None)
        share = (_ROOM - taken) // (2 * max(len(living), 1))
        return share if share >= _LEAST else 0

    def close(self) -> None:
        """Give the descriptor back."""
        self._folder.close()


def _lives(log: str) -> bool:
    """Whether the process with the number in the name of a child's log is there."""
    number = log.rpartition(".")[0].split("_")[4:5]
    pid = number_in(number[0]) if number else None
    if not pid:
        return False
    try:
        kill(pid, 0)
    except PermissionError:
        return True  # another user's
    except (OSError, OverflowError):
        return False
    return True
