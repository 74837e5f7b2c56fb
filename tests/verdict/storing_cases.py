"""Small programs in which a container grows, each with innocent work of the same kind beside it.

``# KEEPS`` marks the line that fills it, ``# SEEN`` one that was seen at work. The way to the container is written so:
``local main rows``, ``global BUS``, ``class Bus.handlers``, ``task feed queue`` or ``library a.b``, then its steps:
``.name:type`` for an attribute, ``[key]:type`` for an item, ``<kind name>:type`` for any other.
"""

from __future__ import annotations

from typing import NamedTuple


class Storing(NamedTuple):
    """A program, and the container that grew in it."""

    way: str
    type: str
    source: str
    item: str = ""
    owner: str = ""
    root_file: str = ""
    """The file of the function that the way begins in, where it is none of the program's."""
    exact: bool = True


LISTS = {
    "filled in the function that gives it": Storing(
        "local grow bigger",
        "list",
        """
        def grow(level, least):
            bigger = []
            for one in level:
                for other in level:
                    if one & other > least:
                        bigger.append(one | other)  # KEEPS
            return bigger
        def main(level):
            sizes = []
            while level:
                sizes.append(len(level))
                level = grow(level, 3)
        """,
    ),
    "append": Storing(
        "local main rows",
        "list",
        """
        def main(lines):
            rows, sizes = [], []
            for line in lines:
                sizes.append(len(line))
                rows.append(line.split())  # KEEPS
        """,
    ),
    "extend": Storing(
        "local main rows",
        "list",
        """
        def main(pages):
            rows, seen = [], []
            for page in pages:
                seen.extend(page.links)
                rows.extend(page.rows())  # KEEPS
        """,
    ),
    "insert": Storing(
        "local main rows",
        "list",
        """
        def main(pages):
            rows, last = [], []
            for page in pages:
                last.insert(0, page)
                del last[5:]
                rows.insert(0, page.rows())  # KEEPS
        """,
    ),
    "augmented": Storing(
        "local main rows",
        "list",
        """
        def main(pages):
            rows, total = [], 0
            for page in pages:
                total += page.count
                rows += page.rows()  # KEEPS
        """,
    ),
    "built anew": Storing(
        "local main rows",
        "list",
        """
        def main(pages):
            rows, total = [], 0
            for page in pages:
                total = total + page.count
                rows = rows + [page.text()]  # KEEPS
        """,
    ),
    "spread anew": Storing(
        "local main rows",
        "list",
        """
        def main(pages):
            rows, window = [], []
            for page in pages:
                window = [page]
                rows = [*rows, page.text()]  # KEEPS
        """,
    ),
    "slice": Storing(
        "local main rows",
        "list",
        """
        def main(pages):
            rows, window = [], [None] * 5
            for page in pages:
                window[page.number % 5] = page
                rows[len(rows):] = page.rows()  # KEEPS
        """,
    ),
    "a key of a list adds nothing": Storing(
        "local main rows",
        "list",
        """
        def main(pages):
            rows = []
            for page in pages:
                rows.append(page.text())  # KEEPS
                rows[-1] = rows[-1].strip()
        """,
    ),
    "heap": Storing(
        "local main best",
        "list",
        """
        import heapq
        def main(pages):
            best, last = [], []
            for page in pages:
                heapq.heappush(best, (page.rank, page))  # KEEPS
                heapq.nlargest(3, last)
        """,
    ),
    "deque": Storing(
        "global RECENT",
        "collections.deque",
        """
        from collections import deque
        RECENT = deque()
        BOUNDED = deque(maxlen=9)
        def note(event):
            BOUNDED.append(event)
            RECENT.appendleft(event)  # KEEPS
        """,
    ),
    "in a comprehension": Storing(
        "local main rows",
        "list",
        """
        def main(pages):
            rows = []
            names = [page.name for page in pages]
            [rows.append(page.text()) for page in pages]  # KEEPS
        """,
    ),
    "method under a name": Storing(
        "local main rows",
        "list",
        """
        def main(pages):
            rows, sizes = [], []
            add, note = rows.append, sizes.append
            for page in pages:
                note(len(page))
                add(page.text())  # KEEPS
        """,
    ),
    "method given to a function": Storing(
        "local main rows",
        "list",
        """
        def walk(pages, emit, note):
            for page in pages:
                note(len(page))
                emit(page.text())  # KEEPS
        def main(pages):
            rows, sizes = [], []
            walk(pages, rows.append, sizes.append)
        """,
    ),
    "method handed on": Storing(
        "local main rows",
        "list",
        """
        def main(bus):
            rows, sizes = [], []
            sizes.append(len(rows))
            bus.on("page", rows.append)  # KEEPS
            bus.run()
        """,
    ),
    "once at the start": Storing(
        "global ROWS",
        "list",
        """
        ROWS = []
        ROWS.append(("name", "size"))
        def note(name, size):
            ROWS.append((name, size))  # KEEPS
        """,
        item="tuple",
    ),
    "by the items' type": Storing(
        "local main rows",
        "list",
        """
        def main(pages):
            rows = []
            for page in pages:
                rows.append("page")
                rows.append((page.name, page.text()))  # KEEPS
        """,
        item="tuple",
    ),
    "bytearray": Storing(
        "local main body",
        "bytearray",
        """
        def main(socket):
            body, count = bytearray(), 0
            while chunk := socket.recv(4096):
                count += len(chunk)
                body += chunk  # KEEPS
        """,
    ),
}

