"""The preamble's code, in each form that a memmon has written, and how a form is filled in and found again."""

from __future__ import annotations

import re

from memmon.source import injected_text

_INSTALL = '__import__("memmon_runtime").install'
_STAND_IN = (
    '__import__("builtins").ALIAS = type("memmon_missing", (), {"through": lambda bracket, value, close: value,'
    ' **dict.fromkeys(("before", "after", "start", "end"), lambda *site, **levels: None)})'
)
_TELL_UNLESS_DISABLED = (
    'hasattr(__import__("builtins"), "ALIAS")'
    ' or __import__("os").environ.get("MEMMON_DISABLE", "0") not in ("", "0")'
    ' or __import__("sys").__stderr__'
    ' and print("memmon: nothing is recorded: %r; `memmon status` tells more (MEMMON_DISABLE=1 silences this)"'
    ' % __import__("sys").exc_info()[1], file=__import__("sys").__stderr__, flush=True)'
)
"""What was written before there was a switch for every line on stderr."""
_TELL = (
    'hasattr(__import__("builtins"), "ALIAS")'
    ' or any(__import__("os").environ.get(name, "0") not in ("", "0") for name in ("MEMMON_DISABLE", "MEMMON_QUIET"))'
    ' or __import__("sys").__stderr__'
    ' and print("memmon: nothing is recorded: %r; `memmon status` tells more (MEMMON_QUIET=1 silences this)"'
    ' % __import__("sys").exc_info()[1], file=__import__("sys").__stderr__, flush=True)'
)
"""Says once in a process that the runtime is missing; stderr may be closed, and print would take stdout then."""
_FIND = """\
    try:
        __import__("memmon_runtime")
    except ImportError:
        __import__("sys").path.append(__import__("os").path.realpath(__file__ + "HOME"))
        try:
            __import__("memmon_runtime")
        finally:
            __import__("sys").path.pop()
"""
"""Looks for the copy of the runtime where it stands: the program may be started from any folder, as ``-m`` does.
``sys.path`` is touched then alone, and a folder at its end hides nobody's module."""
_COUNTED_INSTALLED = f"""\
try:
    {_INSTALL}("ALIAS"SETTINGS)
except Exception:
    try:
        {_TELL}
    except Exception:
        pass
    {_STAND_IN}
"""
COUNTED = (_COUNTED_INSTALLED.replace("try:\n", f"try:\n{_FIND}", 1), _COUNTED_INSTALLED)
"""The two forms as they were before coverage.py left their clauses out."""
BESIDE, INSTALLED = (re.sub(r"(?m)^(try|except.*):$", rf"\1:{injected_text.UNCOUNTED}", form) for form in COUNTED)
BEFORE_QUIET = tuple(form.replace(_TELL, _TELL_UNLESS_DISABLED) for form in COUNTED)
"""The two forms as they were before ``MEMMON_QUIET``."""
OF_0_1 = f"""\
try:
    {_INSTALL}("ALIAS"SETTINGS)
except Exception:
    {_STAND_IN}
"""
"""What 0.1.0 wrote, whichever runtime was meant."""
_VALUE = rf"(?:{injected_text.TEXT}|{injected_text.NUMBER}|True|False|\([0-9, ]*\))"


def filled(code: str, alias: str, settings: str, home: str = "") -> str:
    """*code*, one of the forms above, as it stands in a file; *home* leads from the file to the copy's folder."""
    # The settings last: they are the user's, and may hold any word.
    return code.replace("HOME", home).replace("ALIAS", alias).replace("SETTINGS", settings)


def as_written(code: str, number: str) -> str:
    """A regular expression for *code* to the letter, whatever its settings; *number* tells its groups apart."""
    lines = re.escape(code.removesuffix("\n")).replace("\\\n", injected_text.NEWLINE)
    alias, same = f"(?P<alias{number}>{injected_text.ALIAS_PATTERN})", f"(?P=alias{number})"
    lines = lines.replace("ALIAS", alias, 1).replace("ALIAS", same)
    return lines.replace("SETTINGS", f"(?:, [a-z_]+={_VALUE})*").replace("HOME", rf"(?P<home{number}>(?:/\.\.)+)")
