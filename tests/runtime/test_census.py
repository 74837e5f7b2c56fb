"""A census tells which containers have grown, by names that lead to them, whatever they hang in."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runtime_programs import Bench

# A look is over after some time, too, which may be soon on a busy machine: here time stands still for it, and it is
# over after so many objects.
_LOOKS = """
import sys, threading, time
time.thread_time = time.perf_counter = lambda: 0.0
from memmon_runtime.attribution.census import Census
MB = 1 << 20
census = Census(300 * MB, 0, time.monotonic())
looks, collector = [], {}
def look():
    facts = []
    rss = (10 + 20 * len(looks)) * MB
    thread = threading.Thread(target=lambda: facts.extend(census.look(rss, 0)))
    thread.start()
    thread.join()
    looks.append(dict(facts).get("census"))
    collector.update(dict(facts).get("gc", {}))
def text(number):
    return "%d" % number * 50
"""


def _looked(bench: Bench, source: str) -> Any:
    """What a program prints last, which looks by ``look()``."""
    bench.write(_LOOKS + source, preamble=False)
    done = bench.run()
    assert (done.stderr, done.status) == ("", 0)
    return ast.literal_eval(done.stdout.splitlines()[-1])


_COUNTS = "{row['path']: (row['type'], row['before'], row['items']) for row in looks[-1]['grown']}"


def test_what_hangs_in_code(every_python: Bench) -> None:
    """Attributes of classes, caches, closures, defaults, bound methods, and variables of generators and modules."""
    found = _looked(
        every_python,
        f"""
import functools
rows = []
__warningregistry__ = {{}}
class Parser:
    seen = {{}}
    @functools.lru_cache(maxsize=None)
    def indent(self, number):
        return text(number)
    def on_price(self, number):
        self.prices.append(text(number))
    def __init__(self):
        self.prices = []
def make():
    kept = []
    def handler(number, many=[]):
        kept.append(text(number))
        many.append(text(number))
    return handler
def numbers():
    own = []
    while True:
        own.append(text((yield)))
parser = Parser()
subscriber = Parser().on_price
handle = make()
started = numbers()
next(started)
def grow(first, last):
    for number in range(first, last):
        rows.append(text(number))
        __warningregistry__[text(number)] = True
        Parser.seen[number] = text(number)
        parser.indent(number)
        subscriber(number)
        handle(number)
        started.send(number)
grow(0, 10)
look()
grow(10, 5000)
look()
print({_COUNTS})
""",
    )
    assert found == {
        "rows": ("list", 10, 5000),
        "__warningregistry__": ("dict", 10, 5000),
        "Parser.seen": ("dict", 10, 5000),
        "Parser.indent.<cache>": ("dict", 10, 5000),
        "subscriber.__self__.prices": ("list", 10, 5000),
        "handle.<closure>.kept": ("list", 10, 5000),
        "handle.<default>": ("list", 10, 5000),
        "started.own": ("list", 10, 5000),
    }


def test_what_hangs_in_objects(every_python: Bench) -> None:
    """Threads' own data, queues, weak keys, attributes with slots and without, tracebacks, and a library's class."""
    found = _looked(
        every_python,
        f"""
import queue, weakref
class Slotted:
    __slots__ = ("inner", "__weakref__")
class Plain:
    pass
local, waiting, by_object = threading.local(), queue.SimpleQueue(), weakref.WeakKeyDictionary()
keys, slotted = [], Slotted()
slotted.inner = Plain()
slotted.inner.rows = []
class Signal:
    "Its instances begin with what the class has, too."
    is_muted = False
    def __init__(self, doc):
        self.__doc__, self.is_muted, self.receivers = doc, False, dict()
signal = Signal("price")
vars(signal)
errors = []
def fails(number):
    here = [text(number)]
    raise ValueError
def grow(first, last):
    for number in range(first, last):
        local.__dict__.setdefault("own", []).append(text(number))
        waiting.put(text(number))
        keys.append(Plain())
        by_object[keys[-1]] = text(number)
        slotted.inner.rows.append(text(number))
        signal.receivers[number] = text(number)
        try:
            fails(number)
        except ValueError as error:
            errors.append(error)
