"""Which brackets are open as a log goes on: told apart by thread and site, since the lines know no frames."""

from __future__ import annotations

from memmon.verdict.model import OPENERS, OpenBracket, Record

_DEEPEST = 1000
"""So many brackets may be open at once in one thread: a log that lost their ends must not fill memory."""
_MOST = 20_000
"""So many may be open at once in all threads; where there are more, the thread that was seen first is given up."""

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
        self._of_site: dict[SiteKey, dict[Bracket, None]] = {}
        """The same brackets by their sites, the youngest last: an end need not look through all that is open."""
        self._count = 0
        self._unsure: Bracket | None = None
        self._thinned = False

    def begin(self, record: Record, number: int) -> None:
        """Open a bracket by its BEFORE or START, which is the ``number``-th checkpoint."""
        bracket = Bracket(record, number)
        stack = self._add(bracket)
        if len(stack) > _DEEPEST:
            self._forget(stack.pop(0))
        while self._count > _MOST:
            for one in self._threads.pop(next(iter(self._threads))):
                self._forget(one)
        if record.sampled:
            self._unsure, self._thinned = bracket, True

    def end(self, closing: Record) -> Bracket | None:
        """Close the youngest open bracket of the site and return it; None where none is open.

        One of the same thread comes first, but a coroutine may end in another thread than it began in.
        """
        key = key_of(closing)
        of_site = self._of_site.get(key)
        if not of_site:
            return None
        own = self._threads.get(closing.thread, ())
        bracket = next((one for one in reversed(own) if one.key == key), None) or next(reversed(of_site))
        stack = self._threads[bracket.opened.thread]
        index = len(stack) - 1 if stack[-1] is bracket else stack.index(bracket)
        if index:
            stack[index - 1].inner_mb += closing.growth or 0.0
        self._forget(bracket)
        return stack.pop(index)

    def _add(self, bracket: Bracket) -> list[Bracket]:
        """Note a bracket as the youngest; returns those of its thread."""
        stack = self._threads.setdefault(bracket.opened.thread, [])
        stack.append(bracket)
        self._of_site.setdefault(bracket.key, {})[bracket] = None
        self._count += 1
        return stack

    def _forget(self, bracket: Bracket) -> None:
        """Forget a bracket, but for its place among those of its thread."""
        del self._of_site[bracket.key][bracket]
        self._count -= 1

    def drop_unsure(self) -> None:
        """Forget the bracket whose end may have been thinned out: only as the last line it was open for certain."""
        unsure, self._unsure = self._unsure, None
        if unsure is not None and unsure in self._of_site[unsure.key]:
            self._drop(unsure)

    def _drop(self, bracket: Bracket) -> None:
        self._threads[bracket.opened.thread].remove(bracket)
        self._forget(bracket)

    def match_page(self, key: SiteKey, kind: str, count: int, youngest: tuple[int, float, str]) -> None:
        """Bring a site's open brackets up to the crash page.

        The page says that ``count`` of them are open, and of the ``youngest`` its checkpoint's number, RSS and time.
        The log's lines know more of each, unless they were thinned out.
        """
        number, rss, when = youngest
        found = sorted(self._of_site.get(key, ()), key=lambda one: one.number)
        for bracket in found[: max(len(found) - count, 0)]:
            self._drop(bracket)
        if not count:
            return
        if not found:
            name, file, line = key
            kind = kind if kind in OPENERS else OPENERS[0]
            opened = Record(when, "INFO", f"{name}_{kind}", name, kind, rss, line=line, file=file)
            self._add(Bracket(opened, number))
        elif self._thinned or count == 1 or found[-1].opened.rss == rss:
            found[-1].number = number

    def still_open(self, newest: int, counted_at: int) -> tuple[OpenBracket, ...]:
        """What is open, the innermost last; ``newest`` is the number of the last checkpoint passed.

        Up to the checkpoint ``counted_at`` sites were passed too that have stood down: within what was opened before
        it there may have been brackets of theirs.
        """
        every = sorted((one for stack in self._threads.values() for one in stack), key=lambda one: one.number)
        return tuple(OpenBracket(one.opened, one.inner_mb, counted_at < one.number == newest) for one in every)
