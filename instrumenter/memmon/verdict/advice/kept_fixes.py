"""The fixes for what keeps memory bit by bit: by the container that holds it, and the line that fills that.

To add one, add an entry: the first that fits is given.
"""

from __future__ import annotations

import re

from memmon.verdict.advice.fixes import ALL_AT_ONCE, Fix, calling, never
from memmon.verdict.advice.holder_traits import (
    are_callables,
    both,
    either,
    held,
    is_a_librarys_own,
    is_graph,
    is_unbounded_cache,
    puts,
)
from memmon.verdict.code.origins import CAUGHT, SLICE

CACHE = Fix(
    either(is_unbounded_cache, held(step="cache")),
    "give the cache a maxsize (lru_cache(maxsize=…)), or cache_clear() it when what it was for is done",
    "给缓存设置 maxsize 上限（lru_cache(maxsize=…)），或在用完后调用 cache_clear()",
)
ITERPARSE = Fix(
    lambda facts: calling(r"\biterparse")(facts) and not facts.clears,
    "iterparse() keeps what it has read: clear() each element when it is done with, and the root's list of them",
    "iterparse() 会保留读过的内容：每个元素用完即 clear()，并清空根元素的子元素列表",
)
_EXCEPTION = either(held(item=r"(?:Error|Exception|Warning|Interrupt|Exit)$"), puts(CAUGHT), puts("sys.exc_info()"))
KEPT = (
    CACHE,
    ITERPARSE,
    Fix(
        held(path=r"Gcf\.figs"),
        "pyplot keeps each figure until it is closed: plt.close(figure) when it is saved",
        "pyplot 会保留每个图形直到关闭：保存后调用 plt.close(figure)",
    ),
    Fix(
        held(path=r"queries_log"),
        "Django keeps each statement's text while DEBUG is on: set DEBUG=False, or reset_queries() in the loop",
        "DEBUG 开启时 Django 会保留每条语句的文本：设置 DEBUG=False，或在循环中调用 reset_queries()",
    ),
    Fix(
        held(owner=r"\bSession$", path=r"_new|identity_map|_dirty|_deleted|\.new|\.dirty"),
        "the session keeps each object until it is committed: commit() and expunge_all() every so many objects",
        "会话会保留每个对象直到提交：每处理一批就 commit() 并 expunge_all()",
    ),
    Fix(
        held(path=r"\._inqueue|\._taskqueue", owner=r""),
        "the pool reads its whole input ahead of its workers: hand it batches, or hold it back with a Semaphore",
        "进程池会提前读完全部输入：分批提交，或用 Semaphore 限制读取",
    ),
    Fix(
        held(owner=r"\bpool\.(?:Thread)?Pool$|\.Pool$", path=r"\._cache"),
        "the pool keeps each result until it is taken: get() them as they come (imap_unordered), in batches",
        "进程池会保留每个结果直到被取走：用 imap_unordered 随到随取，分批提交",
    ),
    Fix(
        either(
            held(item=r"\b(?:Future|_WorkItem|ApplyResult|AsyncResult)$"),
            held(path=r"\._work_queue|\._pending_work_items"),
            calling(r"Executor\(\)\.submit"),
        ),
        "all the work is handed over at once, and a future keeps its result: submit so many at a time, and let go of "
        "each future when its result is taken",
        "任务被一次全部提交，每个 future 都保留着结果：限制同时提交的数量，取得结果后即丢弃 future",
    ),
    Fix(
        both(held(item=r"\bTask$"), calling(r"\bgather")),
        *ALL_AT_ONCE,
    ),
    Fix(
        held(item=r"\bTask$"),
        "a task that is done stays in {path}: task.add_done_callback({path}.discard), or take it out when it is done",
        "已完成的任务仍留在 {path} 中：用 task.add_done_callback({path}.discard)，或在完成后移除",
    ),
    Fix(
        either(held(owner=r"\bqueues?\.\w*Queue$"), held(kind=r"SimpleQueue$|\bqueue\.\w*Queue$")),
        "the queue has no bound: Queue(maxsize=…) makes whoever fills it wait until there is room",
        "队列没有上限：用 Queue(maxsize=…)，让写入方在队列满时等待",
    ),
    Fix(
        held(path=r"^threading\._active$"),
        "each of these threads still runs, and keeps what its functions work on: see what they wait for, or have a "
        "pool of a few (ThreadPoolExecutor)",
        "这些线程都仍在运行，并保留着各自函数的数据：检查它们在等待什么，或改用少量线程的线程池（ThreadPoolExecutor）",
    ),
    Fix(
        held(path=r"\._buffer$", owner=r"Transport$"),
        "more is written than the other side reads, and waits in memory: `await writer.drain()` after each write",
        "写入快于对方读取，数据都在内存中等待发送：每次写入后执行 `await writer.drain()`",
    ),
    Fix(
        held(item=r"Handler$", owner=r"\bLogger$"),
        "the logger is given one more handler each time: add it once, or removeHandler() it afterwards",
        "每次都给 logger 增加一个 handler：只添加一次，或用完后 removeHandler()",
    ),
    Fix(
        held(item=r"\bLogRecord$"),
        "the log records kept here grow with the run: bound them (deque(maxlen=…)), or let them go to a file",
        "这里保留的日志记录会一直增长：限制数量（deque(maxlen=…)），或写入文件",
    ),
    Fix(
        _EXCEPTION,
        "an exception keeps the variables of all functions it came through: keep its text (str(error)), or drop its "
        "traceback (error.with_traceback(None))",
        "异常会保留它经过的所有函数的变量：只保留文本（str(error)），或丢弃 traceback（error.with_traceback(None)）",
    ),
    Fix(
        held(path=r"^__warningregistry__$"),
        "each text of a warning is remembered once it was shown: leave out of it what differs each time, or log it",
        "每条显示过的警告文本都会被记住：不要在文本中放入每次不同的内容，或改用 logging",
    ),
    Fix(
        held(item=r"^pandas\..*\bSeries$"),
        "each row is a Series with an index of its own: keep a tuple of it (itertuples()), or select the rows at once",
        "每一行都是带有独立索引的 Series：改为保留元组（itertuples()），或一次性选出这些行",
    ),
    Fix(
        held(item=r"\bmemoryview$"),
        "a memoryview keeps all that it is a view of: keep bytes(view)",
        "memoryview 会保留整个底层数据：改为保留 bytes(view)",
    ),
    Fix(
        both(held(item=r"\bndarray$"), puts(SLICE)),
        "a slice is a view that keeps the whole array: keep a copy of it (….copy())",
        "切片是视图，会保留整个数组：改为保留副本（….copy()）",
    ),
    Fix(
        held(item=r"^bs4\."),
        "a part of a document keeps all of it: keep its text as a plain string (str(tag.string))",
        "文档的一部分会保留整个文档：改为保留普通字符串（str(tag.string)）",
    ),
    Fix(
        held(item=r"^(?:lxml\.|xml\.dom\.)"),
        "a node keeps the whole document that it is of: keep what is needed of it (its text), not the node",
        "节点会保留它所在的整个文档：只保留需要的内容（文本），不要保留节点",
    ),
    Fix(
        is_graph,
        "each value keeps what it was computed from: keep plain numbers (.item(), float(…)) or detach() them",
        "每个值都保留着计算它的全部过程：改为保留普通数值（.item()、float(…)），或先 detach()",
    ),
    Fix(
        held(kind=r"\b_tee"),
        "tee() keeps what one of its iterators has had and the other has not: go through both side by side",
        "tee() 会保留一个迭代器已取而另一个未取的全部数据：同步遍历两个迭代器",
    ),
    Fix(
        held(step="chain"),
        "each keeps the one before it: cut the link of what is done with, or keep the last few (deque(maxlen=…))",
        "每个对象都保留着前一个：用完后断开链接，或只保留最近几个（deque(maxlen=…)）",
    ),
    Fix(
        are_callables,
        "what is registered in {path} keeps its object alive: take it out when that is done with, or keep a WeakMethod",
        "注册在 {path} 中的回调会使对象一直存活：用完后取消注册，或使用 WeakMethod",
    ),
    Fix(
        lambda facts: held(kind=r"defaultdict$")(facts) and not facts.stores,
        "reading a missing key of {path} makes it: ask with {path}.get(key), or `key in {path}`",
        "读取 {path} 中不存在的键会创建它：改用 {path}.get(key) 或 `key in {path}`",
    ),
    Fix(
        held(item=r"^PIL\."),
        "each picture stays in {path}: write it out and close() it before the next one is made",
        "每张图片都留在 {path} 中：写出并 close() 之后再生成下一张",
    ),
    Fix(
        held(owner=r"\bWeakKeyDictionary$"),
        "a value in {path} that refers to its key keeps that alive: store what does not refer to it",
        "{path} 中的值引用了它的键，使键一直存活：存入不引用键的数据",
    ),
    Fix(
        held(owner=r"\bshelve\.\w*Shelf$", path=r"\.cache$"),
        "writeback=True keeps each entry that was touched: sync() now and then, or store entries anew without it",
        "writeback=True 会保留每个访问过的条目：定期 sync()，或不用 writeback 而重新存入条目",
    ),
    Fix(
        both(held(), calling(r"\bdeepcopy")),
        "each copy of it all stays in {path}: keep only the fields that are needed later, or the last few of them",
        "每份完整拷贝都留在 {path} 中：只保留后面需要的字段，或只保留最近几份",
    ),
    Fix(
        lambda facts: facts.holder is not None and facts.holder.root.kind == "class" and len(facts.holder.steps) == 0,
        "objects that {path} has are never let go: take them out when done with, or make it a WeakSet or "
        "WeakValueDictionary",
        "{path} 中的对象永远不会释放：用完后移除，或改用 WeakSet、WeakValueDictionary",
    ),
    Fix(
        held(owner=r"EventLoop$", path=r"\._(?:scheduled|ready)$"),
        "each of these is a task that still waits, or a timer: cancel() it when what it is for has ended",
        "这些都是仍在等待的任务或定时器：所服务的对象结束后调用 cancel()",
    ),
    Fix(
        held(owner=r"^multiprocessing\.managers\.Server$"),
        "what processes put into {path} stays in the manager's process: take it out when it is done with, or keep what "
        "is large in files",
        "各进程放入 {path} 的内容会一直留在 manager 进程中：用完后移除，或把大的数据写入文件",
    ),
    Fix(
        is_a_librarys_own,
        "{path} is a library's own: do what makes it let go of what is done with (close, clear, remove, unregister), "
        "or make a new object now and then",
        "{path} 是库内部的数据：调用能让它释放已用完内容的方法（close、clear、remove、unregister），或定期换用新的对象",
    ),
    Fix(
        lambda facts: facts.holder is not None and facts.taken_out,
        "something takes things out of {path} again, but not all that came in: do it on every way (try/finally, with), "
        "or bound it (deque(maxlen=…), popitem())",
        "有代码会从 {path} 中取出内容，但没有取出全部：确保每条路径上都会取出（try/finally、with），"
        "或限制大小（deque(maxlen=…)、popitem()）",
    ),
    Fix(
        held(kind=r"\b(?:set|frozenset)$"),
        "{path} has no bound: forget what is done with (discard()), keep less of each (a hash), or use a database",
        "{path} 没有上限：移除不再需要的元素（discard()），或只保留较短的摘要（hash），或交给数据库",
    ),
    Fix(
        held(kind=r"(?:dict|Dict|Counter)$"),
        "{path} has no bound: limit it (lru_cache(maxsize=…), popitem()), or delete entries that are done with",
        "{path} 没有上限：限制大小（functools.lru_cache(maxsize=…)、popitem()），或删除不再需要的条目",
    ),
    Fix(
        held(),
        "what is collected in {path} never goes away: write it out in batches, or keep the last few (deque(maxlen=…))",
        "{path} 中收集的数据一直没有释放：分批写出，或只保留最近的部分（deque(maxlen=…)）",
    ),
)
"""By what is held; what is true of any container comes last."""

COLLECTS = Fix(
    never,
    "what is collected here never goes away: bound it (deque(maxlen=…), a cache limit) or write it out in batches",
    "这里收集的数据一直没有释放：限制大小（deque(maxlen=…)、有上限的缓存），或分批写出",
    re.compile(r"cache|缓存", re.IGNORECASE),
)
"""For a line that stores something, in whatever."""
