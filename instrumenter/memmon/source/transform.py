"""Transform: rewrite one small region with a libcst transformer.

A region is never more than one simple statement or one expression, given alone; what surrounds it is not parsed. Calls
on lines of their own rewrite nothing, so they need none of this.

``FORMS`` is the table of ways in which a checkpoint can stand in a region. To add one:

1. write its transformer here, a class below :class:`_Form`, and enter it in ``FORMS``;
2. let ``Placer`` in :mod:`memmon.source.place` choose it, for the nodes that it is meant for;
3. if it injects text that no other form does, add that to :func:`memmon.source.injected_text.injected`, which finds
   what is to be taken out again;
4. add a folder under ``fixtures/`` with ``before.py`` and ``memmon.toml``, let ``tests/source/update_fixtures.py``
   write its ``after.py``, and read that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import libcst as cst

DEEPEST = 500
"""Levels of nesting that libcst is not asked to try: it would recurse out, after a time that is quadratic in them."""

TOO_DEEP = "it is nested too deeply for libcst"


class CantRewrite(Exception):  # noqa: N818  # not an error of the user's: it becomes a refusal of the site
    """libcst can't read the region; the message says why, in a clause."""


@dataclass(frozen=True)
class Through:
    """``runtime.through(bracket, (value), close)``, without the value."""

    runtime: str
    bracket: str
    close: str


@dataclass(frozen=True)
class Checkpoints:
    """What one region gets, as source text.

    ``before`` and ``after`` are calls in the order in which they run; ``through`` are the pass-through forms around
    the region's value, the outermost first.
    """

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    through: tuple[Through, ...] = ()


class _Form(cst.CSTTransformer):
    """One way to put checkpoints into a region; visits the region's outermost statement only."""

    def __init__(self, checkpoints: Checkpoints) -> None:
        super().__init__()
        self.checkpoints = checkpoints

    def visit_Lambda(self, node: cst.Lambda) -> bool:
        return False

    def _wrapped(self, value: cst.BaseExpression, *, parenthesised: bool = False) -> cst.BaseExpression:
        for form in reversed(self.checkpoints.through):
            if not parenthesised:
                value = value.with_changes(lpar=[cst.LeftParen(), *value.lpar], rpar=[*value.rpar, cst.RightParen()])
            parenthesised = False
            call = _expression(f"{form.runtime}.through({form.bracket}, (_), {form.close})")
            bracket, middle, close = cst.ensure_type(call, cst.Call).args
            value = call.with_changes(args=[bracket, middle.with_changes(value=value), close])
        return value


class Inline(_Form):
    """``before; statement; after`` where the statement shares its line."""

    def leave_SimpleStatementLine(
        self,
        original_node: cst.SimpleStatementLine,
        updated_node: cst.SimpleStatementLine,
    ) -> cst.SimpleStatementLine:
        """Put the calls into the same line."""
        before, after = (
            [cst.Expr(_expression(call)) for call in side] for side in (self.checkpoints.before, self.checkpoints.after)
        )
        body: list[cst.BaseSmallStatement] = [*before, *updated_node.body, *after]
        separator = cst.Semicolon(whitespace_after=cst.SimpleWhitespace(" "))
        joined = [part.with_changes(semicolon=separator) for part in body[:-1]]
        return updated_node.with_changes(body=[*joined, body[-1]])


class Value(_Form):
    """The value of a ``return``, ``raise`` or ``yield`` goes through the runtime before control leaves."""

    def visit_Return(self, node: cst.Return) -> bool:
        return False

    def leave_Return(self, original_node: cst.Return, updated_node: cst.Return) -> cst.Return:
        """``return through(…, (value), …)``."""
        assert updated_node.value is not None  # noqa: S101  # chosen only where there is a value
        return updated_node.with_changes(value=self._wrapped(updated_node.value))

    def visit_Raise(self, node: cst.Raise) -> bool:
        return False

    def leave_Raise(self, original_node: cst.Raise, updated_node: cst.Raise) -> cst.Raise:
        """``raise through(…, (exception), …)``."""
        assert updated_node.exc is not None  # noqa: S101  # chosen only where there is an exception
        return updated_node.with_changes(exc=self._wrapped(updated_node.exc))

    def visit_Yield(self, node: cst.Yield) -> bool:
        return False

    def leave_Yield(self, original_node: cst.Yield, updated_node: cst.Yield) -> cst.Yield:
        """``yield through(…, (value), …)``."""
        assert isinstance(updated_node.value, cst.BaseExpression)  # noqa: S101  # chosen only where there is a value
        return updated_node.with_changes(value=self._wrapped(updated_node.value))


class Expression(_Form):
    """The whole expression goes through the runtime; it arrives here in parentheses of ours."""

    def visit_Expr(self, node: cst.Expr) -> bool:
        return False

    def leave_Expr(self, original_node: cst.Expr, updated_node: cst.Expr) -> cst.Expr:
        """``through(…, (expression), …)``."""
        return updated_node.with_changes(value=self._wrapped(updated_node.value, parenthesised=True))


FORMS: dict[str, type[_Form]] = {
    "inline": Inline,
    "value": Value,
    "expression": Expression,
}


@lru_cache(maxsize=1024)
def rewrite(form: str, region: str, checkpoints: Checkpoints) -> str:
    """Put *checkpoints* into *region*, the text of one simple statement or expression.

    Raises :class:`CantRewrite` where libcst can't parse the region alone or recurses out on it.
    """
    transformer = FORMS[form](checkpoints)
    try:
        module = cst.parse_module(f"({region})" if form == "expression" else region)
        if len(module.body) != 1 or not isinstance(module.body[0], cst.SimpleStatementLine):
            raise CantRewrite("libcst reads it as more than one statement")
        return module.visit(transformer).code
    except cst.ParserSyntaxError as error:
        raise CantRewrite(f"libcst can't parse it ({error.message.splitlines()[0]})") from None
    except RecursionError:
        raise CantRewrite(TOO_DEEP) from None


@lru_cache(maxsize=256)
def _expression(code: str) -> cst.BaseExpression:
    return cst.parse_expression(code)
