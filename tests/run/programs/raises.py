#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""Raises in every sort of place; one place a run, or all of them, caught and printed."""

from __future__ import annotations

import sys
import traceback

总数 = 0; 名字 = "价格"; PLACES = {}


def place(function):
    PLACES[function.__name__] = function
    return function


def boom(*ignored, **also):
    """Raise."""
    values = [1, 2, 3]; return values[len(ignored) + 10]


@place
def in_call():
    x = 1
    y = boom(x, [n for n in range(3)], key="中文") + 1
    return y


@place
def in_return():
    return boom(1, 2) + 1


@place
def in_return_of_pair():
    return 1, boom(2), 3


@place
def over_lines():
    总数 = [
        1,
        boom("中文", 名字) + 2,
    ]
    return 总数


@place
def in_comprehension():
    found = {n: boom(n) for n in range(2) if n >= 0}
    return found


@place
def in_generator():
    return list(boom(n) for n in (1, 2))


@place
def in_lambda():
    f = lambda x, y=2: (x + y) / (名字 and 0)
    return f(1)


@place
def in_condition():
    if 总数 == 0 and boom(名字):
        return 1
    elif boom():
        return 2


@place
def in_while():
    n = 2
    while n := n - 1:
        总 = 1 / n
    while not boom(n): pass


@place
def in_one_line():
    a = 1; b = a + 1; c = b / 0; d = c


@place
def in_fstring():
    value = f"{名字} {boom(1):>10} {'x' * 3}"
    return f"{value}"


@place
def in_long_fstring():
    value = f"""
    {名字}
    {boom(
        2)}
    """
    return value


@place
def in_attribute():
    names = None; return names.price.open(1)(2)


@place
def in_subscript():
    table = {"a": {"b": None}}
    return table["a"]["b"]["c"]


@place
def in_operators():
    a, b = "价", 2
    return (a * b) + (b ** b) + a


@place
def in_unpacking():
    a, (b, *c) = 1, boom()
    return a, b, c


@place
def in_augmented():
    n = 1
    n += boom(n, *[1, 2], **{"k": 3})
    return n


@place
def in_with():
    with open("/nowhere/价格.json") as f, boom() as g:
        return f, g


@place
def in_try():
    try:
        config = boom(1)
    except IndexError as error:
        other = {}["价格"]
    finally:
        done = True
    return config


@place
def reraised():
    try:
        return boom()
    except IndexError as error:
        raise ValueError(f"bad {名字}") from error


@place
def in_finally():
    try:
        return 1
    finally:
        n = boom(3)


@place
def in_class_body():
    class Bad:
        size = 1; other = boom(size)

    return Bad


@place
def in_decorator():
    @boom
    def f():
        pass

    return f


@place
def in_default():
    def f(a, b=boom(1), *, c=2):
        return a

    return f


@place
def in_assert():
    n = 0; assert n == len([1, 2]), f"{n} 个"


@place
def in_nested_call():
    return sorted([3, 1, 2], key=lambda n: boom(n))


@place
def in_yielding():
    def numbers():
        yield 1
        n = yield boom(1)
        yield n

    return list(numbers())


@place
def in_coroutine():
    import asyncio

    async def inner():
        await asyncio.sleep(0)
        return await outer(boom(1))

    async def outer(n):
        return n

    return asyncio.run(inner())


@place
def in_recursion():
    def down(n):
        return down(n - 1) if n else boom(n)

    return down(4)


@place
def in_exec():
    code = "n = 1\nm = n / 0"
    return exec(code)


@place
def in_method():
    class Bot:
        @property
        def price(self): return self._价格

        def run(self):
            return self.price + 1

    return Bot().run()


@place
def grouped():
    return boom(1) if (
        名字) else boom(
        2,
    )


@place
def in_delete():
    table = {}; del table["价格"]


@place
def exits():
    sys.exit("stopped: 价格")


def main():
    if len(sys.argv) > 1:
        return PLACES[sys.argv[1]]()
    for name, function in PLACES.items():
        try:
            function()
        except BaseException:
            print(name)
            traceback.print_exc(file=sys.stdout)
            for frame in traceback.walk_tb(sys.exc_info()[2]):
                print(frame[1], frame[0].f_code.co_name, frame[0].f_code.co_firstlineno)


result = main()
