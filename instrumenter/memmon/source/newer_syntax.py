"""Syntax that is newer than the running Python: recognised with libcst, which knows it all along.

A file for another interpreter can be instrumented all the same; only the proof by compiling is out of reach then.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from memmon.translation import _

if TYPE_CHECKING:
    import libcst as cst


def newer_syntax(source: bytes, error: SyntaxError) -> str | None:
    """What in *source* the running Python does not know yet, as "syntax of Python 3.N"; None for a plain mistake.

    *error* is what the running Python says: it must stand where such syntax does, so that a mistake in a file that
    has newer syntax elsewhere remains one.
    """
    import libcst as cst  # noqa: PLC0415  # slow, and needed for a source that does not compile only
    from libcst.metadata import MetadataWrapper, PositionProvider  # noqa: PLC0415  # slow, like libcst itself

    try:
        wrapper = MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True)
        places = wrapper.resolve(PositionProvider)
    except (cst.ParserSyntaxError, RecursionError, UnicodeDecodeError):
        return None
    line = error.lineno or 1
    for node, place in places.items():
        if place.start.line <= line <= place.end.line:
            version = _needs(node)
            if version is not None and version > sys.version_info[:2]:
                return _("syntax of Python {version}").format(version="{}.{}".format(*version))
    return None


def _needs(node: cst.CSTNode) -> tuple[int, int] | None:
    """The version of Python that brought the likes of *node*, as far as it is newer than the oldest supported."""
    import libcst as cst  # noqa: PLC0415  # imported by the caller already

    if isinstance(node, cst.TemplatedString):
        return 3, 14
    if isinstance(node, cst.ExceptHandler | cst.ExceptStarHandler) and isinstance(node.type, cst.Tuple):
        return (3, 11) if node.type.lpar else (3, 14)
    if isinstance(node, cst.TypeParam) and node.default is not None:
        return 3, 13
    if isinstance(node, cst.TypeAlias | cst.TypeParameters | cst.FormattedString):
        return 3, 12  # in an f-string, any expression with any quotes may stand since then
    if isinstance(node, cst.ExceptStarHandler) or (isinstance(node, cst.Index) and node.star):
        return 3, 11
    return None