def main():
    grow(0, 10)
    look()
    grow(10, 3000)
    look()
    print({_COUNTS})
main()
""",
    )
    assert found == {
        "local.own": ("list", 10, 3000),
        "waiting": ("_queue.SimpleQueue", 10, 3000),
        "by_object.data": ("dict", 10, 3000),
        "keys": ("list", 10, 3000),
        "slotted.inner.rows": ("list", 10, 3000),
        "signal.receivers": ("dict", 10, 3000),
        "errors": ("list", 10, 3000),
    }


def test_a_list_with_empty_places(every_python: Bench) -> None:
    """What C code keeps for itself may have them, as the stack of a parser of XML has: it is not read."""
    found = _looked(
        every_python,
        f"""
import xml.etree.ElementTree as ET
def main():
    parser, builder = ET.XMLPullParser(("end",)), ET.TreeBuilder()
    parser.feed("<a><b><c/>")
    builder.start("a", {{}})
    rows = []
    for last in (10, 3000):
        rows += [text(number) for number in range(len(rows), last)]
        look()
    print({_COUNTS})
main()
""",
    )
    assert found == {"rows": ("list", 10, 3000)}


def test_many_alike_and_chains(every_python: Bench) -> None:
    """Lists within lists that do not grow themselves are one, and so is a chain of objects or functions."""
    found = _looked(
        every_python,
        f"""
book = {{name: {{"bid": [], "ask": []}} for name in "abcdef"}}
wide = {{number: [] for number in range(100)}}
class Node:
    def __init__(self, before, value):
        self.before, self.value = (before,), value
last = undo = None
def undoing(before, value):
    def back():
        return before, value
    return back
def grow(first, last_number):
    global last, undo
    for number in range(first, last_number):
        for sides in book.values():
            sides["bid"].append(text(number))
            sides["ask"].append(text(number))
        wide[number % 100].append(text(number))
        if number < 250:
            last = Node(last, text(number) * 10)
            undo = undoing(undo, text(number) * 10)
grow(0, 100)
look()
grow(100, 5000)
look()
print({_COUNTS})
""",
    )
    assert found == {
        "book[…][…]": ("list", 1200, 60000),
        "wide[…]": ("list", 100, 5000),
        "last…": ("__main__.Node", 100, 250),
        "undo…": ("function", 100, 250),
    }


def test_items_that_become_heavier(every_python: Bench) -> None:
    """Futures that were all there at the first look and get their results later: it is not their number that grows."""
    found = _looked(
        every_python,
        """
class Job:
    result = None
jobs = {Job(): number for number in range(1500)}
table = {number: Job() for number in range(3000)}
look()
for number in range(1500, 2000):
    jobs[Job()] = number
look()
look()
for job in jobs:
    job.result = [text(number) for number in range(1000, 1100)]
weight = sum(map(sys.getsizeof, job.result)) + sys.getsizeof(job.result)
look()
rows = [(row["path"], row["before"], row["items"]) for row in looks[-1]["grown"]]
(row,) = looks[-1]["grown"]
print((rows, row["mb"] * MB / len(jobs) / weight, row["item_bytes"] - row["item_bytes_before"], weight))
""",
    )
    rows, by_hand, grown, weight = found
    assert rows == [("jobs", 2000, 2000)]
    assert 0.8 < by_hand < 1.3
    assert 0.8 < grown / weight < 1.3


def test_a_thread_of_many_fills_a_dictionary_of_lists(one_python: Bench) -> None:
    """What each thread has by one name is one, and its lists are a part of it, however many of them there are."""
    found = _looked(
        one_python,
        f"""
local, turns = threading.local(), [threading.Barrier(5) for _ in range(4)]
def work(thread):
    local.made = {{}}
    for first, last in ((0, 10), (10, 300 + 40 * thread)):
        for number in range(first, last):
            local.made[number] = [text(number), text(number + 1)]
        for turn in turns[:2] if not first else turns[2:]:
            turn.wait()
threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
for thread in threads:
    thread.start()
for turn in range(0, 4, 2):
    turns[turn].wait()
    look()
    turns[turn + 1].wait()
