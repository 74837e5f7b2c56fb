"""Small programs in which a line allocates what another one keeps, beside lines that only look at it.

``# AT 0`` marks the innermost frame's line, ``# AT 1`` its caller's and so on; ``# KEEPS`` the line that keeps it,
``# PERHAPS`` one that keeps a part of it, or what is made from it. In ``KEPT`` that line stores it; in ``MADE`` none in
sight does, and the right one is where it was made.
"""

from __future__ import annotations

KEPT = {
    "the neighbour keeps a number": """
        def add(self, number, source):
            root = etree.fromstring(source)  # AT 0
            self.sizes.append(words(root))
            title = root.find("head/title")
            self.titles[number] = title  # PERHAPS
        def words(root):
            return sum(len(node.text) for node in root.iterfind("part/text"))
        """,
    "what is called at the program's end": """
        class Job:
            def __init__(self, number):
                self.table = bytes(number)  # AT 0
                atexit.register(self.clean_up)  # KEEPS
            def clean_up(self):
                self.table = None
        def main(numbers):
            for number in numbers:
                job = Job(number)  # AT 1
                print(job)
        """,
    "what is registered with something unknown": """
        def main(bus, urls):
            for url in urls:
                page = fetch(url)  # AT 0
                bus.subscribe(lambda: page.refresh())  # PERHAPS
        """,
    "a function that is made by exec": """
        def rule(name, text):
            namespace = {}
            exec(text, namespace)  # AT 0
            RULES[name] = namespace["rule"]  # PERHAPS
            return namespace["rule"]
        def main(texts):
            for name in texts:
                made = rule(name, texts[name])  # AT 1
                made()
        """,
    "an attribute that leads back to the whole": """
        def article(source):
            soup = BeautifulSoup(source)  # AT 0
            title = soup.title.string
            size = soup.body.size
            return size, title
        def main(sizes, titles, sources):
            for number, source in enumerate(sources):
                size, title = article(source)  # AT 1
                sizes.append(size)
                titles[number] = title  # PERHAPS
        """,
    "the neighbour is not the program's own": """
        def add(self, source):
            root = parse(source)  # AT 0
            self.sizes.append(lib.words(root))
            self.roots.append(root)  # KEEPS
        """,
    "a neighbour counts": """
        def add(self, source):
            text = read(source)  # AT 0
            self.sizes.append(len(text))
            self.total += text.count("x")
            self.texts.append((source, text))  # KEEPS
        """,
    "in a tuple": """
        def main(rows, numbers):
            for number in numbers:
                data = bytes(number)  # AT 0
                rows.append((number, data))  # KEEPS
        """,
    "in a dictionary": """
        def main(rows, numbers):
            for number in numbers:
                data = bytes(number)  # AT 0
                print({"size": len(data)})
                rows.append({"number": number, "data": data})  # KEEPS
        """,
    "under a key": """
        def main(rows, numbers):
            for number in numbers:
                data = bytes(number)  # AT 0
                rows[number] = data  # KEEPS
        """,
    "as a key": """
        def main(pool, jobs, urls):
            for url in urls:
                job = pool.submit(url)  # AT 0
                jobs[job] = url  # KEEPS
        """,
    "in an attribute": """
        class Book:
            def load(self, path):
                text = read(path)  # AT 0
                self.size = len(text)
                self.text = text  # KEEPS
        """,
    "of several results": """
        def main(log, commands):
            for command in commands:
                output, errors = run(command)  # AT 0
                log.append(output)  # PERHAPS
        """,
    "one of two names": """
        def main(log, commands):
            for command in commands:
                output, status = run(command), 0  # AT 0
                print(status)
                log.append(output)  # KEEPS
        """,
    "under a second name": """
        def main(log, commands):
            for command in commands:
                output = run(command)  # AT 0
                last = output
                print(len(output))
                log.append(last)  # KEEPS
        """,
    "a view of it": """
        def main(heads, files):
            for file in files:
                signal = read(file)  # AT 0
                levels = mean(signal)
                head = signal[3:67]
                print(levels)
                heads.append(head)  # PERHAPS
        """,
    "what it gives": """
        def main(titles, pages):
            for page in pages:
                soup = parse(page)  # AT 0
                titles.append(soup.find("title"))  # PERHAPS
        """,
    "rather itself than what it gives": """
        def main(titles, soups, pages):
            for page in pages:
                soup = parse(page)  # AT 0
                titles.append(soup.find("title"))
                soups.append(soup)  # KEEPS
        """,
    "a helper returns it": """
        def load(path):
            return read(path)  # AT 0
        def main(texts, paths):
            for path in paths:
                text = load(path)  # AT 1
                texts.append(text)  # KEEPS
        """,
    "a helper hands it on in a dictionary": """
        def fetch(number):
            return {"tags": list(range(number))}  # AT 0
        def transform(row):
            tags = sorted(row["tags"])
            return dict(row, short=len(tags))
        def main(rows, numbers):
            for number in numbers:
                row = transform(fetch(number))  # AT 1
                rows.append(row)  # KEEPS
        """,
    "a helper that counts gives none of it": """
        def fetch(number):
            return list(range(number))  # AT 0
        def length(row):
            return len(row)
        def main(rows, sizes, numbers):
            for number in numbers:
                row = fetch(number)  # AT 1
                size = length(row)
                sizes.append(size)
                rows.append(row)  # KEEPS
        """,
    "a method stores it": """
        class Store:
            def add(self, user, page):
                self.names.append(user.name)
                self.pages.append(page)  # KEEPS
        def main(store, users):
            for user in users:
                page = render(user)  # AT 0
                store.add(user, page)
        """,
    "a function stores it": """
        def keep(into, page):
            into.append(page)  # KEEPS
        def main(pages, users):
            for user in users:
                keep(pages, render(user))  # AT 0
        """,
    "an object around it": """
        class Page:
            def __init__(self, text):
                self.text = text
        def main(pages, users):
            for user in users:
                text = render(user)  # AT 0
                pages.append(Page(text))  # KEEPS
        """,
    "an object that only counts it": """
        class Size:
            def __init__(self, text):
                self.size = len(text)
        def main(sizes, texts, users):
            for user in users:
                text = render(user)  # AT 0
                sizes.append(Size(text))
                texts.append(text)  # KEEPS
        """,
    "a closure over it": """
        def main(handlers, users):
            for user in users:
                rows = load(user)  # AT 0
                handlers.append(lambda: print(rows))  # KEEPS
        """,
    "items of a comprehension": """
        def main(book, pages):
            for page in pages:
                rows = list(page)  # AT 0
                book.extend([row for row in rows])  # KEEPS
        """,
    "only the sizes in a comprehension": """
        def main(book, sizes, pages):
            for page in pages:
                rows = list(page)  # AT 0
                sizes.extend([len(row) for row in rows])
                book.append(rows)  # KEEPS
        """,
    "put in a queue": """
        def main(jobs, pages):
            for page in pages:
                text = render(page)  # AT 0
                jobs.put((len(text), text))  # KEEPS
        """,
    "put on a heap": """
        def main(best, pages):
            for page in pages:
                text = render(page)  # AT 0
                heapq.heappush(best, (len(text), text))  # KEEPS
        """,
    "if it is good": """
        def main(good, pages):
            for page in pages:
                text = render(page)  # AT 0
                if len(text) > 9:
                    good.append(text)  # KEEPS
                else:
                    print(text)
        """,
    "a loop over pairs": """
        def pairs(count):
            for number in range(count):
                yield number, bytes(number)  # AT 0
        def main(rows, count):
            for number, data in pairs(count):  # AT 1
                print(number)
                rows.append(data)  # KEEPS
        """,
    "with it open": """
        def main(books, paths):
            for path in paths:
                with open(path) as file:
                    text = file.read()  # AT 0
                books[path] = text  # KEEPS
        """,
    "stored and returned": """
        def page(cache, name):
            text = render(name)  # AT 0
            cache[name] = text  # KEEPS
            return text
        def main(cache, names):
            return [len(page(cache, name)) for name in names]  # AT 1
        """,
    "built anew around itself": """
        def main(batches):
            total = 0
            for batch in batches:
                loss = step(batch)
                total = total + loss  # AT 0 KEEPS
        """,
    "a name used again": """
        def main(rows, pages):
            for page in pages:
                text = render(page)  # AT 0
                rows.append(text)  # KEEPS
                text = page.name
                print(text)
        """,
}
"""By what becomes of it."""

