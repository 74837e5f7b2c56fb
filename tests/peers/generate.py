"""Random programs that tell in which order everything in them runs.

A program is made of its seed alone. It ends by itself: loops are short, a function calls only those that were made
before it, and `tell` stops the program when it has been called too often. Expressions are of one type, int; what goes
wrong in one (a division by zero, an index) is part of the program.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PRELUDE = '''\
"""A program made at random."""
from __future__ import annotations

import asyncio
import contextlib
import functools
import sys
import traceback

told = 0
total = 5


class Enough(BaseException):
    """Ends a program that runs for too long."""


class Odd(Exception):
    """What the program raises itself."""


def tell(tag, value=0):
    global told
    told += 1
    if told > 400:
        raise Enough
    print(tag, value)
    return value


def traced(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        tell(function.__name__ + " called")
        return function(*args, **kwargs)

    return wrapper


@contextlib.contextmanager
def guard(value, swallowed=()):
    tell("enter", value)
    try:
        yield value + 1
    except swallowed as error:
        tell("swallowed " + type(error).__name__)
    finally:
        tell("leave", value)


class Gate:
    def __init__(self, value):
        self.value = value

    async def __aenter__(self):
        tell("aenter", self.value)
        await asyncio.sleep(0)
        return self.value

    async def __aexit__(self, kind, error, trace):
        tell("aexit", self.value)
        await asyncio.sleep(0)
        return kind is Odd
'''

_NAMES = ("a", "b", "c", "d", "e")
_ERRORS = ("ZeroDivisionError", "IndexError", "Odd", "(Odd, KeyError)", "ArithmeticError", "Exception", "ValueError")
_SIGNS = ("+", "+", "+", "-", "-", "&", "^", "%", "//")
_LENGTHS = (3, 3, 3, 3, 4)
"""Of a list of three: the fourth is an IndexError now and then."""
_DEEPEST = 3
_KINDS = ("function", "generator", "coroutine", "async generator")
_SHORTEST, _LONGEST = 2, 4


@dataclass(frozen=True)
class _Scope:
    """Where a piece of code stands, as far as it decides what may stand there."""

    kind: str
    """One of ``_KINDS``, ``module``, ``class``, or ``lazy`` inside a lambda or a comprehension."""
    names: tuple[str, ...]
    loop: bool = False
    final: bool = False
    """Inside a ``finally``, where leaving is a warning in newer Pythons."""
    depth: int = 0
    outer: tuple[str, ...] = ()
    """The names of the function around, which may be declared nonlocal."""

    def inner(self, *, loop: bool | None = None, final: bool | None = None) -> _Scope:
        return replace(
            self,
            depth=self.depth + 1,
            loop=self.loop if loop is None else loop,
            final=self.final if final is None else final,
        )

    def lazy(self, *names: str) -> _Scope:
        visible = () if self.kind == "class" else self.names
        return replace(self, kind="lazy", names=(*visible, *names, "total"))

    @property
    def can_await(self) -> bool:
        return self.kind in {"coroutine", "async generator"}

    @property
    def can_yield(self) -> bool:
        return self.kind in {"generator", "async generator"}

    @property
    def can_return(self) -> bool:
        return self.kind in _KINDS and not self.final


def program(seed: int) -> str:
    """The source of the program of ``seed``."""
    return _Maker(Random(seed)).program()


def _indented(lines: list[str], by: str = "    ") -> list[str]:
    return [by + line if line else line for line in lines]


class _Maker:
    """Makes one program; what was made before can be called by what comes after."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.tags = 0
        self.made: dict[str, list[str]] = {kind: [] for kind in (*_KINDS, "class")}

    def program(self) -> str:
        lines = [PRELUDE]
        for _ in range(self.random.randint(_SHORTEST, _LONGEST)):
            kind = self.random.choice((*_KINDS, "function", "class"))
            lines += ["", "", *(self._class() if kind == "class" else self._function(kind))]
        return "\n".join([*lines, "", "", *self._main(), ""])

    # -- small choices

    def _tag(self) -> str:
        self.tags += 1
        return f'"t{self.tags}"'

    def _often(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def _one(self, *makers: Callable[[], list[str]]) -> list[str]:
        return self.random.choice(makers)()

    # -- expressions

    def _int(self, scope: _Scope, depth: int = 0) -> str:
        """An expression that is an int, or raises."""
        if depth >= _DEEPEST or self._often(15 + 20 * depth):
            return self._leaf(scope)
        one = partial(self._int, scope, depth + 1)
        ways: list[Callable[[], str]] = [
            lambda: self._leaf(scope),
            lambda: f"tell({self._tag()}, {one()})",
            lambda: f"tell({self._tag()}, {one()})",
            lambda: f"({one()} {self.random.choice(_SIGNS)} {one()})",
            lambda: f"({one()} * {one()} % 97)",
            lambda: f"({one()} if {self._truth(scope, depth + 1)} else {one()})",
            lambda: f"({one()} {self.random.choice(('and', 'or'))} {one()})",
            lambda: f"int({self._truth(scope, depth + 1)})",
            lambda: f"[{one()}, {one()}, {one()}][{one()} % {self.random.choice(_LENGTHS)}]",
            lambda: f'len(f"{{{self._leaf(scope)}}}-{{{self._leaf(scope)}!r}}")',
            lambda: f"{{1: {one()}, 2: {one()}}}.get({one()} % 3, {one()})",
            lambda: self._lazy(scope, depth),
            lambda: self._call(scope, depth),
            lambda: self._call(scope, depth),
        ]
        if scope.kind not in {"lazy", "class"}:
            ways.append(lambda: f"({self.random.choice(_NAMES)} := {one()})")
        if scope.can_yield:
            ways.append(lambda: f"((yield {one()}) or {one()})" if scope.kind == "generator" else one())
        return self.random.choice(ways)()

    def _leaf(self, scope: _Scope) -> str:
        if scope.names and self._often(60):
            return self.random.choice(scope.names)
        return str(self.random.randrange(7))

    def _truth(self, scope: _Scope, depth: int = 1) -> str:
        one = partial(self._int, scope, depth + 1)
        return self.random.choice(
            (
                f"{one()} > {one()}",
                f"{one()} <= {one()} != {one()}",
                f"not {one()}",
                f"{one()} in ({one()}, {one()})",
                f"tell({self._tag()}, {one()}) % 2",
                f"any(tell({self._tag()}, x) > {self._leaf(scope)} for x in range(3))",
            )
        )

    def _lazy(self, scope: _Scope, depth: int) -> str:
        """Code that runs at another time, or more often, than the statement it stands in."""
        x = self._int(scope.lazy("x"), depth + 1)
        some = self.random.randint(0, 3)
        condition = self._truth(scope.lazy("x"), depth + 1)
        return self.random.choice(
            (
                f"sum([{x} for x in range({some})])",
                f"sum({x} for x in range({some}) if {condition})",
                f"len({{{x} for x in range({some})}})",
                f"sum({{x: {x} for x in range({some})}}.values())",
                f"sum(x + y for x in range({some}) for y in range(x) if {condition})",
                f"next((x for x in range(3) if {condition}), {self._int(scope, depth + 1)})",
                f"(lambda x, y={self._leaf(scope)}: {x} - y)({self._int(scope, depth + 1)})",
                f"max(range(1, 4), key=lambda x: {x})",
                f"sum(map(lambda x: {x}, (1, {some})))",
            )
        )

    def _default(self) -> str:
        """A parameter's default; one that raised would end the program before it began."""
        some = self.random.randint(0, 3)
        return self.random.choice(
            (f"{some}", f"tell({self._tag()}, {some})", f"sum([tell({self._tag()}, x) for x in range({some})])")
        )

    def _call(self, scope: _Scope, depth: int) -> str:
        """A call of something made before; a leaf where nothing fits."""
        argument = self._int(scope, depth + 1)
        ways = [f"{name}({argument})" for name in self.made["function"]]
        ways += [f"{name}({argument}, k={self._leaf(scope)})" for name in self.made["function"]]
        for name in self.made["generator"]:
            ways += [f"sum({name}({argument}))", f"next({name}({argument}), -1)", f"len([*{name}({argument})])"]
        for name in self.made["class"]:
            ways += [f"{name}({argument}).method({self._leaf(scope)})", f"{name}({argument}).size", f"{name}.made(3)"]
        if scope.can_await:
            ways += [f"(await {name}({argument}))" for name in self.made["coroutine"]]
            ways += [f"sum([x async for x in {name}({self._leaf(scope)})])" for name in self.made["async generator"]]
        return self.random.choice(ways) if ways else argument

    # -- statements

    def _block(self, scope: _Scope) -> list[str]:
        most = 3 if scope.depth < _DEEPEST - 1 else 1
        lines: list[str] = []
        for _ in range(self.random.randint(1, most)):
            lines += self._statement(scope)
        return lines

    def _statement(self, scope: _Scope) -> list[str]:
        simple = [self._assignment, self._assignment, self._expression, self._leaving, self._one_line]
        compound = [self._if, self._for, self._while, self._try, self._with, self._match, self._closure]
        makers = simple if scope.depth >= _DEEPEST or self._often(50) else compound
        return self.random.choice(makers)(scope)

    def _assignment(self, scope: _Scope) -> list[str]:
        value, name, other = self._int(scope), self.random.choice(_NAMES), self.random.choice(_NAMES)
        ways = [
            f"{name} = {value}",
            f"{name}, {other} = {value}, {self._int(scope)}",
            f"{name}, *rest = {value}, {self._leaf(scope)}, {self._leaf(scope)}",
            f"{name} = {other} = {value}",
            f"noted: int = {value}",
            f"box = [{value}, 2]; box[{self._leaf(scope)} % 3] += {self._int(scope)}",
            f"{name} = (\n    {value}\n)",
        ]
        if scope.kind != "class":
            ways += [f"{name} {sign} {value}" for sign in ("+=", "-=", "//=", "^=")]
        if scope.kind in _KINDS:
            ways += [f"del {name}; {name} = {value}", f"print(sorted(locals())[:5]); {name} = {value}"]
        if scope.can_yield and not scope.final:
            ways += [f"{name} = yield {value}" if scope.kind == "generator" else f"yield {value}"]
        return self.random.choice(ways).split("\n")

    def _expression(self, scope: _Scope) -> list[str]:
        ways = [f"tell({self._tag()}, {self._int(scope)})", f"print({self._int(scope)}, {self._int(scope)})"]
        if scope.can_yield:
            ways += [f"yield {self._int(scope)}"]
        if scope.kind == "generator":
            ways += [
                f"tell({self._tag()}, (yield from {name}({self._leaf(scope)})) or 0)" for name in self.made["generator"]
            ]
        if scope.can_await:
            ways += ["await asyncio.sleep(0)", "await asyncio.sleep(0)"]
        return [self.random.choice(ways)]

    def _leaving(self, scope: _Scope) -> list[str]:
        """A statement by which control leaves, behind a condition most of the time."""
        ways = [f"raise Odd({self._int(scope)})", f"assert {self._truth(scope)}, {self._tag()}"]
        ways += [f"raise Odd({self._leaf(scope)}) from KeyError({self._tag()})"]
        if scope.can_return:
            plain = scope.kind == "async generator"
            ways += ["return" if plain else f"return {self._int(scope)}"] * 3
            ways += ["return"] if scope.kind == "generator" else []
        if scope.loop and not scope.final:
            ways += ["break", "continue"]
        chosen = self.random.choice(ways)
        if self._often(70):
            return (
                [f"if {self._truth(scope)}: {chosen}"]
                if self._often(50)
                else [f"if {self._truth(scope)}:", f"    {chosen}"]
            )
        return [chosen]

    def _one_line(self, scope: _Scope) -> list[str]:
        first, second = (f"tell({self._tag()}, {self._int(scope)})" for _ in range(2))
        return self._one(
            lambda: [f"{first}; {second}"],
            lambda: [f"{first};"],
            lambda: [f"if {self._truth(scope)}: {first}; {second}"],
            lambda: [f"for i in range(2): {first}; pass", f"else: {second}"],
            lambda: ["pass"],
        )

    def _if(self, scope: _Scope) -> list[str]:
        lines = [f"if {self._truth(scope)}:", *_indented(self._block(scope.inner()))]
        if self._often(50):
            lines += [f"elif {self._truth(scope)}:", *_indented(self._block(scope.inner()))]
        if self._often(50):
            lines += ["else:", *_indented(self._block(scope.inner()))]
        return lines

    def _for(self, scope: _Scope) -> list[str]:
        some = self.random.randint(0, 3)
        heads = [
            f"for i in range({some}):",
            f"for {self.random.choice(_NAMES)}, i in enumerate([{self._int(scope)}] * 2):",
        ]
        heads += [f"for i in {name}({self._leaf(scope)}):" for name in self.made["generator"]]
        if scope.can_await:
            heads += [f"async for i in {name}({self._leaf(scope)}):" for name in self.made["async generator"]]
        lines = [self.random.choice(heads), *_indented(self._block(scope.inner(loop=True)))]
        if self._often(40):
            lines += ["else:", *_indented(self._block(scope.inner()))]
        return lines

    def _while(self, scope: _Scope) -> list[str]:
        turns = f"turns{scope.depth}"
        head = self.random.choice(
            (f"while ({turns} := {turns} - 1) > 0:", f"while {turns} > 0 and {self._truth(scope)}:")
        )
        if scope.kind == "class":
            head = f"while {turns} > 0 and {self._truth(scope)}:"
        lines = [f"{turns} = {self.random.randint(0, 3)}", head]
        lines += _indented([f"{turns} -= 1", *self._block(scope.inner(loop=True))])
        if self._often(40):
            lines += ["else:", *_indented(self._block(scope.inner()))]
        return lines

    def _try(self, scope: _Scope) -> list[str]:
        lines = ["try:", *_indented(self._block(scope.inner()))]
        handled = self._often(80)
        if handled:
            named = f"except {self.random.choice(_ERRORS)} as error:"
            lines += [named, f"    tell({self._tag()} + type(error).__name__)", *_indented(self._block(scope.inner()))]
            if self._often(30):
                lines += ["else:", *_indented(self._block(scope.inner()))]
        if not handled or self._often(40):
            lines += ["finally:", *_indented(self._block(scope.inner(final=True, loop=False)))]
        return lines

    def _with(self, scope: _Scope) -> list[str]:
        heads = [
            f"with guard({self._int(scope)}) as {self.random.choice(_NAMES)}:",
            f"with guard({self._leaf(scope)}, Odd), guard({self._leaf(scope)}, ArithmeticError):",
            f"with (\n    guard({self._leaf(scope)}, Exception),\n    guard({self._leaf(scope)}) as i,\n):",
        ]
        if scope.can_await:
            heads += [f"async with Gate({self._int(scope)}) as {self.random.choice(_NAMES)}:"] * 2
        return [*self.random.choice(heads).split("\n"), *_indented(self._block(scope.inner()))]

    def _match(self, scope: _Scope) -> list[str]:
        lines = [f"match ({self._int(scope)}, {self._leaf(scope)}):"]
        cases = [f"case (0, i) if {self._truth(scope)}:", f"case ({self.random.randrange(4)} | 5, _):", "case (i, j):"]
        for case in cases:
            lines += _indented([case, *_indented(self._block(scope.inner()))])
        return lines

    def _closure(self, scope: _Scope) -> list[str]:
        """A function in a function, which changes the outer one's names and is called at once or later."""
        if scope.kind not in _KINDS or not scope.outer:
            return self._if(scope)
        inside = replace(scope, kind="function", loop=False, final=False, depth=scope.depth + 1, outer=())
        head = [f"def inner(f, g={self._default()}):", "    nonlocal a, b, c, d, e"]
        if self._often(40):
            head.insert(0, "@traced")
        call = self.random.choice(("tell({}, inner({}) or 0)", "a = (lambda: inner({1}) or 0)()", "inner({1})"))
        return [*head, *_indented(self._block(inside)), call.format(self._tag(), self._leaf(scope))]

    # -- definitions

    def _function(self, kind: str) -> list[str]:
        number = sum(map(len, self.made.values()))
        name = f"{kind.replace(' ', '_')}_{number}"
        scope = _Scope(kind, (*_NAMES, "n", "total"), outer=_NAMES)
        keyword = "async def" if "async" in kind or kind == "coroutine" else "def"
        head = [f"{keyword} {name}(n, k={self._default()}):"]
        if self._often(25):
            head.insert(0, "@traced")
        body = ['"""Made at random."""'] if self._often(30) else []
        body += [f"{', '.join(_NAMES)} = n, k, {self.random.randrange(9)}, 1, 2", f"tell({self._tag()}, n)"]
        body += self._block(scope) + self._block(scope)
        if "generator" in kind:
            body += ["yield n"]
        elif self._often(80):
            body += [f"return {self._int(scope)}" if self._often(70) else "return(n)"]
        else:
            body += ["return a if a else 1"]
        self.made[kind].append(name)
        return [*head, *_indented(body)]

    def _class(self) -> list[str]:
        number = sum(map(len, self.made.values()))
        name = f"Class_{number}"
        base = self.random.choice(self.made["class"]) if self.made["class"] else ""
        own = _Scope("class", ("total",), depth=1)
        method = _Scope("function", (*_NAMES, "n"), depth=1, outer=_NAMES)
        start = [f"{', '.join(_NAMES)} = n, 1, 2, 3, self.n"]
        lines = [f"class {name}{f'({base})' if base else ''}:"]
        body = ["a = b = c = d = e = 1", f"tell({self._tag()})"]
        body += ["try:", *_indented(self._block(own)), "except Exception as error:", "    print(error)", ""]
        body += ["def __init__(self, n):", *(["    super().__init__(n + 1)"] if base else []), "    self.n = n", ""]
        body += ["def method(self, n):", *_indented([*start, *self._block(method)]), "    return self.n + n", ""]
        body += ["@property", "def size(self):", f"    n = {self.random.randrange(5)}"]
        body += [*_indented([*start, *self._block(method)]), "    return self.n", ""]
        body += [
            "@classmethod",
            "def made(cls, n):",
            f"    return cls(n).n + len(__class__.__name__) + {self._int(method.lazy())}",
        ]
        self.made["class"].append(name)
        return [*lines, *_indented(body)]

    # -- the program itself

    def _main(self) -> list[str]:
        lines: list[str] = []
        for name in self.made["function"]:
            lines += self._tried([f"print({name}({self.random.randrange(6)}))"])
        for name in self.made["class"]:
            lines += self._tried(
                [f"print({name}(2).method({self.random.randrange(6)}), {name}(1).size, {name}.made(0))"]
            )
        for name in self.made["generator"]:
            lines += self._tried([f"print(list({name}(3)))"])
            lines += self._tried(
                [
                    f"running = {name}(1)",
                    "print(next(running))",
                    "print(running.send(4))",
                    f"print(running.throw({self.random.choice(('Odd(1)', 'ValueError(2)'))}))",
                    "running.close()",
                ]
            )
        tasks = [f"{name}({self.random.randrange(5)})" for name in self.made["coroutine"]]
        tasks += [f"gathered({name}(2))" for name in self.made["async generator"]]
        lines += _ASYNC.format("".join(f"{task}, " for task in tasks)).splitlines()
        lines += self._tried(["asyncio.run(main())"])
        lines += self._tried(self._block(_Scope("module", ("total",), depth=1)), before="a = b = c = d = e = 1")
        lines += [self.random.choice(_LAST)]
        return lines

    def _tried(self, body: list[str], before: str = "") -> list[str]:
        lines = [before] if before else []
        return [*lines, "told = 0", "try:", *_indented(body), "except BaseException:", "    traceback.print_exc()"]


_ASYNC = """
async def gathered(many):
    return [x async for x in many]


async def main():
    print(await asyncio.gather({0}return_exceptions=True))
    for task in [asyncio.ensure_future(one) for one in ({0})]:
        await asyncio.sleep(0)
        print(task.cancel())
        print(await asyncio.gather(task, return_exceptions=True))

"""
_LAST = ("", "", "sys.exit(3)", "raise Odd(total)", "raise SystemExit('done')", "assert total < 0, 'the end'")
