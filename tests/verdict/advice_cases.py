"""What is advised for which line: each with its cheap remedy, and twins beside them that look like it and get none.

``# HERE`` marks the culprit's line. The advice is told by words that it has in English; of a twin, by words that it
must not have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from memmon.verdict.model.census import RootKind


class Taken(NamedTuple):
    """A line that takes memory at once."""

    words: str
    source: str
    twin: str
    """The same work in a way for which that advice does not fit."""


class Kept(NamedTuple):
    """A container that keeps memory bit by bit."""

    words: str
    path: str
    type: str
    item: str
    owner: str = ""
    step: str = ""
    """The last step of the way to it, as kind and type."""
    root: RootKind = "global"
    source: str = "kept.append(thing)  # HERE\n"


TAKEN = {
    "a whole answer": Taken(
        "stream=True",
        "import requests\ndef f(url):\n    answer = requests.get(url)  # HERE\n",
        "import requests\ndef f(url):\n    answer = requests.get(url, stream=True)  # HERE\n",
    ),
    "a whole answer of a session": Taken(
        "stream=True",
        "import requests\ndef f(session, url):\n    answer = session.get(url)  # HERE\nf(requests.Session(), 'u')\n",
        "def f(session, url):\n    answer = session.get(url)  # HERE\nf({}, 'u')\n",
    ),
    "a process's output": Taken(
        "process.stdout",
        "import subprocess\nprocess = subprocess.Popen(['ls'])\nout, _ = process.communicate()  # HERE\n",
        "import telnetlib\nprocess = telnetlib.Telnet()\nout, _ = process.communicate()  # HERE\n",
    ),
    "a process that is run": Taken(
        "process.stdout",
        "import subprocess\nout = subprocess.run(['ls'], capture_output=True)  # HERE\n",
        "import subprocess\nout = subprocess.run(['ls'])  # HERE\n",
    ),
    "a member of an archive": Taken(
        "archive.open(name)",
        "import zipfile\ndef f(archive):\n    data = archive.read('x')  # HERE\n"
        "with zipfile.ZipFile('a') as a:\n    f(a)\n",
        "def f(archive):\n    data = archive.read('x')  # HERE\n",
    ),
    "a whole file": Taken(
        "line by line",
        "with open('big.log') as file:\n    text = file.read()  # HERE\n",
        "with Sensor('big') as sensor:\n    text = sensor.read()  # HERE\n",
    ),
    "a whole file, though called otherwise": Taken(
        "line by line",
        "from pathlib import Path\ntext = Path('big.log').read_text()  # HERE\n",
        "def f(file):\n    text = file.read(4096)  # HERE\nf(open('big.log'))\n",
    ),
    "lines of a whole file": Taken(
        "line by line",
        "import gzip\nlines = gzip.open('big.gz').readlines()  # HERE\n",
        "lines = book.readlines()  # HERE\n",
    ),
    "a whole table": Taken(
        "fetchmany",
        "rows = cursor.fetchall()  # HERE\n",
        "rows = cursor.fetchmany(99)  # HERE\n",
    ),
    "a whole tree": Taken(
        "iterparse",
        "import xml.etree.ElementTree as ET\ntree = ET.parse('big.xml')  # HERE\n",
        "import argparse\ntree = argparse.parse('big.xml')  # HERE\n",
    ),
    "a tree that is not cleared": Taken(
        "clear() each element",
        "import xml.etree.ElementTree as ET\nfor _, one in ET.iterparse('big.xml'):  # HERE\n    print(one)\n",
        "import xml.etree.ElementTree as ET\nfor _, one in ET.iterparse('big.xml'):  # HERE\n    one.clear()\n",
    ),
    "one string of it all": Taken(
        "json.dump(",
        "import json\ntext = json.dumps(rows)  # HERE\n",
        "import json\njson.dump(rows, file)  # HERE\n",
    ),
    "a queryset that is gone through": Taken(
        ".iterator()",
        "class Article(Model):\n    pass\narticles = Article.objects.filter(section=2).order_by('id')\n"
        "for article in articles:  # HERE\n    put(article)\n",
        "from app.models import Article\narticles = Article.objects.filter(section=2).iterator()\n"
        "for article in articles:  # HERE\n    put(article)\n",
    ),
    "categories that become columns": Taken(
        "sparse=True",
        "import pandas as pd\nwide = pd.get_dummies(frame)  # HERE\n",
        "wide = shop.get_dummies.copy(frame)  # HERE\n",
    ),
    "parts that are joined": Taken(
        "writelines",
        "text = '\\n'.join(parts)  # HERE\n",
        "import os\ntext = os.path.join('a', 'b')  # HERE\n",
    ),
    "a table of numbers": Taken(
        "rows that are still needed",
        "table = [[0] * 9_000 for _ in range(9_000)]  # HERE\n",
        "table = [make(n) for n in range(9_000)]  # HERE\n",
    ),
    "a list of it all": Taken(
        "generator",
        "rows = [make(n) for n in numbers]  # HERE\n",
        "def make():\n    return [n for n in range(9)]\nrows = make()  # HERE\n",
    ),
    "sorted": Taken(
        "heapq.nsmallest",
        "rows = sorted(make())  # HERE\n",
        "rows.sort()  # HERE\n",
    ),
    "a configuration": Taken(
        "delete old history",
        "import json\nwith open('c.json') as file:\n    config = json.load(file)  # HERE\n",
        "import json\ndef f(message):\n    config = json.loads(message)  # HERE\n",
    ),
    "a copy of all": Taken(
        "only the fields",
        "import copy\nold = copy.deepcopy(state)  # HERE\n",
        "import copy\nold = copy.copy(state)  # HERE\n",
    ),
    "arrays that are joined": Taken(
        "preallocate",
        "import numpy as np\ngrid = np.vstack((grid, row))  # HERE\n",
        "grid = books.vstack(row)  # HERE\n",
    ),
    "an array that is loaded": Taken(
        "mmap_mode",
        "import numpy as np\ngrid = np.load('a.npy')  # HERE\n",
        "import numpy as np\ngrid = np.load('a.npy', mmap_mode='r')  # HERE\n",
    ),
    "a table in pieces": Taken(
        "chunksize",
        "import pandas as pd\nframe = pd.read_csv('a.csv')  # HERE\n",
        "import pandas as pd\nframe = pd.read_csv('a.csv', chunksize=9)  # HERE\n",
    ),
    "rows of an ORM": Taken(
        "yield_per",
        "from sqlalchemy.orm import Session\nwith Session(engine) as session:\n"
        "    rows = session.scalars(select(Order)).all()  # HERE\n",
        "rows = Order.objects.filter(open=True).all()  # HERE\n",
    ),
    "an answer that is streamed otherwise": Taken(
        "client.stream(",
        "import httpx\ndef f(client, url):\n    answer = client.get(url)  # HERE\nf(httpx.Client(), 'u')\n",
        "import httpx\ndef f(client, url):\n    answer = client.get(url)  # HERE\nf({}, 'u')\n",
    ),
    "an awaited answer": Taken(
        "iter_chunked",
        "import aiohttp\nasync def f(url):\n    async with aiohttp.ClientSession() as session:\n"
        "        async with session.get(url) as answer:\n            body = await answer.text()  # HERE\n",
        "async def f(answer):\n    body = await answer.text()  # HERE\n",
    ),
    "a stream to its end": Taken(
        "reader.read(65536)",
        "async def f(reader):\n    body = await reader.read()  # HERE\n",
        "async def f(reader):\n    body = await reader.read(4096)  # HERE\n",
    ),
    "a page of a template": Taken(
        ".stream(",
        "import jinja2\nclass Pages:\n    def __init__(self):\n"
        "        self.template = jinja2.Environment().from_string('x')\n"
        "    def make(self, rows):\n        text = self.template.render(rows=rows)  # HERE\n",
        "class Scene:\n    def make(self, rows):\n        text = self.camera.render(rows=rows)  # HERE\n",
    ),
    "a soup": Taken(
        "SoupStrainer",
        "from bs4 import BeautifulSoup\nsoup = BeautifulSoup(html, 'lxml')  # HERE\n",
        "from bs4 import BeautifulSoup\nsoup = BeautifulSoup(html, 'lxml', parse_only=links)  # HERE\n",
    ),
    "a workbook": Taken(
        "read_only=True",
        "from openpyxl import load_workbook\nbook = load_workbook('big.xlsx')  # HERE\n",
        "from openpyxl import load_workbook\nbook = load_workbook('big.xlsx', read_only=True)  # HERE\n",
    ),
    "a picture": Taken(
        "thumbnail()",
        "from PIL import Image\ndef f(path):\n    image = Image.open(path)\n    return image.convert('RGB')  # HERE\n",
        "def f(money):\n    return money.convert('EUR')  # HERE\n",
    ),
    "a chart": Taken(
        "lower dpi",
        "figure.savefig('chart.png', dpi=1200)  # HERE\n",
        "figure.savefig('chart.svg')  # HERE\n",
    ),
    "a covariance of rows": Taken(
        "rowvar=False",
        "import numpy as np\nfound = np.cov(table)  # HERE\n",
        "import numpy as np\nfound = np.cov(table, rowvar=False)  # HERE\n",
    ),
    "each with each": Taken(
        "blocks of rows",
        "far = points[:, None, :] - centres[None, :, :]  # HERE\n",
        "far = points[:, 3, :] - centres[0, :, :]  # HERE\n",
    ),
    "a sparse table made full": Taken(
        "keep it sparse",
        "table = matrix.toarray()  # HERE\n",
        "table = matrix.todict()  # HERE\n",
    ),
    "texts in an array": Taken(
        "dtype=object",
        "import numpy as np\nremarks = np.array([row.remark for row in rows])  # HERE\n",
        "import numpy as np\nremarks = np.array(rows)  # HERE\n",
    ),
    "floats of whole numbers": Taken(
        "float32",
        "import numpy as np\npixels = np.asarray(image) / 255.0  # HERE\n",
        "import numpy as np\npixels = np.asarray(image, dtype='float32') / 255.0  # HERE\n",
    ),
    "a table of all pairs": Taken(
        "keep it long",
        "import pandas as pd\nsales = pd.DataFrame(rows)\nwide = sales.pivot_table(index='a', columns='b')  # HERE\n",
        "chair.pivot()  # HERE\n",
    ),
    "a grid of all that might be": Taken(
        "never occur",
        "grid = pd.MultiIndex.from_product([shops, days])\ntable = sums.reindex(grid, fill_value=0)  # HERE\n",
        "table = sums.sort_index()  # HERE\n",
    ),
    "rows that are repeated": Taken(
        "before it explodes",
        "import pandas as pd\nwords = pd.DataFrame(rows).explode('word')  # HERE\n",
        "words = pd.DataFrame(rows).expand('word')  # HERE\n",
    ),
    "a frame made of objects": Taken(
        "itertuples()",
        "import pandas as pd\nframe = pd.DataFrame(rows)\nfor row in frame.to_dict('records'):  # HERE\n    put(row)\n",
        "frame = {}\nfor row in frame.items():  # HERE\n    put(row)\n",
    ),
    "a checksum": Taken(
        "file_digest",
        "import hashlib\nwith open('a.iso', 'rb') as file:\n    print(hashlib.sha256(file.read()).digest())  # HERE\n",
        "import hashlib\nprint(hashlib.sha256(part).digest())  # HERE\n",
    ),
    "one pickle of it all": Taken(
        "dump(…, file)",
        "import pickle\ndata = pickle.dumps(rows)  # HERE\n",
        "import pickle\npickle.dump(rows, file)  # HERE\n",
    ),
    "a literal": Taken(
        "json.load",
        "import ast\nstate = ast.literal_eval(text)  # HERE\n",
        "import ast\nstate = ast.unparse(text)  # HERE\n",
    ),
    "a mail": Taken(
        "BytesGenerator",
        "from email.mime.multipart import MIMEMultipart\nmail = MIMEMultipart()\ntext = mail.as_string()  # HERE\n",
        "text = price.as_string()  # HERE\n",
    ),
    "a database in memory": Taken(
        "connect to a file",
        "import sqlite3\nbase = sqlite3.connect(':memory:')\nbase.executemany('…', rows)  # HERE\n",
        "import sqlite3\nbase = sqlite3.connect(':memory:')\nbase.execute('…', row)  # HERE\n",
    ),
    "all input of an executor": Taken(
        "hand it batches",
        "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(4) as pool:\n"
        "    done = pool.map(work, jobs)  # HERE\n",
        "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(4) as pool:\n"
        "    done = pool.submit(work, job)  # HERE\n",
    ),
    "one block": Taken(
        "one allocation is too large",
        "block = bytearray(10**9)  # HERE\n",
        "block = price * 10  # HERE\n",
    ),
    "blocks that are collected": Taken(
        "what is collected here never goes away",
        "rows.append(bytearray(10**6))  # HERE\n",
        "rows = bytearray(10**6)  # HERE\n",
    ),
    "all results of a pool": Taken(
        "imap",
        "from multiprocessing import Pool\nwith Pool(4) as workers:\n    done = workers.map(work, jobs)  # HERE\n",
        "done = chart.map(work, jobs)  # HERE\n",
    ),
}
"""By what is taken."""

KEPT = {
    "what an event loop waits for": Kept(
        "cancel()",
        "runner._loop._scheduled",
        "list",
        "asyncio.events.TimerHandle",
        "asyncio.unix_events._UnixSelectorEventLoop",
    ),
    "what waits to be sent": Kept(
        "drain()",
        "reader._transport._buffer",
        "bytearray",
        "int",
        "asyncio.selector_events._SelectorSocketTransport",
    ),
    "threads that still run": Kept("what they wait for", "threading._active", "dict", "threading.Thread"),
    "what a manager keeps": Kept("manager's process", "pages", "dict", "dict", "multiprocessing.managers.Server"),
    "what is taken out on some ways": Kept(
        "on every way",
        "pending",
        "dict",
        "app.Request",
        source="pending = {}\ndef ask(request):\n    pending[request.number] = request  # HERE\n"
        "def answer(number):\n    return pending.pop(number)\n",
    ),
    "what is drawn": Kept(
        "set_data()", "monitor.top._children", "list", "matplotlib.lines.Line2D", "matplotlib.axes.Axes"
    ),
    "Django's cache": Kept(
        "MAX_ENTRIES", "self._cache", "dict", "bytes", "django.core.cache.backends.locmem.LocMemCache"
    ),
    "templates": Kept(
        "cache_size", "post.templates.cache", "dict", "jinja2.Template", "jinja2.environment.Environment"
    ),
    "cells of a sheet": Kept(
        "write_only=True", "sheet._cells", "dict", "x.Cell", "openpyxl.worksheet.worksheet.Worksheet"
    ),
    "labels": Kept(
        "leave out of the labels", "SECONDS._metrics", "dict", "x.Child", "prometheus_client.metrics.Histogram"
    ),
    "a mock's calls": Kept("reset_mock()", "api.mock_calls", "list", "tuple", "unittest.mock.MagicMock"),
    "what waits for an event": Kept(
        "make the task that waits once",
        "stopping._waiters",
        "collections.deque",
        "_asyncio.Future",
        "asyncio.locks.Event",
    ),
    "an exit stack": Kept("for each", "stack._exit_callbacks", "collections.deque", "tuple", "contextlib.ExitStack"),
    "scopes": Kept(".parents", "renderer.scope.maps", "list", "dict", "collections.ChainMap"),
    "members of an archive": Kept(
        "archive.members = []", "archive.members", "list", "tarfile.TarInfo", "tarfile.TarFile"
    ),
    "finalizers": Kept("plain function", "weakref.finalize._registry", "dict", "weakref.finalize._Info"),
    "frames": Kept("line number", "LEAKS.opened_by", "dict", "frame"),
    "dead references": Kept("WeakSet", "observers", "list", "weakref.ReferenceType"),
    "classes": Kept("for each set of fields", "KINDS", "dict", "type"),
    "what is open": Kept("close() each", "segments", "list", "mmap.mmap"),
    "a text that grows": Kept("truncate(0)", "transcript", "_io.StringIO", ""),
    "a default argument": Kept("let it be None", "checked.<default>", "list", "tuple", step="default list"),
    "what a thread has": Kept("each thread", "local.compiled", "dict", "str", "_thread._local"),
    "objects with an end": Kept("when it has ended", "app._state[1]", "list", "__main__.Screen"),
    "a table of the function's own": Kept("keep less of each", "bigger", "dict", "tuple", root="local"),
    "what was seen": Kept("discard()", "crawler.seen", "set", "str"),
    "texts of warnings": Kept("leave out of it", "__warningregistry__", "dict", "int"),
    "rows of a table": Kept("itertuples()", "flagged", "list", "pandas.core.series.Series"),
    "a cache": Kept("maxsize", "render.<cache>", "dict", "str", step="cache dict"),
    "figures": Kept("plt.close", "matplotlib._pylab_helpers.Gcf.figs", "collections.OrderedDict", "x"),
    "statements": Kept("reset_queries", "connection.queries_log", "collections.deque", "dict"),
    "a session": Kept("expunge_all", "session._new", "dict", "app.Row", "sqlalchemy.orm.session.Session"),
    "a pool's input": Kept("hold it back", "pool._inqueue", "list", "tuple", "multiprocessing.queues.SimpleQueue"),
    "futures": Kept("submit so many", "jobs", "list", "concurrent.futures._base.Future"),
    "futures as keys": Kept(
        "submit so many",
        "jobs",
        "dict",
        "str",
        source="from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(2)\njobs = {}\n"
        "for url in urls:\n    jobs[pool.submit(fetch, url)] = url  # HERE\n",
    ),
    "tasks": Kept("add_done_callback(tasks.discard)", "tasks", "set", "_asyncio.Task"),
    "a queue": Kept("Queue(maxsize=…)", "jobs.queue", "collections.deque", "str", "queue.Queue"),
    "a queue of tasks": Kept("Queue(maxsize=…)", "inbox._queue", "collections.deque", "dict", "asyncio.queues.Queue"),
    "handlers": Kept("removeHandler", "log.handlers", "list", "logging.StreamHandler", "logging.Logger"),
    "log records": Kept("let them go to a file", "capture.buffer", "list", "logging.LogRecord"),
    "exceptions": Kept("with_traceback(None)", "failed", "list", "ValueError"),
    "exceptions in tuples": Kept(
        "with_traceback(None)",
        "failed",
        "list",
        "tuple",
        source="def f(work, failed):\n    try:\n        work()\n    except ValueError as error:\n"
        "        failed.append((work, error))  # HERE\n",
    ),
    "exceptions that a method is given": Kept(
        "with_traceback(None)",
        "failures.items",
        "list",
        "tuple",
        source="class Failures:\n    def note(self, where, error):\n        self.items.append((where, error))  # HERE\n"
        "def f(work, failures):\n    try:\n        work()\n    except ValueError as error:\n"
        "        failures.note(work, error)\n",
    ),
    "views of bytes": Kept("bytes(view)", "heads", "list", "memoryview"),
    "views of arrays": Kept(
        "copy()",
        "heads",
        "list",
        "numpy.ndarray",
        source="def f(heads, signal):\n    heads.append(signal[3:9])  # HERE\n",
    ),
    "views that a function gives": Kept(
        "copy()",
        "heads",
        "list",
        "numpy.ndarray",
        source="def head(signal):\n    part = signal[3:9]\n    return part\n"
        "def f(heads, signal):\n    heads.append(head(signal))  # HERE\n",
    ),
    "parts of a page": Kept("str(tag.string)", "titles", "list", "bs4.element.NavigableString"),
    "parts of a document": Kept("not the node", "titles", "dict", "lxml.etree._Element"),
    "a graph": Kept("detach()", "total", "app.Tensor", "app.Tensor", step="chain app.Tensor"),
    "a tee": Kept(
        "side by side",
        "second…",
        "itertools._tee_dataobject",
        "itertools._tee_dataobject",
        step="chain itertools._tee_dataobject",
    ),
    "a chain": Kept("cut the link", "head", "app.Version", "app.Version", step="chain app.Version"),
    "bound methods": Kept("WeakMethod", "bus.handlers['price']", "list", "method", "app.Bus"),
    "functions that are registered": Kept("WeakMethod", "model.changed._receivers", "list", "function", "app.Signal"),
    "keys that are made by reading": Kept(
        ".get(key)", "hits", "collections.defaultdict", "list", source="print(len(hits[client]))  # HERE\n"
    ),
    "pictures": Kept("close()", "pages", "list", "PIL.Image.Image"),
    "weak keys": Kept("refers to its key", "known.data", "dict", "tuple", "weakref.WeakKeyDictionary"),
    "a shelf": Kept("sync()", "book.cache", "dict", "dict", "shelve.DbfilenameShelf"),
    "copies of all": Kept(
        "only the fields that are needed later",
        "history",
        "list",
        "app.State",
        source="history.append(deepcopy(s))  # HERE\n",
    ),
    "a dictionary": Kept("popitem()", "CACHE", "dict", "str"),
    "a list": Kept("write it out in batches", "rows", "list", "dict"),
}
"""By what is held."""

NOT_SO = {
    "arrays that are no views": Kept(
        "copy()", "grids", "list", "numpy.ndarray", source="def f(grids, n):\n    grids.append(zeros(n))  # HERE\n"
    ),
    "no exception": Kept(
        "traceback", "rows", "list", "tuple", source="def f(rows, error):\n    rows.append((1, error))  # HERE\n"
    ),
    "functions of no register": Kept("WeakMethod", "steps", "list", "function"),
    "a default that is stored into": Kept(
        ".get(key)", "hits", "collections.defaultdict", "list", source="hits[client].append(1)  # HERE\n"
    ),
    "an attribute that is called a queue": Kept("maxsize", "job.queue", "list", "dict", "app.Job"),
    "records of the program's own": Kept("let them go to a file", "kept", "list", "app.Record"),
    "plain values": Kept("when it has ended", "rows", "list", "datetime.date"),
    "columns of numbers": Kept("when it has ended", "columns", "list", "pandas.core.frame.DataFrame"),
    "an environment of the program's own": Kept("cache_size", "post.cache", "dict", "str", "app.Environment"),
    "axes of a machine": Kept("set_data()", "mill._children", "list", "app.Tool", "app.Axes"),
    "a cache with a bound": Kept(
        "give the cache a maxsize",
        "rows",
        "list",
        "str",
        source="@lru_cache(9)\ndef f(n):\n    rows.append(n)  # HERE\n",
    ),
    "read by a method of that name": Kept(
        "line by line", "rows", "list", "str", source="def f(rows, sensor):\n    rows.append(sensor.read())  # HERE\n"
    ),
    "small messages": Kept(
        "history",
        "rows",
        "list",
        "dict",
        source="import json\ndef f(rows, text):\n    rows.append(json.loads(text))  # HERE\n",
    ),
    "small texts": Kept(
        "one string",
        "rows",
        "list",
        "str",
        source="import json\ndef f(rows, one):\n    rows.append(json.dumps(one))  # HERE\n",
    ),
}
"""What looks like another kind, and the words that its advice must not have."""
