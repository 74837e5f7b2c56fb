"""What somebody may have meant who mistyped one of a few known words."""

from __future__ import annotations

from memmon.translation import _

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 50
"""Characters; nothing that is known is so long."""


def meant(word: str, known: Iterable[str]) -> str:
    """The known word that is most like *word*, whatever its case; empty where none is."""
    if len(word) > _LONGEST:
        return ""
    import difflib  # noqa: PLC0415  # seldom needed

    by_lower = {one.lower(): one for one in known}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1)
    return by_lower[close[0]] if close else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'match'?``, to end a message with; empty where no known word is like *word*."""
    likely = meant(word, known)
    return _("; did you mean {word!r}?").format(word=likely) if likely else ""


def no_such_command(name: str, known: Iterable[str]) -> str:
    """That a command is not there, with the one that may be meant."""
    likely = did_you_mean(name, known)
    return _("No such command {name!r}{did_you_mean}").format(name=name, did_you_mean=likely or _("."))
