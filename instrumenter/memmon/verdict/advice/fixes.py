"""What a fix is, and those that are said where nothing more is known of a line.

A fix is chosen by what its ``fits`` finds in the facts, never by a text that happens to look like it: no advice is
better than one that does not fit. ``taken_fixes`` has those for memory that is taken at once, ``kept_fixes`` those for
what keeps it bit by bit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from memmon.verdict.advice.facts import Called, Facts


@dataclass(frozen=True)
class Fix:
    """A known trouble and its way out.

    In the wordings ``{what}`` is the data file or the call in question, ``{path}`` the container that keeps it.
    """

    fits: Callable[[Facts], bool]
    en: str
    zh: str
    name: re.Pattern[str] | None = None
    """The hotspot's name has it: then it fits where nothing else does."""
    calls: re.Pattern[str] | None = None
    """The call that it is about, by its full name."""
    reads: bool = False
    """It is about a data file."""


ALL_AT_ONCE = (
    "all these are under way at once: start so many at a time (a Semaphore, or in batches)",
    "这些任务同时全部启动：限制并发数量（Semaphore），或分批执行",
)
"""What is said of `asyncio.gather`, whether its tasks are known to hold the memory or only its line."""


def calling(
    pattern: str, *, without: tuple[str, ...] = (), needs: tuple[str, ...] = (), bare: bool = False
) -> Callable[[Facts], bool]:
    """Whether something is called whose full name ends like the pattern.

    ``without``: none of these keywords is given. ``needs``: one of them is. ``bare``: no argument is.
    """
    named = re.compile(f"(?:{pattern})$")

    def fits(facts: Facts) -> bool:
        return any(
            not one.keywords & set(without)
            and (not needs or one.keywords & set(needs))
            and not (bare and (one.arguments or one.keywords))
            for one in calls_of(facts, named)
        )

    return fits


def by_call(  # noqa: PLR0913  # each says what it is
    pattern: str,
    en: str,
    zh: str,
    *,
    name: str | None = None,
    reads: bool = False,
    without: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
    bare: bool = False,
) -> Fix:
    """A fix for what is called by a full name that ends like the pattern (see `calling`)."""
    fits = calling(pattern, without=without, needs=needs, bare=bare)
    return Fix(fits, en, zh, re.compile(name, re.IGNORECASE) if name else None, re.compile(f"(?:{pattern})$"), reads)


def calls_of(facts: Facts, named: re.Pattern[str]) -> Iterator[Called]:
    """The calls of the statement whose full names end like the pattern."""
    return (one for one in facts.calls if any(named.search(name) for name in one.names))


def never(_: Facts) -> bool:
    """It is chosen otherwise."""
    return False


OTHERWISE = Fix(
    never,
    "work on less data at a time here, and release what is no longer needed (del, then gc.collect())",
    "减少这里一次处理的数据量，并及时释放不再需要的对象（del 后 gc.collect()）",
)
"""For a line of whose code nothing more is known."""

STAYS = Fix(
    never,
    "what is made here stays: find what still refers to it (a list, a dict, a cache), and bound that or let go of it",
    "这里产生的数据一直被引用：找出仍持有它的对象（列表、字典、缓存），限制其大小或及时释放",
)
"""For a line of which it is known that its memory stays, but not where."""

STAYS_OR_AT_ONCE = Fix(
    never,
    "if one pass takes that much, work on less at a time; else find what still refers to what is made here "
    "(a list, a dict, a cache), and bound that or let go of it",
    "如果执行一次就占用这么多，请减少一次处理的数据量；否则找出仍持有这里所产生数据的对象（列表、字典、缓存），限制其大小或及时释放",
)
"""For a line of which it is not known whether its memory was taken in one pass or stays from many."""

RAN = Fix(
    never,
    "this line ran, which need not be the one that keeps memory: name suspects in memmon.toml (see `memmon scan`)",
    "这只是当时执行到的行，未必是占用内存的行：在 memmon.toml 中写明可疑位置（见 `memmon scan`）",
)
"""For a line of which it is only known that it ran."""