DICTS = {
    "key": Storing(
        "global CACHE",
        "dict",
        """
        CACHE, COUNTS = {}, {}
        def page(name):
            COUNTS[name] = COUNTS.get(name, 0) + 1
            if name not in CACHE:
                CACHE[name] = render(name)  # KEEPS
            return CACHE[name]
        """,
    ),
    "given to a library's decorator": Storing(
        "global ROUTES",
        "dict",
        """
        from cachetools import cached
        ROUTES, LAST = {}, {}
        def counted(cache):
            return lambda function: function
        @cached(cache=ROUTES, key=key)  # KEEPS
        def legs(start, end):
            return [start, end]
        @counted(cache=LAST)
        def offer(start, end):
            print(len(ROUTES))
            return legs(start, end)
        """,
        exact=False,
    ),
    "setdefault": Storing(
        "global CACHE",
        "dict",
        """
        CACHE, COUNTS = {}, {}
        def page(name):
            COUNTS.setdefault("all", []).append(1)
            return CACHE.setdefault(name, render(name))  # KEEPS
        """,
    ),
    "update": Storing(
        "local main known",
        "dict",
        """
        def main(files):
            known, options = {}, {}
            for file in files:
                options.update(file.options)
                known.update(file.read())  # KEEPS
        """,
    ),
    "merged": Storing(
        "local main known",
        "dict",
        """
        def main(files):
            known, last = {}, {}
            for file in files:
                last |= file.options
                known |= file.read()  # KEEPS
        """,
    ),
    "spread": Storing(
        "local main known",
        "dict",
        """
        def main(files):
            known, last = {}, {}
            for file in files:
                last = {**file.options}
                known = {**known, **file.read()}  # KEEPS
        """,
    ),
    "set": Storing(
        "local main seen",
        "set",
        """
        def main(urls):
            seen, hosts = set(), set()
            for url in urls:
                hosts.add(url.host)
                seen.add(url.text)  # KEEPS
        """,
    ),
    "list under a key": Storing(
        "global GROUPS [a]:list",
        "list",
        """
        GROUPS, LAST = {}, {}
        def note(name, row):
            LAST[name] = row
            GROUPS.setdefault(name, []).append(row)  # KEEPS
        """,
    ),
    "list of a defaultdict": Storing(
        "global GROUPS [a]:list",
        "list",
        """
        from collections import defaultdict
        GROUPS, LAST = defaultdict(list), defaultdict(list)
        def note(name, row):
            LAST[name].append(len(row))
            GROUPS[name].append(row)  # KEEPS
        """,
    ),
    "a defaultdict that is read": Storing(
        "local serve hits",
        "collections.defaultdict",
        """
        from collections import defaultdict
        def serve(clients):
            hits, known = defaultdict(list), {}
            for client in clients:
                known.get(client)
                if len(hits[client]) > 9:  # KEEPS
                    break
        """,
    ),
    "a plain dict that is read": Storing(
        "local serve hits",
        "dict",
        """
        def serve(clients):
            hits = {}
            for client in clients:
                hits[client] = [client]  # KEEPS
                print(hits[client])
        """,
    ),
    "counted": Storing(
        "local main counts",
        "collections.Counter",
        """
        from collections import Counter
        def main(words):
            counts, lengths = Counter(), Counter()
            for word in words:
                lengths[len(word)] += 1
                counts[word] += 1  # KEEPS
        """,
    ),
    "the inner of two": Storing(
        "local main tree [a]:dict [b]:list",
        "list",
        """
        def main(files):
            tree = {}
            for file in files:
                folder = tree.setdefault(file.folder, {})
                files = folder.setdefault(file.kind, [])
                files.append(file.read())  # KEEPS
        """,
    ),
    "loop over the values": Storing(
        "global GROUPS [a]:list",
        "list",
        """
        GROUPS = {"a": [], "b": []}
        OTHERS = {"a": []}
        def note(row):
            for sizes in OTHERS.values():
                sizes.append(len(row))
            for name, rows in GROUPS.items():
                rows.append(row)  # KEEPS
        """,
    ),
    "a tuple of lists": Storing(
        "local main done",
        "list",
        """
        def lists():
            first, second = [], []
            return first, second
        def main(rows):
            done, sizes = lists()
            for row in rows:
                done.append(row)  # KEEPS
                print(sizes)
        """,
    ),
}

