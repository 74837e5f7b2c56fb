"""Prove: nothing is written that was not shown to compile and to be reversible byte for byte."""

from __future__ import annotations

import warnings

from memmon.errors import Place, ProofError, SourceError
from memmon.source import preamble
from memmon.source.newer_syntax import newer_syntax
from memmon.source.strip import strip
from memmon.source.text import decode
from memmon.translation import _


def prove_reversible(original: bytes, output: bytes, path: str) -> None:
    """Raise :class:`ProofError` unless taking out what was injected gives *original* back to the byte."""
    if preamble.version_in(output) is None or strip(output, path) != original:
        raise ProofError(
            _("the change could not be taken back byte for byte, so it was not made: please report this file"),
            Place(path),
        )


def compiles(source: bytes, path: str) -> SyntaxError | None:
    """Why this Python can't compile *source*; None where it can."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the user's own warnings are not ours to print
            compile(source, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return SyntaxError(str(error) or type(error).__name__)
    return None


def refuse_unparsable(source: bytes, path: str) -> str | None:
    """What in *source* is newer than the running Python, as "syntax of Python 3.N"; None where all of it compiles.

    Raises :class:`SourceError` with file, line and column where *source* is not valid Python, or can't be decoded.
    """
    error = compiles(source, path)
    if error is None:
        return None
    decode(source, path)  # says better what is wrong where it is the encoding
    newer = newer_syntax(source, error)
    if newer is None:
        raise SourceError(
            _("is not valid Python here: {why}; correct it first (it is untouched)").format(why=error.msg),
            Place(path, error.lineno, error.offset),
        )
    return newer


def prove_parsable(output: bytes, path: str) -> None:
    """Raise :class:`ProofError` unless libcst can parse *output*: the proof where this Python can't compile it."""
    import libcst as cst  # noqa: PLC0415  # slow, and hardly ever needed here

    try:
        cst.parse_module(output)
    except (cst.ParserSyntaxError, RecursionError) as error:
        reason = str(error).splitlines()[0]
        raise ProofError(
            _("libcst can't parse the result ({why}), so nothing was changed").format(why=reason), Place(path)
        ) from None