print({_COUNTS})
""",
    )
    assert found == {"local.made": ("dict", 40, 1440)}


def test_tasks_and_frames(every_python: Bench) -> None:
    """An unbounded queue that only a suspended task has, and the list of a function that runs in another thread."""
    found = _looked(
        every_python,
        """
import asyncio
import weakref
async def consume(jobs, fill):
    fill.append(weakref.ref(jobs))
    await asyncio.sleep(100)
    print(await jobs.get())
async def main():
    fill = []
    asyncio.ensure_future(consume(asyncio.Queue(), fill))
    await asyncio.sleep(0)
    for first, last in ((0, 10), (10, 5000)):
        for number in range(first, last):
            fill[0]().put_nowait(text(number))
            steps.put(number)
        steps.join()
        look()
def gather(steps):
    rows = []
    while True:
        rows.append(text(steps.get()))
        steps.task_done()
import queue
steps = queue.Queue()
threading.Thread(target=gather, args=(steps,), daemon=True).start()
asyncio.run(main())
print(sorted((row["path"], row["items"], row["root"]["kind"], row["root"]["function"]) for row in looks[-1]["grown"]))
""",
    )
    assert found == [("jobs._queue", 5000, "task", "consume"), ("rows", 5000, "local", "gather")]


def test_what_is_collected_for_a_task(every_python: Bench) -> None:
    """A stream that is read to its end is a list of the library's coroutine that a task awaits, and so it is called."""
    found = _looked(
        every_python,
        """
import asyncio
async def fetch(given):
    reader = asyncio.StreamReader()
    given.append(reader.feed_data)
    return await reader.read()
async def main():
    given = []
    task = asyncio.ensure_future(fetch(given))
    await asyncio.sleep(0)
    for first, last in ((0, 10), (10, 1000)):
        for number in range(first, last):
            given[0](text(number).encode())
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        look()
    task.cancel()
asyncio.run(main())
rows = [row for row in looks[-1]["grown"] if row["items"] > 900]
print([(row["path"], row["root"]["kind"], row["root"]["function"].rpartition(".")[2]) for row in rows])
""",
    )
    assert found == [("blocks", "task", "read")]


def test_what_tasks_carry_along(every_python: Bench) -> None:
    """The values of their context variables, and what an asynchronous generator has that a task goes through."""
    found = _looked(
        every_python,
        """
import asyncio, contextvars, weakref
trail = contextvars.ContextVar("trail")
fill = []
class Rows(list):
    pass
async def rows():
    own = Rows()
    fill.append(weakref.ref(own))
    while True:
        await asyncio.sleep(100)
        yield own
async def consume():
    trail.set(Rows())
    fill.append(weakref.ref(trail.get()))
    async for row in rows():
        print(row)
async def main():
    asyncio.ensure_future(consume())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    for count in (10, 5000):
        for one in fill:
            one().__iadd__(map(text, range(len(one()), count)))
        look()
asyncio.run(main())
print(sorted((row["path"], row["before"], row["items"], row["root"]["kind"]) for row in looks[-1]["grown"]))
""",
    )
    assert found == [("own", 10, 5000, "task"), ("trail", 10, 5000, "task")]