OBJECTS = {
    "attribute": Storing(
        "local main store .rows:list",
        "list",
        """
        class Store:
            def __init__(self):
                self.rows, self.sizes = [], []
            def add(self, row):
                self.sizes.append(len(row))
                self.rows.append(row)  # KEEPS
        def main(rows):
            store = Store()
            for row in rows:
                store.add(row)
        """,
        owner="Store",
    ),
    "from outside": Storing(
        "local main store .rows:list",
        "list",
        """
        class Store:
            def __init__(self):
                self.rows = []
        class Other:
            def __init__(self):
                self.rows = []
            def add(self, row):
                self.rows.append(row)
        def main(rows):
            store = Store()
            for row in rows:
                store.rows.append(row)  # KEEPS
        """,
        owner="Store",
    ),
    "two classes have it": Storing(
        "local main store .rows:list",
        "list",
        """
        class Store:
            def __init__(self):
                self.rows = []
            def add(self, row):
                self.rows.append(row)  # KEEPS
        class Window:
            def __init__(self):
                self.rows = []
            def add(self, row):
                self.rows.append(row)
                del self.rows[:-5]
        """,
        owner="Store",
    ),
    "a base's": Storing(
        "local main store .rows:list",
        "list",
        """
        class Base:
            def __init__(self):
                self.rows = []
            def add(self, row):
                self.rows.append(row)  # KEEPS
        class Store(Base):
            def size(self):
                return len(self.rows)
        class Apart:
            def __init__(self):
                self.rows = []
            def add(self, row):
                self.rows.append(len(row))
        """,
        owner="Store",
    ),
    "of the class": Storing(
        "class Model.registry",
        "dict",
        """
        class Model:
            registry = {}
            def __init__(self, key):
                self.parts = {}
                self.parts[key] = 1
                Model.registry[key] = self  # KEEPS
        """,
    ),
    "of the class by self": Storing(
        "class Model.registry",
        "list",
        """
        class Model:
            registry = []
            def __init__(self, key):
                self.parts = []
                self.parts.append(key)
                self.registry.append(self)  # KEEPS
        """,
    ),
    "of the class by cls": Storing(
        "class Model.registry",
        "list",
        """
        class Model:
            registry = []
            @classmethod
            def make(cls, key):
                cls.registry.append(cls())  # KEEPS
        class Other:
            registry = []
            @classmethod
            def make(cls, key):
                cls.registry.append(cls())
        """,
    ),
    "list under a key of an attribute": Storing(
        "global bus .handlers:dict [price]:list",
        "list",
        """
        class Bus:
            def __init__(self):
                self.handlers = {}
            def subscribe(self, topic, handler):
                self.handlers.setdefault(topic, []).append(handler)  # KEEPS
            def publish(self, topic):
                for handler in self.handlers.get(topic, []):
                    handler()
        bus = Bus()
        """,
        owner="Bus",
    ),
    "an alias by get": Storing(
        "global bus .handlers:dict [price]:list",
        "list",
        """
        class Bus:
            def __init__(self):
                self.handlers = {}
            def subscribe(self, topic, handler):
                known = self.handlers.get(topic)
                if known is None:
                    known = self.handlers[topic] = []
                known.append(handler)  # KEEPS
        bus = Bus()
        """,
        owner="Bus",
    ),
    "an object in a dict": Storing(
        "global ROOMS [a]:Room .messages:list",
        "list",
        """
        ROOMS = {}
        class Room:
            def __init__(self):
                self.messages, self.members = [], []
        def post(name, text):
            room = ROOMS[name]
            room.messages.append(text)  # KEEPS
        def enter(name, who):
            ROOMS[name].members.append(who)
        """,
        owner="Room",
    ),
    "a subclass of dict": Storing(
        "global CACHE",
        "Cache",
        """
        class Cache(dict):
            def __missing__(self, key):
                self[key] = load(key)  # KEEPS
                return self[key]
        CACHE, OTHER = Cache(), {}
        def page(key):
            OTHER[key] = 1
            return CACHE[key]
        """,
    ),
    "a subclass of list from outside": Storing(
        "global LOG",
        "Log",
        """
        class Log(list):
            pass
        LOG, OTHER = Log(), []
        def note(text):
            OTHER.append(len(text))
            LOG.append(text)  # KEEPS
        """,
    ),
    "a namespace's": Storing(
        "global state .rows:list",
        "list",
        """
        from types import SimpleNamespace
        state = SimpleNamespace(rows=[], sizes=[])
        def note(row):
            state.sizes.append(len(row))
            state.rows.append(row)  # KEEPS
        """,
    ),
    "an attribute given anew": Storing(
        "local main store .rows:tuple",
        "tuple",
        """
        class Store:
            def __init__(self):
                self.rows, self.size = (), 0
            def add(self, row):
                self.size = self.size + 1
                self.rows = self.rows + (row,)  # KEEPS
        """,
        owner="Store",
    ),
    "a dataclass' field": Storing(
        "local main store .rows:list",
        "list",
        """
        from dataclasses import dataclass, field
        @dataclass
        class Store:
            rows: list = field(default_factory=list)
            sizes: list = field(default_factory=list)
            def add(self, row):
                self.sizes.append(len(row))
                self.rows.append(row)  # KEEPS
        """,
        owner="Store",
    ),
    "a thread-local's": Storing(
        "global local .cache:dict",
        "dict",
        """
        import threading
        local = threading.local()
        def page(name):
            if not hasattr(local, "cache"):
                local.cache, local.last = {}, {}
            local.last["name"] = name
            local.cache[name] = render(name)  # KEEPS
        """,
    ),
}