KEPT |= {
    "a method that is called as a list's": """
        class Outline:
            def __init__(self):
                self.headings = []
            def add(self, page):
                self.headings.append(len(page))
        def main(texts, pages):
            outline = Outline()
            for text in texts:
                page = list(text)  # AT 0
                outline.add(page)
                pages.append(page)  # KEEPS
        """,
    "what a pool's future keeps": """
        def fetch(url):
            rows = [url] * 99  # AT 0
            return rows
        def crawl(pool, urls):
            jobs = {}
            for url in urls:
                jobs[pool.submit(fetch, url)] = url  # KEEPS
        """,
    "what a task keeps": """
        class Notifier:
            def later(self, coroutine):
                task = asyncio.create_task(coroutine)
                self.background.add(task)  # KEEPS
            async def deliver(self, text):
                return [text] * 99  # AT 0
        async def campaign(notifier, texts):
            for text in texts:
                notifier.later(notifier.deliver(text))
        """,
    "what a coroutine is given": """
        class Notifier:
            def later(self, coroutine):
                self.waiting.append(coroutine)  # KEEPS
            async def deliver(self, text):
                print(text)
        def campaign(notifier, count):
            for number in range(count):
                text = "%x" % number  # AT 0
                notifier.later(notifier.deliver(text))
        """,
    "a list that a helper makes and returns": """
        def edit(lines):
            fresh = list(lines)
            for place in range(9):
                fresh[place] = "%05d" % place  # AT 0
            return fresh
        def main(versions, lines):
            for number in range(99):
                versions.append(edit(lines))  # AT 1 KEEPS
        """,
    "a list that is some other's": """
        class Book:
            def edit(self, lines):
                rows = self.rows
                for line in lines:
                    rows.append("%05d" % line)  # AT 0 KEEPS
                return len(rows)
        def main(book, lines):
            for number in range(99):
                print(book.edit(lines))  # AT 1
        """,
    "a number under a key beside it": """
        def read(count):
            for number in range(count):
                yield number, bytes(number)  # AT 0
        def main(index, outgoing, count):
            for number, block in read(count):  # AT 1
                index[number % 2000] = fingerprint(block)
                outgoing.put(block)  # KEEPS
        """,
    "the first of what it gives": """
        def main(authors, texts):
            for text in texts:
                document = parse(text)  # AT 0
                author = document.getElementsByTagName("author")[0]
                authors.append(author)  # PERHAPS
        """,
    "an object that is made around it": """
        class Page:
            def __init__(self, text):
                self.size = len(text)
                self.text = text.split()  # AT 0
        def main(pages, sizes, texts):
            for text in texts:
                page = Page(text)  # AT 1
                sizes.append(page.size)
                pages.append(page)  # KEEPS
        """,
    "a graph of operators": """
        class Value:
            def __init__(self, data, parents):
                self.data = array(data)  # AT 0
                self.parents = parents
            def __add__(self, other):
                return Value(self.data + other.data, (self, other))  # AT 1
            def mean(self):
                return Value(mean(self.data), (self,))
        def train(batches):
            total, count = Value(0, ()), 0
            for batch in batches:
                loss = (batch + batch).mean()  # AT 2
                count = count + 1
                total = total + loss  # KEEPS
        """,
    "an object that registers itself": """
        class Bus:
            def subscribe(self, topic, handler):
                self.handlers[topic].append(handler)  # KEEPS
        class Dialog:
            def __init__(self, bus, number):
                self.rows = list(range(number))  # AT 0
                bus.subscribe("price", self.on_price)
            def on_price(self, price):
                print(price)
        def main(bus, numbers):
            for number in numbers:
                dialog = Dialog(bus, number)  # AT 1
                print(dialog.rows[0])
        """,
    "filled after it is made": """
        def main(pages, names):
            for name in names:
                page = Page(name)
                page.text = render(name)  # AT 0
                pages.append(page)  # KEEPS
        """,
    "a number beside it": """
        def main(texts, names):
            total = 0
            for name in names:
                size, text = render(name)  # AT 0
                total += size
                texts.append(text)  # PERHAPS
        """,
    "a key that is only asked for": """
        class Limit:
            def __init__(self):
                self.hits = defaultdict(list)
                self.names = {}
            def allows(self, client):
                self.names.get(client)
                return len(self.hits[client]) < 9  # KEEPS
        def main(limit, numbers):
            for number in numbers:
                client = "%032x" % number  # AT 0
                print(limit.allows(client))
        """,
}