def test_nothing_of_the_programs_runs(every_python: Bench) -> None:
    """Not a special method, a property, a descriptor, or anything of a metaclass or of a class derived of dict's."""
    found = _looked(
        every_python,
        """
import sys
ran, armed = [], False
def noting(name, give=None):
    def method(self, *more):
        if armed:
            ran.append(name)
        return give(self, *more) if give else NotImplemented
    return method
class Meta(type):
    __getattribute__ = noting("meta.__getattribute__", type.__getattribute__)
    __instancecheck__ = noting("meta.__instancecheck__", type.__instancecheck__)
    __hash__ = noting("meta.__hash__", type.__hash__)
    __eq__ = noting("meta.__eq__", type.__eq__)
    __len__ = noting("meta.__len__", lambda self: 7)
special = dict(
    __len__=noting("__len__", lambda self: 3), __repr__=noting("__repr__", lambda self: "?"),
    __str__=noting("__str__", lambda self: "?"), __eq__=noting("__eq__", lambda self, other: self is other),
    __hash__=noting("__hash__", lambda self: 1), __iter__=noting("__iter__", lambda self: iter("")),
    __bool__=noting("__bool__", lambda self: True), __sizeof__=noting("__sizeof__", lambda self: 1),
    __getattribute__=noting("__getattribute__", object.__getattribute__), __contains__=noting("__contains__"),
    __getattr__=noting("__getattr__"), __getitem__=noting("__getitem__"), __dir__=noting("__dir__"),
    __reversed__=noting("__reversed__", lambda self: iter("")), __index__=noting("__index__", lambda self: 0),
    items=noting("items"), values=noting("values"), keys=noting("keys"), __class__=property(noting("__class__")),
    rows=property(noting("rows")), __length_hint__=noting("__length_hint__", lambda self: 0), get=noting("get"),
)
kinds = [Meta("Plain", (), dict(special))]
for base in (dict, list, set, tuple, str, int):
    kinds.append(Meta("Of" + base.__name__, (base,), dict(special)))
import collections
kinds.append(Meta("OfDeque", (collections.deque,), dict(special)))
Slotted = Meta("Slotted", (), dict(special, __slots__=("inside",)))
holder, keyed, hostile = [], {}, []
def fill(first, last):
    for number in range(first, last):
        for kind in kinds:
            one = kind()
            hostile.append(one)
            keyed[id(one)] = {one: [text(number)]}
        slotted = Slotted()
        object.__setattr__(slotted, "inside", [text(number)])
        holder.append(slotted)
fill(0, 10)
armed = True
look()
armed = False
fill(10, 300)
armed = True
look()
armed = False
print((ran, sorted(row["path"] for row in looks[-1]["grown"])))
""",
    )
    assert found == ([], ["holder", "hostile", "keyed"])


def test_nothing_is_kept_nor_given(every_python: Bench) -> None:
    """After a look all that was seen can die, and no instance has got a dictionary that it did not have."""
    found = _looked(
        every_python,
        """
import gc, weakref
class Thing:
    def __init__(self):
        self.rows, self.other = [], 1
def run():
    things = [Thing() for _ in range(100)]
    own = Thing()
    seen = [weakref.ref(one) for one in (*things, own)]
    for number in range(1000):
        own.rows.append(text(number))
    look()
    for number in range(1000):
        own.rows.append(text(number))
    look()
    given = [dict in map(type, gc.get_referents(one)) for one in (*things, own)]
    del things, own
    return any(given), sum(one() is not None for one in seen)
first = run()
gc.collect()
print((sys.version_info >= (3, 11), *first, [row["path"] for row in looks[-1]["grown"]], gc.isenabled()))
""",
    )
    is_inline, given, alive, paths, is_collecting = found
    assert (alive, paths, is_collecting) == (0, ["own.rows"], True)
    assert not (is_inline and given)


def test_a_large_heap_is_looked_at_in_part(one_python: Bench) -> None:
    """A look ends after so many objects, says so, and knows its containers again all the same."""
    found = _looked(
        one_python,
        """
rows = []
class Node:
    def __init__(self, depth):
        self.children = [Node(depth - 1) for _ in range(8)] if depth else []
forest = [[Node(4) for _ in range(8)] for _ in range(8)]
look()
rows.extend(map(text, range(5000)))
look()
print((looks[-1]["whole"], looks[-1]["objects"], looks[-1]["grown"][0]["path"]))
""",
    )
    whole, objects, path = found
    assert (whole, path) == (False, "rows")
    assert objects < 20_000


def test_text_that_becomes_longer(one_python: Bench) -> None:
    """Characters and bytes are items, too, of what is made anew or longer by the same name."""
    found = _looked(
        one_python,
        f"""
class Answer:
    def __init__(self):
        self.text, self.body, self.buffer = "", b"", bytearray()
answer = Answer()
def grow(size):
    answer.text += "x" * size
    answer.body += b"x" * size
    answer.buffer += b"x" * size
grow(300_000)
look()
grow(700_000)
look()
print({_COUNTS})
""",
    )
    assert found == {
        "answer.text": ("str", 300_000, 1_000_000),
        "answer.body": ("bytes", 300_000, 1_000_000),
        "answer.buffer": ("bytearray", 300_000, 1_000_000),
    }