FUNCTIONS = {
    "a parameter": Storing(
        "local main rows",
        "list",
        """
        def store(into, row):
            into.append(row)  # KEEPS
        def count(into, row):
            into.append(len(row))
        def main(lines):
            rows, sizes = [], []
            for line in lines:
                store(rows, line)
                count(sizes, line)
        """,
    ),
    "a named argument": Storing(
        "local main rows",
        "list",
        """
        def store(row, *, into):
            into.append(row)  # KEEPS
        def main(lines):
            rows, sizes = [], []
            for line in lines:
                store(line, into=rows)
                sizes.append(len(line))
        """,
    ),
    "the caller's": Storing(
        "local store into",
        "list",
        """
        def store(into, row):
            print(row)
        def main(lines):
            rows, sizes = [], []
            for line in lines:
                store(rows, line)
                sizes.append(len(line))
                rows.append(line)  # KEEPS
        """,
    ),
    "given to a constructor": Storing(
        "local main rows",
        "list",
        """
        class Reader:
            def __init__(self, rows):
                self.out = rows
                self.errors = []
            def read(self, line):
                self.errors.append(0)
                self.out.append(line)  # KEEPS
        def main(lines):
            rows = []
            reader = Reader(rows)
            for line in lines:
                reader.read(line)
        """,
    ),
    "returned": Storing(
        "global STATE [rows]:list",
        "list",
        """
        STATE = {"rows": [], "sizes": []}
        def kept():
            return STATE["rows"]
        def main(lines):
            sizes = []
            for line in lines:
                kept().append(line)  # KEEPS
                sizes.append(len(line))
        """,
    ),
    "a thread's arguments": Storing(
        "local main rows",
        "list",
        """
        import threading
        def work(lines, into):
            for line in lines:
                into.append(line)  # KEEPS
        def main(lines):
            rows, sizes = [], []
            threading.Thread(target=work, args=(lines, rows)).start()
            sizes.append(len(rows))
        """,
    ),
    "a closure's variable": Storing(
        "global handler <cell rows>:list",
        "list",
        """
        def make():
            rows, sizes = [], []
            def handle(event):
                sizes.append(len(event))
                rows.append(event)  # KEEPS
            return handle
        handler = make()
        """,
    ),
    "a default argument": Storing(
        "global note <default seen>:list",
        "list",
        """
        def note(row, seen=[]):
            sizes = []
            sizes.append(len(row))
            seen.append(row)  # KEEPS
        """,
    ),
    "a global by declaration": Storing(
        "global ROWS",
        "list",
        """
        ROWS = []
        def note(row):
            global ROWS
            total = [0]
            total = total + [len(row)]
            ROWS = ROWS + [row]  # KEEPS
        """,
    ),
    "a local of the same name": Storing(
        "global rows",
        "list",
        """
        rows = []
        def note(row):
            rows.append(row)  # KEEPS
        def look(lines):
            rows = []
            for line in lines:
                rows.append(line)
            return len(rows)
        """,
    ),
    "a generator's variable": Storing(
        "task parse pending",
        "list",
        """
        def parse(lines):
            pending, window = [], []
            for line in lines:
                window.append(len(line))
                pending.append(line)  # KEEPS
                yield len(pending)
        """,
    ),
    "a frame behind a traceback": Storing(
        "global FAILED [0]:ValueError <traceback>:traceback <frame rows>:list",
        "list",
        """
        FAILED = []
        def parse(lines):
            rows = []
            sizes = []
            for line in lines:
                sizes.append(len(line))
                rows.append(line)  # KEEPS
            raise ValueError
        """,
    ),
    "a method's cache": Storing(
        "local main book .indent_of:functools._lru_cache_wrapper <cache>:dict",
        "dict",
        """
        import functools
        class Book:
            @functools.lru_cache(maxsize=None)  # KEEPS
            def indent_of(self, line):
                return " " * line
            @functools.lru_cache(maxsize=9)
            def width_of(self, line):
                return line
        """,
        owner="Book",
    ),
    "a function's cache": Storing(
        "global render <cache>:dict",
        "dict",
        """
        from functools import cache, lru_cache
        @lru_cache(9)
        def title(name):
            return name
        @cache  # KEEPS
        def render(name):
            return title(name) * 99
        """,
    ),
}

