"""The preamble: the import of the runtime that fails open, with the settings, between two marker lines."""

from __future__ import annotations

import ast
import codecs
import hashlib
import io
import json
import re
import tokenize
import warnings
from dataclasses import dataclass

from memmon import __version__
from memmon.errors import SourceError
from memmon.model import Settings
from memmon.source import injected_text
from memmon.source.injected_text import NEWLINE
from memmon.source.preamble_code import BEFORE_QUIET, BESIDE, COUNTED, INSTALLED, OF_0_1, as_written, filled
from memmon.source.text import decode

_TOLD = "put in by `memmon instrument`; `memmon restore` takes it out"
_OPEN = f"# >>> memmon {__version__} >>> {_TOLD}"
_DIGEST = "# the original's sha256: "
_CLOSE = "# <<< memmon <<<"
_START = b"# >>> memmon "
_MARK = re.compile(r"(?<![^\r\n])# >>> memmon (\S+) >>>")
_HEAD = rf"{_MARK.pattern} {_TOLD}{NEWLINE}(?:{re.escape(_DIGEST)}(?P<digest>[0-9a-f]{{64}}){NEWLINE})?"


_FORMS = (BESIDE, INSTALLED, *COUNTED, *BEFORE_QUIET, OF_0_1)
_BLOCK = re.compile(
    rf"{_HEAD}(?:{'|'.join(as_written(form, str(number)) for number, form in enumerate(_FORMS))}){NEWLINE}"
    rf"{_CLOSE}(?: (?P<joint>{injected_text.TEXT}))?(?P<end>{NEWLINE}|\Z)"
)
"""What :func:`render` writes, to the letter: a line of the user's own in the midst of it is not taken out with it."""
_FORMATTED = re.compile(rf"{_HEAD}(?P<code>.*?){NEWLINE}{_CLOSE}(?:{NEWLINE}|\Z)", re.DOTALL)
_HOME = re.compile(r"""__file__\s*\+\s*['"]((?:/\.\.)+)['"]""")


@dataclass(frozen=True)
class Block:
    """A preamble as it stands in a text."""

    start: int
    end: int
    alias: str
    instead: str | None
    """What stood in its place where it begins with a line end of its own: what joined two statements, or nothing."""
    digest: str | None = None
    """What :func:`digest_of` gave for what the backup holds; None where memmon 0.1.0 wrote the preamble."""
    beside: bool = False
    """Whether it looks for a copy of the runtime beside the file."""


@dataclass(frozen=True)
class Beside:
    """What memmon keeps beside the file, or is to put there."""

    digest: str
    """Of what the backup holds."""
    levels: int | None = 0
    """How many folders above the file's own the runtime's copy stands; None where the installed one is meant."""


@dataclass(frozen=True)
class Lines:
    """The numbers of lines that the runtime is told."""

    added: tuple[int, ...]
    """Of the new file, those that were injected: the runtime needs them to speak of the original's lines."""
    exact: tuple[int, ...]
    """Of the original, those whose sites never stand down."""


def digest_of(original: bytes) -> str:
    """What a preamble keeps of *original*, to be known again by."""
    return hashlib.sha256(original).hexdigest()


def render(
    settings: Settings,
    dialect: injected_text.Dialect,
    lines: Lines,
    newline: str,
    beside: Beside,
) -> str:
    """The preamble's lines, without a line end behind the last."""
    options = {
        "warning": str(settings.warning),
        "critical": str(settings.critical),
        "interval": settings.interval,
        "log_dir": settings.log_dir,
        "language": settings.language,
    }
    arguments = "".join(f", {key}={json.dumps(value, ensure_ascii=False)}" for key, value in options.items())
    arguments = arguments.encode(dialect.encoding, "backslashreplace").decode(dialect.encoding)
    settled = f"{arguments}, peak={settings.peak}, added={_numbers(lines.added)}"
    # A runtime of before there was a word for something is told of it only where it is asked for.
    if settings.keep != Settings.keep:
        settled += f', keep="{settings.keep}"'
    if lines.exact:
        settled += f", exact={_numbers(lines.exact)}"
    if beside.levels is None:
        code = filled(INSTALLED, dialect.alias, settled)
    else:
        code = filled(BESIDE, dialect.alias, settled, "/.." * (beside.levels + 1))
    return newline.join((_OPEN, _DIGEST + beside.digest, *code.splitlines(), _CLOSE))