MADE = {
    "what all coroutines of one call give": """
        async def fetch(page):
            return await answer(page)  # AT 0
        async def read(count):
            pages = await asyncio.gather(*(fetch(page) for page in range(count)))  # PERHAPS
            for page in pages:
                print(page)
        """,
    "only looked at": """
        def main(pages):
            for page in pages:
                text = render(page)  # AT 0
                print(len(text), text.count("x"))
        """,
    "only a part by a key": """
        def main(names, pages):
            for page in pages:
                row = load(page)  # AT 0
                names.append(row["name"])
        """,
    "only an attribute": """
        def main(names, pages):
            for page in pages:
                row = load(page)  # AT 0
                names.append(row.name)
        """,
    "deleted before": """
        def main(names, pages):
            for page in pages:
                row = load(page)  # AT 0
                del row
                row = page.name
                names.append(row)
        """,
    "given anew before": """
        def main(names, pages):
            for page in pages:
                row = load(page)  # AT 0
                row = page.name
                names.append(row)
        """,
    "in another function": """
        def main(pages):
            for page in pages:
                row = load(page)  # AT 0
        def other(names, row):
            names.append(row)
        """,
    "what a cache keeps": """
        @functools.lru_cache(maxsize=None)
        def normal(words):
            return " ".join(words)  # AT 0
        def main(rows, lines):
            for line in lines:
                rows.append(normal(line))  # AT 1
        """,
    "a number of it is returned": """
        def words(root):
            return sum(len(node) for node in root.nodes())  # AT 0
        def main(sizes, roots):
            for root in roots:
                sizes.append(words(root))  # AT 1
        """,
    "only a number is added up": """
        def count(body):
            return len(compress(body)), body.count("x")  # AT 0
        def main(bodies):
            total = 0
            for body in bodies:
                size, found = count(body)  # AT 1
                total += found
        """,
    "in a function that still runs": """
        def load(path):
            rows = read(path)  # AT 0 RUNS
            return rows
        """,
}
"""By what becomes of it."""