CHAINS = {
    "the one before in what a call is given by name": Storing(
        "local crawl request .meta:dict ['previous']:app.Response <chain …>:app.Response",
        "app.Response",
        """
        class Request:
            def __init__(self, path, meta):
                self.path, self.meta = path, meta
        def parse(response):
            before = response.meta.get("previous")
            log(before, {"path": response.path})
            yield Request(response.next, meta={"previous": response})  # KEEPS
        def crawl(site, waiting):
            while waiting:
                request = waiting.pop()
                waiting.extend(parse(site.get(request)))
        """,
        exact=False,
    ),
    "a graph": Storing(
        "local train total .parents:tuple <chain parents>:Tensor",
        "Tensor",
        """
        class Tensor:
            def __init__(self, data, parents=()):
                self.data, self.parents = data, parents
            def __add__(self, other):
                return Tensor(self.data + other.data, (self, other))
        def train(batches):
            total, count = Tensor(0), 0
            for batch in batches:
                loss = forward(batch)
                count = count + 1
                total = total + loss  # KEEPS
        """,
        owner="Tensor",
    ),
    "a linked list": Storing(
        "local main head <chain next>:Node",
        "Node",
        """
        class Node:
            def __init__(self, value, after):
                self.value, self.next = value, after
        def main(values):
            head, total = None, 0
            for value in values:
                total = total + value
                head = Node(value, head)  # KEEPS
        """,
        owner="Node",
    ),
    "functions around functions": Storing(
        "global step <chain inner>:function",
        "function",
        """
        step = print
        count = 0
        def wrap(inner, name):
            return lambda: inner(name)
        def register(name):
            global step, count
            count = count + 1
            step = wrap(step, name)  # KEEPS
        """,
    ),
    "versions, by a name that the newest had": Storing(
        "local write earlier <chain …>:Version",
        "Version",
        """
        class Version:
            def __init__(self, lines, previous):
                self.lines, self.previous = lines, previous
        class Document:
            def __init__(self):
                self.current = Version([], None)
            def save(self, lines):
                self.current = Version(lines, self.current)  # KEEPS
                return self.current
        def write(rounds):
            document = Document()
            for _ in range(rounds):
                earlier = document.current
                later = document.save(edit(earlier.lines))  # SEEN
        """,
        owner="Version",
    ),
    "exceptions, each raised amid the one before": Storing(
        "local serve client .last_error:ValueError <chain …>:ValueError",
        "ValueError",
        """
        class Client:
            def __init__(self):
                self.last_error = None
                self.last_answer = ""
            def ask(self, question):
                try:
                    self.last_answer = check(question, self.last_error)
                except ValueError as error:
                    self.last_error = error  # KEEPS
        def serve(questions):
            client = Client()
            for question in questions:
                client.ask(question)
        """,
        exact=False,
    ),
    "at the tail": Storing(
        "local main queue .head:Node <chain next>:Node",
        "Node",
        """
        class Queue:
            def __init__(self):
                self.head = self.tail = Node(None)
            def push(self, value):
                node = Node(value)
                self.tail.next = node  # KEEPS
                self.tail = node
        class Node:
            def __init__(self, value):
                self.value = value
        """,
        exact=False,
    ),
}
OBJECTS |= {
    "by a property": Storing(
        "local main book ._rows:list",
        "list",
        """
        class Book:
            def __init__(self):
                self._rows, self._sizes = [], []
            @property
            def rows(self):
                return self._rows
            @property
            def sizes(self):
                return self._sizes
        def main(lines):
            book = Book()
            for line in lines:
                book.sizes.append(len(line))
                book.rows.append(line)  # KEEPS
        """,
        owner="Book",
    ),
    "one of a table": Storing(
        "local main book .rows:list",
        "list",
        """
        class Book:
            def __init__(self):
                self.rows, self.sizes, self.names = [], [], []
            def add(self, kind, line):
                self.names.append(kind)
                {"row": self.rows, "size": self.sizes}[kind].append(line)  # KEEPS
        """,
        owner="Book",
    ),
    "under two names at once": Storing(
        "local main book .rows:list",
        "list",
        """
        class Book:
            def load(self, lines):
                rows = self.rows = []
                sizes = self.sizes = []
                for line in lines:
                    sizes.append(len(line))
                    rows.append(line)  # KEEPS
        """,
        owner="Book",
    ),
    "of its type": Storing(
        "class Model.registry",
        "list",
        """
        class Model:
            registry = []
            def __init__(self):
                type(self).registry.append(self)  # KEEPS
        class Other:
            registry = []
            def __init__(self):
                self.__class__.registry.append(self)
        """,
    ),
    "of what derives from a library's dictionary": Storing(
        "global CACHE .data:dict",
        "dict",
        """
        from collections import UserDict
        class Cache(UserDict):
            pass
        CACHE, LAST = Cache(), {}
        def page(name):
            LAST["name"] = name
            CACHE[name] = render(name)  # KEEPS
        """,
        owner="Cache",
        exact=False,
    ),
    "beside methods by computed names": Storing(
        "global store .rows:list",
        "list",
        """
        class Store:
            def __init__(self, **options):
                self.rows = []
                self.__dict__.update(options)
            def do_add(self, row):
                self.rows.append(row)  # KEEPS
            def do(self, what, row):
                print(vars(self), getattr(self, what + "_help", ""))
                getattr(self, "do_" + what)(row)
        store = Store()
        """,
        owner="Store",
    ),
}

CHAINS |= {
    "two iterators of one": Storing(
        "local main second [0]:itertools._tee <chain …>:itertools._tee_dataobject",
        "itertools._tee_dataobject",
        """
        import itertools
        def readings(count):
            level = 1.0
            for number in range(count):
                level += number
                yield level
        def main(count):
            first, second = itertools.tee(readings(count))  # KEEPS
            low = min(first)
            return [one - low for one in second]
        """,
    ),
}

OBJECTS |= {
    "an own object in a library's": Storing(
        "global log .handlers:list [0]:bot.MailHandler .lines:list",
        "list",
        """
        import logging
        log = logging.getLogger("bot")
        class MailHandler(logging.Handler):
            def __init__(self):
                super().__init__()
                self.lines, self.sizes = [], []
            def emit(self, record):
                self.sizes.append(len(record.msg))
                self.lines.append(self.format(record))  # KEEPS
        def main(rows):
            log.addHandler(MailHandler())
            for row in rows:
                log.info("row %s", row)
        """,
        owner="bot.MailHandler",
    ),
}

