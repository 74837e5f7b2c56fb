"""What memmon says, in the language of who reads: ``_("{file} can't be read").format(file=name)``.

English is in the code; every other language in catalogues of gettext's form, below ``locale``. They are read as they
are written (``.po``): a file that is compiled from them would be one more that can be missing or out of date, and takes
a build step wherever memmon is run from its sources. It is read when the first sentence is said in its language.
"""

# ruff: noqa: PTH100, PTH118, PTH120, PTH123  # pathlib is not for the launcher's memory

from __future__ import annotations

import os

from memmon import language

_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "locale")
_CATALOGUES = ("memmon.po", "click.po")
"""Memmon's own sentences, and those of the library that reads command lines."""
_TEXT = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
_ENTRY = rf"^msgid {_TEXT}(?:^msgid_plural {_TEXT})?^msgstr(?:\[0\])? {_TEXT}"
_STRING = r'"((?:[^"\\]|\\.)*)"'
_ESCAPED = r"\\(.)"
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}

_read: dict[str, dict[str, str]] = {}
"""By language: the sentence of each English one."""


def _(message: str) -> str:
    """The sentence in the reader's language; as it is where there is no other."""
    name = language.of_reader()
    return message if name == "en" else _catalogue(name).get(message, message)


def ngettext(msgid1: str, msgid2: str, n: int) -> str:
    """The same for a sentence with a form for one of something, and one for several; the names are gettext's."""
    name = language.of_reader()
    english = msgid1 if n == 1 else msgid2
    return english if name == "en" else _catalogue(name).get(msgid1, english)


def N_(message: str) -> str:  # noqa: N802  # gettext's name for it
    """Mark a sentence that is translated where it is said, which is not here."""
    return message


def _catalogue(name: str) -> dict[str, str]:
    """All sentences of a language; none where its files can't be read, as English is always at hand."""
    if name not in _read:
        _read[name] = {}
        for file in _CATALOGUES:
            try:
                with open(os.path.join(_FOLDER, name, "LC_MESSAGES", file), encoding="utf-8") as opened:
                    _read[name].update(sentences(opened.read()))
            except (OSError, UnicodeDecodeError):  # noqa: PERF203  # the other file is another one
                pass
    return _read[name]


def sentences(catalogue: str) -> dict[str, str]:
    """Each English sentence of a catalogue's text with its translation, where it has one.

    Of a sentence with a form for one of something, the form for one leads to the first translation: the languages at
    hand have no other.
    """
    import re  # noqa: PLC0415  # English does without

    escaped, string = re.compile(_ESCAPED, re.DOTALL), re.compile(_STRING, re.DOTALL)

    def text(quoted: str) -> str:
        joined = "".join(string.findall(quoted))
        return escaped.sub(lambda found: _ESCAPES.get(found[1], found[1]), joined)

    found = re.finditer(_ENTRY, catalogue, re.MULTILINE | re.DOTALL)
    pairs = {text(entry[1]): text(entry[3]) for entry in found}
    return {english: translated for english, translated in pairs.items() if english and translated}


_REASONS = (
    N_("Permission denied"),
    N_("No such file or directory"),
    N_("Is a directory"),
    N_("Not a directory"),
    N_("No space left on device"),
    N_("Read-only file system"),
    N_("Operation not permitted"),
    N_("Input/output error"),
    N_("File name too long"),
    N_("Disk quota exceeded"),
    N_("Too many levels of symbolic links"),
    N_("Bad file descriptor"),
    N_("File too large"),
    N_("Too many open files"),
    N_("it is a folder"),
    N_("it belongs to another user"),
    N_("another user's link leads there"),
    N_("it is a named pipe, and no file"),
    N_("it is a socket, and no file"),
    N_("it is a device, and no file"),
    N_("no file can have that name"),
    N_("it is a folder, and no backup of memmon's"),
    N_("it is a link, and no backup of memmon's"),
    N_("it is no regular file, and no backup of memmon's"),
)
"""What the system and memmon's lowest rooms say is wrong with a file, always in English, and is met in practice."""


def reason(error: OSError) -> str:
    """What the system says, as the reader reads it."""
    return _(error.strerror or str(error))