def _numbers(numbers: tuple[int, ...]) -> str:
    return f"({''.join(f'{number}, ' for number in numbers).strip()})"


def close_with(joint: str) -> str:
    """What to append to the last line where the preamble replaced *joint* (nothing, at an unended file's end)."""
    return f" {json.dumps(joint)}"


def version_in(source: bytes) -> str | None:
    """The version of memmon whose preamble stands in *source*; None where there is none.

    A marker inside a string (this project's own tests have such) is not one.
    """
    if _START not in source:
        return None
    try:
        text = decode(source, "<source>").text
    except SourceError:
        text = source.removeprefix(codecs.BOM_UTF8).decode("latin-1")
    found = _opening(text)
    return found[1] if found else None


def _opening(text: str) -> re.Match[str] | None:
    """The marker with which the preamble in *text* begins."""
    for found in _MARK.finditer(text):
        if _parses(text[: found.start()]):
            return found
        # Somebody may be in the midst of an edit above it; in a text that parses, it stands in a string.
        if (_BLOCK.match(text, found.start()) or _FORMATTED.match(text, found.start())) and not _parses(text):
            return found
    return None


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def find(text: str) -> Block | None:
    """The preamble in *text*, if there is one that is as memmon wrote it."""
    opening = _opening(text)
    found = _BLOCK.match(text, opening.start()) if opening else None
    if found is None:
        return None
    groups = found.groupdict()
    alias = next(text for name, text in groups.items() if name.startswith("alias") and text)
    kept = found["digest"], any(text for name, text in groups.items() if name.startswith("home"))
    if found["joint"] is None:
        return Block(found.start(), found.end(), alias, None, *kept)
    before = re.search(rf"{NEWLINE}\Z", text[max(0, found.start() - 2) : found.start()])
    start = found.start() - len(before[0]) if before else found.start()
    instead = json.loads(found["joint"])
    return Block(start, found.end() if instead else found.start("end"), alias, instead, *kept)


def block_in(source: bytes) -> Block | None:
    """The preamble in *source*, as memmon wrote it or as a formatter left it; None where there is none that is whole.

    Raises :class:`~memmon.errors.SourceError` where the file can't be decoded.
    """
    if version_in(source) is None:
        return None
    text = decode(source, "").text
    return find(text) or find_formatted(text)


def find_formatted(text: str) -> Block | None:
    """The preamble in *text* as a formatter may have left it: the same code, and nothing else, between its markers."""
    opening = _opening(text)
    found = _FORMATTED.match(text, opening.start()) if opening else None
    if found is None:
        return None
    code = re.sub(NEWLINE, "\n", found["code"])
    home = _HOME.search(code)
    alias = _alias_of(code, home[1] if home else "")
    return Block(found.start(), found.end(), alias, None, found["digest"], home is not None) if alias else None


def _alias_of(code: str, home: str) -> str | None:
    """The alias that *code* installs; None where it is not the preamble's code alone, comments counted."""
    try:
        tree = ast.parse(code)
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
        (guarded,) = tree.body
        install = guarded.body[-1]  # type: ignore[attr-defined]  # what is no such statement is not ours
        alias = ast.literal_eval(install.value.args[0])
        values = {keyword.arg: ast.literal_eval(keyword.value) for keyword in install.value.keywords}
    except (SyntaxError, ValueError, AttributeError, IndexError, TypeError, tokenize.TokenError):
        return None
    settings = "".join(f", {name}={value!r}" for name, value in values.items())
    if not re.fullmatch(injected_text.ALIAS_PATTERN, str(alias)) or any(
        token.type == tokenize.COMMENT and token.string != injected_text.UNCOUNTED.strip() for token in tokens
    ):
        return None
    ours = (filled(form, alias, settings, home) for form in _FORMS)
    return alias if ast.dump(tree) in (ast.dump(ast.parse(form)) for form in ours) else None
