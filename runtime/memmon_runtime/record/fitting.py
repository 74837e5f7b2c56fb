"""Text that fits: into so many columns of a terminal, where a Chinese character takes two, onto one line, into JSON."""

from __future__ import annotations

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

COLUMNS = 100
"""A line of the log that is no checkpoint's is no wider than this, where its names allow it."""
LONGEST = 200
"""No line of the log has more characters."""
_MOST_NAME = 60
_MOST_PATH = 60
_ELLIPSIS = 2
"""Columns of an ellipsis, which some terminals show as wide as a Chinese character."""
_WIDE_FROM = "\u1100"
_COMPREHENSIONS = ("<listcomp>", "<genexpr>", "<dictcomp>", "<setcomp>")
_ESCAPES = {code: f"\\u{code:04x}" for code in range(32)}
_ESCAPES.update({ord('"'): '\\"', ord("\\"): "\\\\", ord("\n"): "\\n"})
"""What stands in JSON's strings for the characters that would end one, or that it does not allow."""


def columns(text: str) -> int:
    """How many columns a terminal takes for ``text``: two for what is as wide as a Chinese character."""
    return len(text) + sum(char >= _WIDE_FROM for char in text)


def end_of(text: str, most: int) -> str:
    """``text`` where it has no more than ``most`` columns, else its end behind an ellipsis."""
    if len(text) <= most and columns(text) <= most:
        return text
    end = text[-most:] if most > 0 else ""  # of an argument of megabytes the rest is not even counted
    while end and columns(end) + _ELLIPSIS > most:
        end = end[1:]
    return "…" + end


def start_of(text: str, most: int) -> str:
    """``text`` where it has no more than ``most`` columns, else its beginning before an ellipsis."""
    if len(text) <= most and columns(text) <= most:
        return text
    start = text[: max(most, 0)]
    while start and columns(start) + _ELLIPSIS > most:
        start = start[:-1]
    return start + "…"


def one_line(text: str) -> str:
    """``text`` with an underscore for each character that would end a line, move the cursor or be written as several.

    The last are lone surrogates: bytes of a file's name that are no UTF-8.
    """
    return "".join(
        "_" if c < " " or "\x7f" <= c <= "\x9f" or c in "\u2028\u2029" or "\ud800" <= c <= "\udfff" else c for c in text
    )


def short_name(name: str) -> str:
    """The name of a site as the lines of the log print it."""
    return one_line(start_of(name, _MOST_NAME))


def short_function(name: str) -> str:
    """A function's qualified name without what says nothing to a reader: ``load`` for ``load.<locals>.<listcomp>``."""
    parts = [part for part in name.split(".<locals>.") if part not in _COMPREHENSIONS]
    return one_line(".".join(parts) or name)


def short_path(file: str, target: str) -> str:
    """A file as the lines of the log print it: from the folder of the program ``target`` on where it is below that."""
    folder = target[: target.rfind("/") + 1]
    if folder and file.startswith(folder):
        file = file[len(folder) :]
    file = one_line(file)
    return file if len(file) <= _MOST_PATH else "…" + file[1 - _MOST_PATH :]


def to_json(value: object) -> str:
    """JSON of plain values; Chinese stays readable, lone surrogates become escapes.

    Not by the `json` package, nor by what it wraps: either would be loaded into every program.
    """
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.translate(_ESCAPES).encode("utf-8", "backslashreplace").decode("utf-8") + '"'
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{to_json(str(k))}: {to_json(v)}" for k, v in value.items()) + "}"
    return "[" + ", ".join(map(to_json, value)) + "]"  # type: ignore[call-overload]
