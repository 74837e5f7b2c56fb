"""How often a site was passed that has stood down: it is passed so often that its passes are only counted.

The count stands in the page, so that it survives SIGKILL; where a site has no row there, in memory alone.
"""

from __future__ import annotations

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

COUNTED, SEEN, SEEN_AT, AFTER, EVERY = range(5)
"""The places in ``PassCounter.words``: the passes that were only counted; how many of them the watcher had seen when it
last saw more than before, and the number of the newest checkpoint then; after how many measured passes the site stood
down; and that every so-many-th is measured since."""
WORDS = 5


class PassCounter:
    """The passes of one site since it stood down.

    ``steps`` gives out the numbers of the passes that are only counted, and is at its end where a pass is to be
    measured: an iterator gives each number out once, whatever threads ask, and costs least.
    """

    __slots__ = ("_next", "every", "is_alone", "steps", "words")

    def __init__(self, words: memoryview, after: int, every: int) -> None:
        """Count in ``words``, which are zeros, after so many passes that were all measured."""
        self.words = words
        words[AFTER], words[EVERY] = after, every
        self.every = every
        self.is_alone = False
        """No other site begins at the same line, in whatever file: a pass is told apart by the line alone."""
        self._next = 1
        self.steps: Iterator[int] = iter(())
        self.renew()

    def renew(self) -> None:
        """A pass is measured: those after it are counted again. ``steps`` is at its end."""
        begin, self._next = self._next, self._next + self.every - 1
        self.steps = iter(range(begin, self._next))

    def measure_every(self, every: int) -> None:
        """Measure the next pass, and then every so-many-th."""
        self._next = self.total() + 1  # the rest is taken out at once: no number is given out twice
        self.every = every
        if every > 1:
            self.words[EVERY] = every

    def total(self) -> int:
        """How many passes were only counted, and none further is: the next one is measured.

        In the page a thread may have put a number over a later one of another thread's.
        """
        rest = list(self.steps)
        return rest[0] - 1 if rest else self._next - 1

    def note_seen(self, newest: int) -> None:
        """The watcher has looked, when ``newest`` was the newest checkpoint's number."""
        words = self.words
        count = words[COUNTED]
        if count != words[SEEN]:
            words[SEEN_AT], words[SEEN] = newest, count


def nowhere() -> memoryview:
    """Words for a site that has no row in the page."""
    return memoryview(bytearray(8 * WORDS)).cast("q")
