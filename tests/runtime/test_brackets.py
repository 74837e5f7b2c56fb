"""Brackets pair by thread, calling frame and site: recursion, generators, tasks, threads, exceptions."""

from __future__ import annotations

import re


def totals(left):
    """The totals, by the order of the sites."""
    (sites,) = left.told("totals")
    return [(site["opened"], site["closed"], site["left"]) for site in sites]


def growth(left, name):
    """The growths between the opening and the closing of one site, in MB."""
    found = []
    for line in left.lines:
        if line["name"] == name:
            own = re.search(r"growth=([+-]\d+\.\d+)MB", line["more"])
            found.append(float(own[1] if own else line["step"]))
    return found


def test_recursion_pairs_each_call_with_itself(every_python):
    """Of nested calls each END is measured from its own START."""
    left = every_python.run("""
        kept = []
        def f(n):
            __memmon__.start("f", 2)
            kept.append(bytearray(10 << 20))
            if n:
                f(n - 1)
            return __memmon__.through(("f", 2, None, None), (n), __memmon__.end)
        f(3)
    """)
    assert left.status == 0, left.stderr
    assert [round(mb, -1) for mb in growth(left, "f_END")] == [10, 20, 30, 40]
    assert totals(left) == [(4, 4, 0)]


def test_generators_that_take_turns_do_not_mix(every_python):
    """Two generators of one function, advanced in turn; each bracket spans its own yields."""
    left = every_python.run("""
        kept = []
        def g(size):
            __memmon__.start("g", 2)
            kept.append(bytearray(size << 20))
            yield 1
            yield 2
            __memmon__.end("g", 2)
        a, b = g(10), g(30)
        next(a); next(b); next(a); next(b)
        print(next(a, "end"), next(b, "end"))
    """)
    assert (left.status, left.stdout) == (0, "end end\n"), left.stderr
    assert [round(mb, -1) for mb in growth(left, "g_END")] == [40, 30]
    assert totals(left) == [(2, 2, 0)]


def test_an_abandoned_generator_is_left(every_python):
    """Thrown away, closed, or ended by an exception: each is told as soon as something else is passed."""
    left = every_python.run("""
        def g():
            __memmon__.start("g", 1)
            yield 1
            __memmon__.end("g", 1)
        for _ in g():
            break
        it = g(); next(it); it.close()
        it = g(); next(it)
        try:
            it.throw(KeyError)
        except KeyError:
            pass
        del it
        __memmon__.before("next", 11)
        __memmon__.after("next", 11)
    """)
    assert left.status == 0, left.stderr
    assert totals(left) == [(3, 0, 3), (1, 1, 0)]
    assert left.names.index("next_BEFORE") > left.names.index("g_LEFT")
    assert left.names.count("g_LEFT") == 3


def test_a_traceback_names_the_line_that_raised(every_python):
    """Where a bracket is open in a generator or coroutine, as anywhere else."""
    left = every_python.run("""
        import asyncio, traceback
        def generator():
            __memmon__.before("generator", 3)
            yield 1
            int("generator")
        async def coroutine():
            __memmon__.before("coroutine", 7)
            await asyncio.sleep(0)
            int("coroutine")
        async def agen():
            __memmon__.before("agen", 11)
            yield 1
            int("agen")
        async def drain():
            async for _ in agen():
                pass
        for run in (lambda: list(generator()), lambda: asyncio.run(coroutine()), lambda: asyncio.run(drain())):
            try:
                run()
            except ValueError as error:
                print(traceback.extract_tb(error.__traceback__)[-1].line)
    """)
    assert left.stdout.split() == ['int("generator")', 'int("coroutine")', 'int("agen")'], left.stderr
    assert [opened for opened, _, _ in totals(left)] == [1, 1, 1]


def test_a_coroutine_that_has_ended_is_left_though_somebody_holds_it(every_python):
    """As a finished task holds its own: the watcher finds it out."""
    left = every_python.run("""
        from told import until_told
        async def f():
            __memmon__.before("f", 3)
            raise KeyError
        held = f()
        try:
            held.send(None)
        except KeyError:
            pass
        until_told("[f_LEFT]")
        print(held.cr_frame)
    """)
    assert left.stdout == "None\n", left.stderr
    assert totals(left) == [(1, 0, 1)]


def test_tasks_do_not_mix_and_cancellation_leaves(every_python):
    """Many asyncio tasks in one coroutine function; one of them is cancelled in its bracket."""
    left = every_python.run("""
        import asyncio
        async def work(i):
            __memmon__.before("await", 3)
            await asyncio.sleep(0.01 * (5 - i))
            return __memmon__.through(("await", 3, None, None), (i), __memmon__.after)
        async def main():
            tasks = [asyncio.ensure_future(work(i)) for i in range(5)]
            lost = asyncio.ensure_future(work(-1000))
            print(await asyncio.gather(*tasks))
            lost.cancel()
            try:
                await lost
            except asyncio.CancelledError:
                pass
        getattr(asyncio, "run")(main())
    """)
    assert (left.status, left.stdout) == (0, "[0, 1, 2, 3, 4]\n"), left.stderr
    assert totals(left) == [(6, 5, 1)]


