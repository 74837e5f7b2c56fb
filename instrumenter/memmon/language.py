"""Which language memmon speaks: that of who reads, whatever the run's own locale was.

A report on a program that cron started in no locale at all is read by somebody who has one. The module is light, since
`memmon run` asks it.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # typing itself is too heavy for the launcher
if TYPE_CHECKING:
    from collections.abc import Sequence

LANGUAGES = ("zh", "en")
OPTION = "--language"
SWITCH = "MEMMON_LANGUAGE"
_LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The first of them that is set decides, as everywhere."""
_NO_LANGUAGE = ("c", "posix")
"""What a locale begins with that names no language."""

_asked: list[str] = []


def ask_for(name: str) -> None:
    """Let this process speak the language of this *name* from now on, whatever the environment says."""
    _asked[:] = [name]


def asked_for() -> str:
    """The language that the command line asked for; empty where it did not."""
    return _asked[0] if _asked else ""


def heed(words: Sequence[str]) -> None:
    """Speak the language that the command line's *words* ask for, before anything is said of them.

    They are looked through without the commands' own grammar: help and errors are to be in that language too,
    wherever the option stands. A value that is no language is left for the command to refuse.
    """
    for at, word in enumerate(words):
        if word == "--":
            return
        name, equals, value = word.partition("=")
        if name == OPTION:
            value = value if equals else "".join(words[at + 1 : at + 2])
            if value in LANGUAGES:
                ask_for(value)


def taken_from(words: list[str]) -> list[str]:
    """The command line's *words* behind a choice of the language that they begin with, which is heeded."""
    name, equals, value = words[0].partition("=") if words else ("", "", "")
    value = value if equals else "".join(words[1:2])
    if name != OPTION or value not in LANGUAGES:
        return words
    ask_for(value)
    return words[1 if equals else 2 :]


def of_reader(otherwise: str = "en") -> str:
    """``zh`` or ``en``: by ``--language``, else by MEMMON_LANGUAGE, else by the locale.

    *otherwise* where none of them names a language, as in the locale C.
    """
    switch = os.environ.get(SWITCH, "").strip().lower()
    if _asked or switch in LANGUAGES:
        return asked_for() or switch
    locale = next(filter(None, map(os.environ.get, _LOCALES)), "").lower()
    if not locale or locale.partition(".")[0] in _NO_LANGUAGE:
        return otherwise
    return "zh" if locale.startswith("zh") else "en"
