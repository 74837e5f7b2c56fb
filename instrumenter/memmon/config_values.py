"""What single values of a configuration may be: each is read into its type, or refused in a sentence with its line."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from memmon import sizes
from memmon.errors import ConfigError, Place
from memmon.model import Keep, Threshold
from memmon.suggestion import did_you_mean
from memmon.translation import _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LANGUAGES = ("auto", "zh", "en")
_SHOWN = 200
"""So many characters of a value are shown in a message."""
_LONGEST_TEXT = 4000
"""Characters; a longer one is no name, path or pattern, but may take for ever as one."""
_METAVARIABLE = re.compile(r"\$\$\$[A-Z_0-9]*|\$[A-Z_][A-Z_0-9]*")
_NAME = re.compile(r"[\w*]+(?:\.[\w*]+)*")


def shown(value: Any) -> str:
    """A value as a message shows it, on one line and not too long for one."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits, or arrays in arrays
        return "what stands there"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


class ValueReader:
    """Reads values of one file; the TOML libraries don't tell lines, which come from the document's text."""

    def __init__(self, path: Path, lines: Mapping[tuple[str, str], int]) -> None:
        """*lines* has the line of each key by its table, as far as it is known."""
        self.path = path
        self.lines = lines

    def pattern(self, at: str, key: str, pattern: str) -> None:
        """Refuse what is no ast-grep pattern of Python."""
        # ast-grep takes any text for a pattern and then finds nothing: a real parser has to look first.
        code = _METAVARIABLE.sub("_", pattern).strip()
        try:
            body = ast.parse(code).body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            what = getattr(error, "msg", None) or str(error)
            raise self.error(
                at,
                key,
                _("pattern {pattern} is not Python ({what}); $X stands for one node, $$$X for several").format(
                    pattern=shown(pattern), what=what
                ),
            ) from None
        if len(body) != 1:
            raise self.error(
                at, key, _("pattern {pattern} must be one statement or expression").format(pattern=shown(pattern))
            )

    def expression(self, at: str, key: str, text: str) -> None:
        """Refuse what is no regular expression."""
        try:
            re.compile(text)
        except (re.error, OverflowError, RecursionError) as error:
            raise self.error(
                at,
                key,
                _("{text} is not a regular expression: {error}; escape what is meant literally").format(
                    text=shown(text), error=error
                ),
            ) from None

    def threshold(self, at: str, key: str, value: Any) -> Threshold:
        """A level: a share of the limit, or a size."""
        if isinstance(value, str) and value.rstrip().endswith("%"):
            share = sizes.percent(value)
            if share is None:
                raise self.error(
                    at, key, _("{key!r} lies between 0% and 100% of the limit, or is a size").format(key=key)
                )
            return Threshold(percent=share)
        level = self.size(at, key, value, sizes.LEVEL)
        if not level:
            raise self.error(
                at, key, _("{key!r} lies above 0; accepted: {accepted}").format(key=key, accepted=_(sizes.LEVEL))
            )
        return Threshold(mb=level)

    def size(self, at: str, key: str, value: Any, accepted: str = sizes.SIZE) -> float:
        """A size in MB."""
        size = sizes.megabytes(value) if isinstance(value, str) else None
        if size is None:
            raise self.error(
                at,
                key,
                _("{key} = {value} is not a size; accepted: {accepted}").format(
                    key=key, value=shown(value), accepted=_(accepted)
                ),
            )
        return size

    def keep(self, at: str, key: str, value: Any) -> Keep:
        """How much of older runs is kept."""
        kept = sizes.kept(value) if isinstance(value, str) else None
        if kept is None:
            raise self.error(
                at,
                key,
                _("{key} = {value} is not understood; accepted: {accepted}").format(
                    key=key, value=shown(value), accepted=_(sizes.KEEP)
                ),
            )
        return Keep(*kept)

    def seconds(self, at: str, key: str, value: Any) -> float:
        """A number of seconds."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 86_400:  # noqa: PLR2004  # a day
            raise self.error(at, key, _("{key!r} is a number of seconds above 0, such as 1.0").format(key=key))
        return float(value)

    def text(self, at: str, key: str, value: Any) -> str:
        """A text that is not empty, and not too long for one."""
        if not isinstance(value, str) or not value:
            raise self.error(at, key, _("{key!r} is a text in quotes, not empty").format(key=key))
        if "\0" in value or len(value) > _LONGEST_TEXT:
            raise self.error(
                at,
                key,
                _("{key!r} is a text of at most {longest_text} characters, none of them NUL").format(
                    key=key, longest_text=_LONGEST_TEXT
                ),
            )
        return value

    def names(self, at: str, key: str, value: Any) -> tuple[str, ...]:
        """A list of dotted names."""
        if not isinstance(value, list) or not all(isinstance(name, str) and _NAME.fullmatch(name) for name in value):
            raise self.error(at, key, _('{key!r} is a list of dotted names, such as ["mylib.jit"]').format(key=key))
        return tuple(value)

    def language(self, at: str, key: str, value: Any) -> str:
        """One of ``LANGUAGES``."""
        if value not in LANGUAGES:
            raise self.error(
                at, key, _("{key!r} is one of: {languages}").format(key=key, languages=", ".join(LANGUAGES))
            )
        return str(value)

    def boolean(self, at: str, key: str, value: Any) -> bool:
        """True or false."""
        if not isinstance(value, bool):
            raise self.error(at, key, _("{key!r} is true or false").format(key=key))
        return value

    def expect(self, value: Any, kind: type, at: str, key: str, accepted: str) -> None:
        """Refuse what is of another *kind*; *accepted* says what should be there."""
        if not isinstance(value, kind):
            raise self.error(at, key, _("{key!r} must be {accepted}").format(key=key, accepted=accepted))

    def unknown(self, at: str, key: str, accepted: tuple[str, ...]) -> ConfigError:
        """The refusal of a key that nobody knows."""
        known = _("unknown key {key}; accepted: {keys}").format(key=shown(key), keys=", ".join(accepted))
        return self.error(at, key, known + did_you_mean(key, accepted))

    def error(self, at: str, key: str, message: str, at_table: str | None = None) -> ConfigError:
        """The refusal of a *key* in the table *at*, with the line on which it stands."""
        line = self.line(at, key) or self.line(at_table or at, "") or self.line(f"{at_table or at}#0", "")
        return ConfigError(message, Place(str(self.path), line))

    def line(self, at: str, key: str) -> int | None:
        """The line of a key, else of its table; None where that is not known."""
        return self.lines.get((at, key)) or self.lines.get((at, ""))