def test_a_collector_that_is_off(one_python: Bench) -> None:
    """That nobody collects is told, with how many objects there are that were never looked at."""
    found = _looked(
        one_python,
        """
import gc
look()
gc.disable()
for _ in range(10_000):
    cycle = []
    cycle.append(cycle)
look()
print((collector, gc.isenabled(), gc.get_freeze_count()))
""",
    )
    told, is_enabled, frozen = found
    assert (told["enabled"], told["frozen"], is_enabled) == (False, frozen, False)
    assert 9_000 < told["uncollected"] < 20_000


def test_an_item_unlike_the_others(every_python: Bench) -> None:
    """One that leads to all others, or a chain's link that nobody looked beyond, is not what an item weighs."""
    found = _looked(
        every_python,
        """
class Node:
    def __init__(self, number):
        self.below = {}
        self.text = text(number)
registry = {"all": Node(0)}
last = None
def grow(first, last_number):
    global last
    for number in range(first, last_number):
        node = Node(number)
        registry["all"].below[number] = registry[number] = node
        error = ValueError([text(number)])
        error.__cause__ = last
        last = error
grow(0, 100)
look()
grow(100, 30_000)
look()
print({row["path"]: row["item_bytes"] for row in looks[-1]["grown"] if row["path"] in ("registry", "last…")})
""",
    )
    assert set(found) == {"registry", "last…"}
    # An item is an object with a dictionary and a text, or an exception with a list and a text: less than a kilobyte.
    assert all(250 < weight < 1000 for weight in found.values()), found


def test_what_keeps_memory_that_python_does_not_know_of(every_python: Bench) -> None:
    """Nobody can tell what mapped memory, a compressor or a parser weighs: it is not said to be light."""
    found = _looked(
        every_python,
        """
import mmap, zlib
from xml.parsers import expat
segments, packers, parsers, plain = [], {}, [], []
def grow(number):
    for one in range(number):
        segments.append(mmap.mmap(-1, 4096))
        packers[len(packers)] = zlib.compressobj(1)
        parsers.append(expat.ParserCreate())
        plain.append([one, text(one)])
grow(10)
look()
grow(300)
look()
print({row["path"]: (row["items"], bool(row["item_bytes"])) for row in looks[-1]["grown"]})
""",
    )
    assert found == {"segments": (310, False), "packers": (310, False), "parsers": (310, False), "plain": (310, True)}


def test_a_text_that_is_written_to(every_python: Bench) -> None:
    """It tells no size of its own: what was written to it counts, doubled at the most; nothing of a closed one."""
    found = _looked(
        every_python,
        """
import io
class Handler:
    def __init__(self, closes):
        self.stream = io.StringIO()
        self.stream.write(text(0) * 1000)
        if closes:
            self.stream.close()
open_ones, closed_ones = [], []
def grow(number):
    for _ in range(number):
        open_ones.append(Handler(False))
        closed_ones.append(Handler(True))
grow(10)
look()
grow(300)
look()
print((len(text(0)) * 1000, {row["path"]: row["item_bytes"] for row in looks[-1]["grown"]}))
""",
    )
    written, weights = found
    assert written <= weights["open_ones"] < 2.5 * written
    assert weights["closed_ones"] < written / 4


def test_code_that_is_made_at_run_time(every_python: Bench) -> None:
    """A function weighs what its code has of its own, as a template's text; closures of one code share it."""
    found = _looked(
        every_python,
        """
templates, closures = {}, []
def made(number):
    names = {"text": text}
    exec("def render():\\n    return %r" % ("letter %d " % number * 2000), names)
    return names["render"]
def closure(number):
    return lambda: (number, "always the same, but long" * 400)
def grow(number):
    for one in range(number):
        templates[len(templates)] = made(len(templates))
        closures.append(closure([one]))
grow(10)
look()
grow(300)
look()
print((len("letter 1 ") * 2000, {row["path"]: row["item_bytes"] for row in looks[-1]["grown"]}))
""",
    )
    of_text, weights = found
    assert of_text <= weights["templates"] < 1.5 * of_text
    assert weights["closures"] < of_text / 10
