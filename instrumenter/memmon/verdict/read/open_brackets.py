"""Which brackets are open as a log goes on: told apart by thread and site, since the lines know no frames."""

from __future__ import annotations

from memmon.verdict.model import OPENERS, OpenBracket, Record

_DEEPEST = 1000
"""So many brackets may be open at once in one thread: a log that lost their ends must not fill memory."""

SiteKey = tuple[str, str | None, int | None]
"""What tells a site from all others of a log: its printed name, its file where that is not the target, its line."""


def key_of(record: Record) -> SiteKey:
    """The site that a record is of."""
    return record.base, record.file, record.line


class Bracket:
    """A bracket that is open so far."""

    __slots__ = ("inner_mb", "key", "number", "opened")

    def __init__(self, opened: Record, number: int) -> None:
        """Opened as checkpoint ``number``, with nothing inside it yet."""
        self.opened = opened
        self.number = number
        self.key = key_of(opened)
        self.inner_mb = 0.0
        """The growth of the brackets inside it that have been closed since."""


class BracketTracker:
    """The brackets that are open, by thread, as far as the log has been read."""

    def __init__(self) -> None:
        """Nothing is open."""
        self._threads: dict[str, list[Bracket]] = {}
        self._unsure: Bracket | None = None
        self._thinned = False

    def begin(self, record: Record, number: int) -> None:
        """Open a bracket by its BEFORE or START, which is the ``number``-th checkpoint."""
        bracket = Bracket(record, number)
        stack = self._threads.setdefault(record.thread, [])
        stack.append(bracket)
        if len(stack) > _DEEPEST:
            del stack[0]
        if record.sampled:
            self._unsure, self._thinned = bracket, True

    def end(self, closing: Record) -> Bracket | None:
        """Close the youngest open bracket of the site and return it; None where none is open.

        One of the same thread comes first, but a coroutine may end in another thread than it began in.
        """
        key = key_of(closing)
        own = self._threads.get(closing.thread)
        if own and own[-1].key == key:
            return self._close(own, len(own) - 1, closing)
        for stack in sorted(self._threads.values(), key=lambda stack: stack is not own):
            for index in range(len(stack) - 1, -1, -1):
                if stack[index].key == key:
                    return self._close(stack, index, closing)
        return None

    @staticmethod
    def _close(stack: list[Bracket], index: int, closing: Record) -> Bracket:
        if index:
            stack[index - 1].inner_mb += closing.growth or 0.0
        return stack.pop(index)

    def drop_unsure(self) -> None:
        """Forget the bracket whose end may have been thinned out: only as the last line it was open for certain."""
        if self._unsure is not None:
            for stack in self._threads.values():
                if self._unsure in stack:
                    stack.remove(self._unsure)
            self._unsure = None

    def match_page(self, key: SiteKey, kind: str, count: int, youngest: tuple[int, float, str]) -> None:
        """Bring a site's open brackets up to the crash page.

        The page says that ``count`` of them are open, and of the ``youngest`` its checkpoint's number, RSS and time.
        The log's lines know more of each, unless they were thinned out.
        """
        number, rss, when = youngest
        found = [(stack, one) for stack in self._threads.values() for one in stack if one.key == key]
        found.sort(key=lambda entry: entry[1].number)
        for stack, bracket in found[: max(len(found) - count, 0)]:
            stack.remove(bracket)
        if not count:
            return
        if not found:
            name, file, line = key
            kind = kind if kind in OPENERS else OPENERS[0]
            opened = Record(when, "INFO", f"{name}_{kind}", name, kind, rss, line=line, file=file)
            self._threads.setdefault("", []).append(Bracket(opened, number))
        elif self._thinned or count == 1 or found[-1][1].opened.rss == rss:
            found[-1][1].number = number

    def still_open(self, newest: int) -> tuple[OpenBracket, ...]:
        """What is open, the innermost last; ``newest`` is the number of the last checkpoint passed."""
        every = sorted((one for stack in self._threads.values() for one in stack), key=lambda one: one.number)
        return tuple(OpenBracket(one.opened, one.inner_mb, one.number == newest) for one in every)