LIBRARIES = {
    "a queue": Storing(
        "local main jobs .queue:collections.deque",
        "collections.deque",
        """
        import queue
        def main(lines):
            jobs, done = queue.Queue(), queue.Queue()
            for line in lines:
                jobs.put(line)  # KEEPS
                done.put(len(line))
                jobs.join()
        """,
        owner="queue.Queue@{queue}",
    ),
    "a queue in order": Storing(
        "local main jobs .queue:list",
        "list",
        """
        import queue
        def main(lines):
            jobs, done = queue.PriorityQueue(), queue.Queue()
            for line in lines:
                done.put(len(line))
                jobs.put((len(line), line))  # KEEPS
        """,
        owner="queue.PriorityQueue@{queue}",
    ),
    "a queue that a suspended task waits for": Storing(
        "task consume queue ._queue:collections.deque",
        "collections.deque",
        """
        import asyncio
        async def consume(queue):
            while True:
                await queue.get()
        async def produce(queue, lines):
            for line in lines:
                queue.put_nowait(line)  # KEEPS
        async def main(lines):
            queue, errors = asyncio.Queue(), asyncio.Queue()
            task = asyncio.create_task(consume(queue))
            await produce(queue, lines)
            await errors.put(task)
        """,
        owner="asyncio.queues.Queue@{asyncio.queues}",
    ),
    "a pool's queue": Storing(
        "local main pool ._work_queue:_queue.SimpleQueue",
        "_queue.SimpleQueue",
        """
        from concurrent.futures import ThreadPoolExecutor
        def main(urls):
            with ThreadPoolExecutor(4) as pool, ThreadPoolExecutor(2) as other:
                for url in urls:
                    pool.submit(fetch, url)  # KEEPS
                other.submit(report, 1)
        """,
        owner="concurrent.futures.thread.ThreadPoolExecutor@{concurrent.futures.thread}",
    ),
    "a pool's input": Storing(
        "local main pool ._taskqueue:queue.SimpleQueue ._queue:collections.deque",
        "collections.deque",
        """
        from multiprocessing.pool import ThreadPool
        def main(count):
            with ThreadPool(2) as pool:
                for value in pool.imap(work, frames(count)):  # KEEPS
                    print(value)
        """,
        owner="queue.SimpleQueue@{queue}",
        exact=False,
    ),
    "a shelf's cache": Storing(
        "global BOOK .cache:dict",
        "dict",
        """
        import shelve
        BOOK, LAST = shelve.open("book", writeback=True), {}
        def note(name, page):
            LAST[name] = 1
            BOOK[name] = page  # KEEPS
        """,
        owner="shelve.DbfilenameShelf@{shelve}",
    ),
    "a logger's handlers": Storing(
        "global log .handlers:list",
        "list",
        """
        import logging
        log = logging.getLogger("bot")
        def run(job):
            log.info("starts %s", job)
            log.addHandler(logging.StreamHandler())  # KEEPS
        """,
        owner="logging.Logger@{logging}",
    ),
    "a buffering handler": Storing(
        "local main capture .buffer:list",
        "list",
        """
        import logging.handlers
        def set_up():
            capture = logging.handlers.MemoryHandler(10**9)  # KEEPS
            logging.getLogger().addHandler(capture)
            return capture
        def main(rows):
            capture, last = set_up(), logging.StreamHandler()
            for row in rows:
                logging.debug("%s", row)
                last.setLevel(9)
            print(len(capture.buffer))
        """,
        owner="logging.handlers.MemoryHandler@{logging.handlers}",
        exact=False,
    ),
    "the buffer of a logger's handler": Storing(
        "global log .handlers:list [0]:logging.handlers.MemoryHandler .buffer:list",
        "list",
        """
        import logging.handlers
        log, other = logging.getLogger("x"), logging.getLogger("y")
        log.addHandler(made_elsewhere())
        def main(rows):
            for row in rows:
                other.setLevel(9)
                log.debug("%s", row)  # KEEPS
        """,
        owner="logging.handlers.MemoryHandler@{logging.handlers}",
        exact=False,
    ),
    "figures": Storing(
        "library matplotlib._pylab_helpers.Gcf.figs",
        "collections.OrderedDict",
        """
        import matplotlib.pyplot as plt
        def draw(values):
            figure, axes = plt.subplots()  # KEEPS
            axes.plot(values)
            figure.savefig("x.png")
        """,
        exact=False,
    ),
    "a list that is put into another one as it is": Storing(
        "local main copies [0]:list",
        "list",
        """
        import json
        def load():
            with open("data.json") as file:
                return json.load(file)
        def main():
            config = load()
            copies = []
            for _ in range(50):
                copies.append(load())  # KEEPS
        """,
        exact=False,
    ),
    "what an event loop waits for, by the task that nobody cancels": Storing(
        "local run runner ._loop:asyncio.unix_events._UnixSelectorEventLoop ._scheduled:list",
        "list",
        """
        import asyncio
        class Connection:
            def start(self):
                asyncio.get_running_loop().create_task(self.beat())  # KEEPS
            async def beat(self):
                while True:
                    await asyncio.sleep(30)
        async def main():
            for number in range(1000):
                connection = Connection()
                connection.start()
                await asyncio.sleep(0)
        asyncio.run(main())
        """,
        owner="asyncio.unix_events._UnixSelectorEventLoop@{asyncio.unix_events}",
        exact=False,
    ),
    "a variable of a library's function that the user's line calls": Storing(
        "local gather children",
        "list",
        """
        import asyncio
        async def fetch(page):
            await asyncio.sleep(page)
        async def read(shop, count):
            names = list(shop)
            pages = await asyncio.gather(*(fetch(page) for page in range(count)))  # KEEPS
            return names, pages
        asyncio.run(read("x", 9))
        """,
        item="_asyncio.Task",
        root_file="{asyncio.tasks}",
        exact=False,
    ),
    "a variable of a library's coroutine that the user's line awaits": Storing(
        "task StreamReader.read blocks",
        "list",
        """
        import asyncio
        async def fetch(port, name):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(name)
            return await reader.read()  # KEEPS
        async def main(names):
            with open("ports") as file:
                ports = file.read().split()
            for name in names:
                print(await fetch(ports[0], name))
        """,
        item="bytes",
        root_file="{asyncio.streams}",
        exact=False,
    ),
    "the tasks of one gather": Storing(
        "local run task <element>:asyncio.tasks._GatheringFuture <element>:dict ['_children']:list",
        "list",
        """
        import asyncio
        async def fetch(page):
            await asyncio.sleep(page)
        async def main(count):
            names = await asyncio.to_thread(list, "xy")
            return names, await asyncio.gather(*(fetch(page) for page in range(count)))  # KEEPS
        asyncio.run(main(9))
        """,
        item="_asyncio.Task",
        owner="asyncio.tasks._GatheringFuture@{asyncio.tasks}",
        root_file="{asyncio.runners}",
        exact=False,
    ),
    "what the user's own function does to it is in that function": Storing(
        "local monthly message ._payload:list",
        "list",
        """
        from email.mime.multipart import MIMEMultipart
        class Mailer:
            def compose(self, files):
                message = MIMEMultipart()
                for part in files:
                    message.attach(part)  # KEEPS
                return message
            def send(self, message, receivers):
                print(message.as_string(), receivers)
        def monthly(mailer, months, files):
            for month in months:
                message = mailer.compose(files)
                mailer.send(message, month)
        monthly(Mailer(), [1], [])
        """,
        owner="email.mime.multipart.MIMEMultipart@{email.mime.multipart}",
        exact=False,
    ),
    "what waits to be sent": Storing(
        "local serve reader ._transport:asyncio.selector_events._SelectorSocketTransport ._buffer:bytearray",
        "bytearray",
        """
        import asyncio
        async def serve(reader, writer):
            names = await reader.readline()
            for row in range(9):
                writer.write(b"%d" % row)  # KEEPS
            await writer.drain()
        async def main():
            await asyncio.start_server(serve, "127.0.0.1", 0)
        asyncio.run(main())
        """,
        item="int",
        owner="asyncio.selector_events._SelectorSocketTransport@{asyncio.selector_events}",
        exact=False,
    ),
    "threads that still run": Storing(
        "library threading._active",
        "dict",
        """
        import threading
        def send(parcel):
            threading.Thread(target=deliver, args=(parcel,)).start()  # KEEPS
        def deliver(parcel):
            threading.Event().wait()
        for number in range(9):
            send(number)
        """,
        item="threading.Thread",
        exact=False,
    ),
    "what Python keeps in a module of its warnings": Storing(
        "global __warningregistry__",
        "dict",
        """
        import warnings
        def parse(text, seen):
            if "." in text:
                seen[text] = True
                warnings.warn("old form: %r" % text)  # KEEPS
            return text
        for number in range(9):
            parse("%d." % number, {})
        """,
        exact=False,
    ),
    "what a manager keeps for other processes": Storing(
        "local run self ._target:method <bound __self__>:multiprocessing.managers.Server .id_to_obj:dict"
        " ['7f3b']:tuple [0]:dict",
        "dict",
        """
        import multiprocessing
        def work(pages, seen, numbers):
            for number in numbers:
                seen[number] = True
                pages[number] = bytes(9_000)  # KEEPS
        def main():
            with multiprocessing.Manager() as manager:
                pages = manager.dict()
                seen = {}
                worker = multiprocessing.Process(target=work, args=(pages, seen, range(99)))
                worker.start()
        """,
        owner="multiprocessing.managers.Server@{multiprocessing.managers}",
    ),
    "all loggers, by way of one of them": Storing(
        "local serve session:app.Session .log:logging.Logger <element>:logging.Manager .loggerDict:dict",
        "dict",
        """
        import logging
        class Session:
            def __init__(self, number):
                self.log = logging.getLogger("session.%d" % number)  # KEEPS
                self.log.addHandler(logging.NullHandler())
        def serve(numbers):
            for number in numbers:
                session = Session(number)
                session.log.info("done")
        """,
        owner="logging.Manager@{logging}",
        exact=False,
    ),
    "a dictionary with weak keys": Storing(
        "global KNOWN .data:dict",
        "dict",
        """
        import weakref
        KNOWN, LAST = weakref.WeakKeyDictionary(), {}
        def note(page):
            LAST[page.name] = 1
            KNOWN[page] = (page, page.text())  # KEEPS
        """,
        owner="weakref.WeakKeyDictionary@{weakref}",
    ),
    "a session": Storing(
        "local run session ._new:dict",
        "dict",
        """
        from orm import Session
        def store(session, row):
            session.add(row)  # KEEPS
        def run(rows):
            with Session() as session:
                for row in rows:
                    store(session, row)
                session.commit()
        """,
        owner="orm.Session@/usr/lib/python3/dist-packages/orm.py",
        exact=False,
    ),
}
STORING = {**LISTS, **DICTS, **OBJECTS, **FUNCTIONS, **CHAINS, **LIBRARIES}
"""By what is put how into what."""