def test_threads_keep_their_own_brackets(every_python):
    """Each thread's closing finds its own opening, the counts are exact, and what ran side by side says ``shared``."""
    left = every_python.run(
        """
        import threading
        def work():
            for _ in range(200):
                __memmon__.start("outer", 3)
                __memmon__.before("inner", 4)
                sum(range(3000))
                __memmon__.after("inner", 4)
                __memmon__.end("outer", 3)
        threads = [threading.Thread(target=work) for _ in range(4)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
    """,
        settings="exact=(3, 4), ",
    )
    assert left.status == 0, left.stderr
    assert totals(left) == [(800, 800, 0), (800, 800, 0)]
    assert any(" shared" in line["more"] for line in left.lines if line["name"] == "outer_END")
    assert any(" tid=" in line["more"] for line in left.lines)


def test_a_single_thread_is_never_shared(every_python):
    """The runtime's own thread does not count."""
    left = every_python.run("""
        __memmon__.before("long", 1)
        for _ in range(20):
            sum(range(300000))
        __memmon__.after("long", 1)
    """)
    assert not any(" shared" in line["more"] for line in left.lines)


def test_a_thread_that_ends_in_a_bracket_leaves_it(every_python):
    """An exception ends the thread; its open bracket ends with it."""
    left = every_python.run("""
        import threading
        def work():
            __memmon__.before("dies", 3)
            raise SystemExit
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        __memmon__.before("next", 8)
        __memmon__.after("next", 8)
    """)
    assert totals(left) == [(1, 0, 1), (1, 1, 0)], left.stderr
    assert left.names.index("dies_LEFT") < left.names.index("next_BEFORE")


def test_an_exception_leaves_every_bracket_it_passes(every_python):
    """Three nested functions; the outermost catches, and closes its own bracket in good order."""
    left = every_python.run("""
        def inner():
            __memmon__.start("inner", 2)
            raise KeyError
        def middle():
            __memmon__.start("middle", 5)
            inner()
        def outer():
            __memmon__.start("outer", 8)
            try:
                middle()
            except KeyError:
                pass
            __memmon__.end("outer", 8)
        outer()
    """)
    assert totals(left) == [(1, 1, 0), (1, 0, 1), (1, 0, 1)], left.stderr
    assert left.names.index("inner_LEFT") < left.names.index("outer_END")


def test_left_is_known_before_long_even_where_nothing_is_passed(every_python):
    """The watcher finds it out while the program does something else."""
    left = every_python.run("""
        from told import until_told
        def f():
            __memmon__.before("f", 2)
            raise KeyError
        def catch():
            try:
                f()
            except KeyError:
                pass
        catch()
        until_told("[f_LEFT]")
        __memmon__.before("later", 11)
        __memmon__.after("later", 11)
    """)
    assert left.names.index("f_LEFT") < left.names.index("later_BEFORE")


def test_a_second_way_out_closes_nothing(every_python):
    """What a ``finally`` closes once more after a ``return`` has closed it is told once."""
    left = every_python.run("""
        def f():
            __memmon__.start("f", 2)
            try:
                return __memmon__.through(("f", 2, None, None), (1), __memmon__.end)
            finally:
                return __memmon__.through(("f", 2, None, None), (2), __memmon__.end)
        print(f(), f())
    """)
    assert left.stdout == "2 2\n", left.stderr
    assert left.names == ["program start", "f_START", "f_END", "f_START", "f_END", "program end"]
    assert totals(left) == [(2, 2, 0)]


def test_a_bracket_that_was_opened_before_the_fork_is_closed_in_the_child_too(every_python):
    """The child has no opening of it, and passes the checkpoint all the same."""
    left = every_python.run("""
        import os
        __memmon__.before("around", 3)
        pid = os.fork()
        __memmon__.after("around", 3)
        if pid:
            os.waitpid(pid, 0)
    """)
    assert [log.count("[around_BEFORE]") for log in left.logs] == [1, 0], left.stderr
    assert [log.count("[around_AFTER]") for log in left.logs] == [1, 1]


def test_the_peak_inside_nested_brackets_is_exact(every_python):
    """A reset for the inner bracket takes nothing from the outer one."""
    left = every_python.run("""
        __memmon__.start("outer", 1)
        spike = bytearray(100 << 20)
        del spike
        __memmon__.before("inner", 4)
        spike = bytearray(40 << 20)
        del spike
        __memmon__.after("inner", 4)
        __memmon__.end("outer", 1)
        __memmon__.before("quiet", 9)
        __memmon__.after("quiet", 9)
    """)
    peaks = {line["name"]: float(re.search(r"peak=\+(\d+\.\d+)MB", line["more"])[1]) for line in left.lines
             if "peak=" in line["more"]}  # fmt: skip
    assert 99 < peaks["outer_END"] < 105
    assert 39 < peaks["inner_AFTER"] < 45
    assert peaks["quiet_AFTER"] < 2


