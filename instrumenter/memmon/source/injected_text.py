"""The text of what is injected, and the grammar that finds exactly that text again.

Both directions stand here, since restoring an edited file relies on nothing else: every injected piece has a form
that :func:`pieces` finds to the letter, behind an alias that occurs nowhere in the original.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from memmon.model import Site

ALIAS = "__memmon__"
ALIAS_PATTERN = r"__memmon(?:_\d+)?__"

TEXT = r'"(?:[^"\\\r\n]|\\.)*"'
NUMBER = r"[0-9][0-9.e+-]*"
NEWLINE = r"(?:\r\n|\r|\n)"
UNCOUNTED = "  # pragma: no cover"
"""Behind a line that is ours alone: coverage.py leaves it out, or the clause that it begins, unless told otherwise."""
_BLANK = r"[ \t\f]*"


LIKE_INJECTED = re.compile(
    rf"\.(?:before|after|start|end)\({TEXT}, \d+(?:, normal={NUMBER})?(?:, alarm={NUMBER})?\)"
    rf"|\.through\(\({TEXT}, \d+, (?:{NUMBER}|None), (?:{NUMBER}|None)\), \("
)
"""What an injected call looks like behind whatever name."""


@dataclass(frozen=True)
class Dialect:
    """How one source has to spell the calls."""

    alias: str
    encoding: str

    def call(self, method: str, site: Site, *, in_class: bool) -> str:
        """``__memmon__.before("name", 10, normal=20, alarm=100)``; *method* is before, after, start or end."""
        levels = "".join(
            f", {key}={_number(value)}"
            for key, value in (("normal", site.normal_mb), ("alarm", site.alarm_mb))
            if value is not None
        )
        return f"{self.runtime(in_class=in_class)}.{method}({self._text(site.hotspot)}, {site.line}{levels})"

    def opened(self, site: Site) -> str:
        """The bracket that a way out closes: what ``before`` and ``start`` return for *site*, as a literal."""
        levels = ", ".join(_number(value) for value in (site.normal_mb, site.alarm_mb))
        return f"({self._text(site.hotspot)}, {site.line}, {levels})"

    def runtime(self, *, in_class: bool) -> str:
        """The runtime's name; in a class body past the class's namespace, which may answer for any name."""
        return f"(lambda: {self.alias})()" if in_class else self.alias

    def hugging(self, *, in_class: bool) -> str:
        """:meth:`runtime` for a place where a keyword stands directly before it, as in ``return(x)``."""
        return self.runtime(in_class=True) if in_class else f"({self.alias})"

    def _text(self, text: str) -> str:
        quoted = json.dumps(text, ensure_ascii=False)
        return quoted.encode(self.encoding, "backslashreplace").decode(self.encoding)


def free_alias(text: str) -> str:
    """An alias that does not occur in *text*: ``__memmon__`` but where the user's own code has that."""
    alias, number = ALIAS, 1
    while alias in text:
        number += 1
        alias = f"__memmon_{number}__"
    return alias


def _number(value: float | None) -> str:
    if value is None:
        return "None"
    return str(int(value)) if value == int(value) else repr(float(value))


def pieces(alias: str, text: str) -> Iterator[re.Match[str]]:
    """What :func:`_injected` finds in *text* from its beginning on, looked for only where the alias is.

    Every piece begins on the line of its first alias, or with the line end before it.
    """
    pattern, at = _injected(alias), 0
    while (named := text.find(alias, at)) >= 0:
        line_end = max(text.rfind("\n", at, named), text.rfind("\r", at, named))
        found = pattern.search(text, max(line_end - 1, at))
        if found is None:
            return
        yield found
        at = found.end()


def without_pieces(alias: str, text: str, instead: Callable[[re.Match[str]], str] = lambda _: "") -> str:
    """*text* with *instead* of each of its pieces: without a word, with nothing."""
    parts, at = list[str](), 0
    for found in pieces(alias, text):
        parts += text[at : found.start()], instead(found)
        at = found.end()
    return "".join([*parts, text[at:]])


@lru_cache(maxsize=8)
def _injected(alias: str) -> re.Pattern[str]:
    """Matches every injected piece of code behind *alias*, in the order in which it must be taken out.

    A call on a line of its own may have been commented out since.
    """
    runtime = rf"(?:{alias}|\({alias}\)|\(lambda: {alias}\)\(\))"
    call = rf"{runtime}\.(?:before|after|start|end)\({TEXT}, \d+(?:, normal={NUMBER})?(?:, alarm={NUMBER})?\)"
    level = rf"(?:{NUMBER}|None)"
    opened = rf"\({TEXT}, \d+, {level}, {level}\)"
    lead = rf"{_BLANK}(?:#{_BLANK})*"
    alone = rf"{call}(?:{re.escape(UNCOUNTED)})?"  # as memmon wrote it until 0.2, without
    return re.compile(
        "|".join(
            (
                rf"(?P<own_lines>(?<![^\r\n]){lead}{alone}{NEWLINE})",
                rf"(?P<last_lines>(?:{NEWLINE}{lead}{alone})+\Z)",
                rf"(?P<inline_before>{call}; )",
                rf"(?P<inline_after>; {call})",
                rf"(?P<open>{runtime}\.through\((?:{call}|{opened}), \()",
                rf"(?P<close>\), {runtime}\.(?:after|end)\))",
            )
        )
    )