DOUBTFUL = {
    "what the program puts under a key of a library's object": Storing(
        "local main app ._state:dict [1]:list",
        "list",
        """
        from aiohttp import web
        SOCKETS, SHOWN = web.AppKey("sockets", list), []
        class Screen(web.WebSocketResponse):
            pass
        async def screen(request):
            socket = Screen()
            request.app[SOCKETS].append(socket)  # KEEPS
            async for message in socket:
                SHOWN.append(message)
        def main():
            app = web.Application()
            app[SOCKETS] = []
            web.run_app(app)
        """,
        item="__main__.Screen",
        owner="aiohttp.web_app.Application@/usr/lib/python3/dist-packages/aiohttp/web_app.py",
    ),
    "what the program itself keeps in a library's object": Storing(
        "local main session .info:dict ['audit']:list",
        "list",
        """
        from sqlalchemy.orm import Session
        def remember(session, context):
            trail = session.info.setdefault("audit", [])
            for thing in session.new:
                trail.append(("insert", thing.values()))  # KEEPS
        def main(engine, rows):
            with Session(engine) as session:
                for row in rows:
                    session.add(Order(**row))
        """,
        owner="sqlalchemy.orm.session.Session@/usr/lib/python3/dist-packages/sqlalchemy/orm/session.py",
    ),
    "two lines fill it": Storing(
        "global ROWS",
        "list",
        """
        ROWS = []
        def first(row):
            ROWS.append(row)
        def second(row):
            ROWS.append(row)  # KEEPS SEEN
        """,
    ),
    "another class may be meant": Storing(
        "global store .rows:list",
        "list",
        """
        class Store:
            def __init__(self):
                self.rows = []
        class Window:
            def __init__(self):
                self.rows = []
        store = Store()
        def note(what, row):
            what.rows.append(row)  # KEEPS
        """,
        owner="Store",
    ),
    "a defaultdict that is read at two lines": Storing(
        "global HITS",
        "collections.defaultdict",
        """
        from collections import defaultdict
        HITS = defaultdict(list)
        def record(client):
            HITS[client].append(1)
        def allows(client):
            return len(HITS[client]) < 9  # KEEPS SEEN
        """,
    ),
    "made whole": Storing(
        "local main rows",
        "list",
        """
        def main(lines):
            sizes = [len(line) for line in lines]
            rows = [line.split() for line in lines]  # KEEPS
        """,
    ),
}
"""Where more than one line may be the one, or none does it for certain."""