def test_peak_can_be_turned_off(every_python):
    """``peak = false``: no figure, and the process's own counters stay as they are."""
    left = every_python.run(
        """
        import resource
        spike = bytearray(100 << 20)
        del spike
        __memmon__.before("quiet", 4)
        __memmon__.after("quiet", 4)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 100 << 10)
        """,
        settings="peak=False, ",
    )
    assert left.stdout == "True\n"
    assert left.facts["header"]["peak"] == "off"
    assert ", peaks by off\n" in left.log
    assert "peak=+" not in left.log


def test_no_frame_and_no_value_is_kept_alive(every_python):
    """What a function held is gone when it returns, raises, or is thrown away, with open brackets or without."""
    left = every_python.run("""
        import gc, weakref
        gc.disable()
        class Thing:
            pass
        seen = []
        def f(leave):
            thing = Thing()
            seen.append(weakref.ref(thing))
            __memmon__.before("f", 7)
            if leave:
                raise KeyError
            __memmon__.after("f", 7)
        def g():
            thing = Thing()
            seen.append(weakref.ref(thing))
            __memmon__.before("g", 14)
            yield
        f(False)
        try:
            f(True)
        except KeyError:
            pass
        next(g())
        print([ref() for ref in seen])
    """)
    assert left.stdout == "[None, None, None]\n", left.stderr


def test_hand_marks_on_coroutines_and_generators(every_python):
    """``monitor`` keeps each kind of function what it is, and hands on what goes through."""
    every_python.write(
        """
        import asyncio, inspect
        from memmon_runtime import monitor, span
        @monitor("coroutine")
        async def coroutine(x):
            await asyncio.sleep(0)
            return x
        @monitor("generator")
        def generator():
            try:
                got = yield 1
                yield got
            except KeyError:
                yield "caught"
            return "value"
        @monitor("agen")
        async def agen():
            got = yield 1
            try:
                yield got
            except KeyError:
                yield "caught"
        assert inspect.iscoroutinefunction(coroutine) and inspect.isgeneratorfunction(generator)
        assert inspect.isasyncgenfunction(agen) and coroutine.__name__ == "coroutine"
        async def main():
            print(await coroutine(5))
            it = agen()
            print(await it.__anext__(), await it.asend(7), await it.athrow(KeyError("x")))
            print([x async for x in it])
            half = agen()
            await half.__anext__()
            await half.aclose()
        asyncio.run(main())
        it = generator()
        print(next(it), it.send(3), it.throw(KeyError("x")))
        try:
            next(it)
        except StopIteration as end:
            print(end.value)
        try:
            with span("bad"):
                raise ValueError
        except ValueError:
            print("out")
        """,
        preamble=False,
    )
    left = every_python.run()
    assert (left.status, left.stdout) == (0, "5\n1 7 caught\n[]\n1 3 caught\nvalue\nout\n"), left.stderr
    assert totals(left) == [(1, 1, 0), (2, 1, 1), (1, 1, 0), (1, 0, 1)]


def test_looking_at_frames_keeps_nothing_alive(every_python):
    """What a function held is freed as soon as it returns, though the watcher looked at its frame."""
    left = every_python.run("""
        import gc, time, weakref
        gc.disable()
        class Large:
            pass
        def f():
            large = Large()
            __memmon__.start("f", 7)
            time.sleep(0.5)
            __memmon__.end("f", 7)
            return weakref.ref(large)
        gone = f()
        until = time.monotonic() + 30
        while gone() is not None and time.monotonic() < until:
            time.sleep(0.01)  # the watcher may be in the midst of looking
        print(gone())
    """)
    assert (left.status, left.stdout) == (0, "None\n"), left.stderr


def test_watching_leaves_no_garbage(every_python):
    """A program may have switched the garbage collector off, and then nothing would ever take it away."""
    left = every_python.run("""
        import gc, time
        def f():
            __memmon__.start("f", 3)
            time.sleep(0.2)
            gc.collect()
            gc.disable()
            time.sleep(0.7)
            print(gc.collect())
            __memmon__.end("f", 3)
        f()
    """)
    assert (left.status, left.stdout) == (0, "0\n"), left.stderr


def test_a_trace_function_may_pass_checkpoints(every_python):
    """It is called at each line of the runtime's, in the midst of a checkpoint; the program goes on and is recorded."""
    left = every_python.run("""
        import sys
        def trace(frame, event, arg):
            __memmon__.start("trace", 3)
            __memmon__.end("trace", 3)
            return trace
        def f(n):
            __memmon__.start("f", 7)
            if n:
                f(n - 1)
            __memmon__.end("f", 7)
        sys.settrace(trace)
        f(3)
        sys.settrace(None)
        print("done")
    """)
    assert (left.status, left.stdout) == (0, "done\n"), left.stderr
    assert sum(line["name"] == "f_END" for line in left.lines) == 4