STOPPED = {
    "an attribute by a computed name": Storing(
        "global store .rows:list",
        "list",
        """
        class Store:
            def __init__(self):
                self.rows = []
            def add(self, kind, row):
                getattr(self, kind).append(row)
                self.rows.append(row)  # KEEPS
        store = Store()
        """,
        owner="Store",
    ),
    "code that is made": Storing(
        "global ROWS",
        "list",
        """
        ROWS = []
        exec("ROWS.append(1)")
        def note(row):
            ROWS.append(row)  # KEEPS
        """,
    ),
    "a library that fills it": Storing(
        "local main rows",
        "list",
        """
        import reader
        def main(files):
            rows, sizes = [], []
            for file in files:
                reader.read_into(rows, file)
                sizes.append(len(rows))
                rows.append(file)  # KEEPS
        """,
    ),
    "globals by name": Storing(
        "global ROWS",
        "list",
        """
        ROWS = []
        def note(row, where):
            globals()[where].append(row)
            ROWS.append(row)  # KEEPS
        """,
    ),
}
"""Where the source does not spell out all that may fill it."""

NOT_FOUND = {
    "given to a decorator of the program's": Storing(
        "global ROUTES",
        "dict",
        """
        ROUTES = {}
        def counted(cache):
            return lambda function: function
        @counted(cache=ROUTES)
        def offer(start, end):
            return start, end
        """,
    ),
    "what fills it came from another process": Storing(
        "global ROWS",
        "list",
        """
        import pickle
        from collections import deque
        ROWS = []
        LAST = deque(maxlen=5)
        def main(task):
            pickle.loads(task)(ROWS)
        """,
    ),
    "nothing fills it": Storing(
        "local main rows",
        "list",
        """
        def main(lines, rows):
            for line in lines:
                print(line, len(rows), rows[-1], sorted(rows))
        """,
    ),
    "only another is filled": Storing(
        "local main rows",
        "list",
        """
        def main(lines, rows):
            sizes = []
            for line in lines:
                sizes.append(len(rows))
        """,
    ),
    "what is put is of another type": Storing(
        "local main rows",
        "list",
        """
        def main(lines, rows):
            for line in lines:
                rows.append((line, 1))
        """,
        item="dict",
    ),
    "a key of a list": Storing(
        "local main rows",
        "list",
        """
        def main(lines, rows):
            for number, line in enumerate(lines):
                rows[number] = line
        """,
    ),
    "a plain dict is only read": Storing(
        "local main rows",
        "dict",
        """
        def main(lines, rows):
            for line in lines:
                print(rows[line], rows.get(line))
        """,
    ),
    "another function's variable": Storing(
        "local main rows",
        "list",
        """
        def main(lines, rows):
            return len(rows)
        def other(lines):
            rows = []
            for line in lines:
                rows.append(line)
        """,
    ),
    "another file": Storing("local other.main rows", "list", "def main(rows):\n    return rows\n"),
    "broken": Storing("local main rows", "list", "def main(rows:\n    rows.append(1)\n"),
}
"""Where no line can be named."""
