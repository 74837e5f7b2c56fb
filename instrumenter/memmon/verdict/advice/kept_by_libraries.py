"""The fixes for what a library's object keeps bit by bit, by it or by the call that fills it; see `kept_fixes`."""

from __future__ import annotations

from memmon.verdict.advice.fixes import ALL_AT_ONCE, Fix, calling
from memmon.verdict.advice.holder_traits import both, either, held
from memmon.verdict.advice.taken_by_libraries import ROWS_AS_OBJECTS

OF_LIBRARIES = (
    Fix(
        held(path=r"Gcf\.figs"),
        "pyplot keeps each figure until it is closed: plt.close(figure) when it is saved",
        "pyplot 会保留每个图形直到关闭：保存后调用 plt.close(figure)",
    ),
    Fix(
        held(owner=r"^matplotlib\.", path=r"\.(?:_children|lines|patches|collections|texts|artists|_axobservers)$"),
        "each call draws one thing more, and all stay on the axes: set_data() of what is there, or axes.clear()",
        "每次调用都会多画一个对象，全部留在坐标轴上：用 set_data() 更新已有的对象，或 axes.clear()",
    ),
    Fix(
        held(path=r"queries_log"),
        "Django keeps each statement's text while DEBUG is on: set DEBUG=False, or reset_queries() in the loop",
        "DEBUG 开启时 Django 会保留每条语句的文本：设置 DEBUG=False，或在循环中调用 reset_queries()",
    ),
    Fix(
        either(
            held(owner=r"\bLocMemCache$"), calling(r"\bdjango\.core\.cache\.cache\.(?:set|set_many|add|get_or_set)")
        ),
        "Django's cache in memory has up to MAX_ENTRIES in each process: lower that, leave out of the key what differs "
        "each time, or use a shared cache",
        "Django 的内存缓存在每个进程中最多保留 MAX_ENTRIES 个条目：降低该值，不要在键中放入每次不同的内容，"
        "或改用共享缓存",
    ),
    Fix(
        both(held(owner=r"\bSession$"), ROWS_AS_OBJECTS.fits),
        ROWS_AS_OBJECTS.en,
        ROWS_AS_OBJECTS.zh,
    ),
    Fix(
        held(owner=r"\bSession$", path=r"_new|identity_map|_dirty|_deleted|\.new|\.dirty"),
        "the session keeps each object until it is committed: commit() and expunge_all() every so many objects",
        "会话会保留每个对象直到提交：每处理一批就 commit() 并 expunge_all()",
    ),
    Fix(
        held(owner=r"^jinja2\.", path=r"\.cache(?:\._mapping)?$"),
        "the environment keeps each template that it has made: leave cache_size at its 400, and have few "
        "templates, with what differs as variables",
        "环境会保留每个编译过的模板：保持默认的 cache_size（400），并用少量模板、把差异作为变量传入",
    ),
    Fix(
        held(owner=r"^openpyxl\.", path=r"\b_cells\b"),
        "a sheet keeps a cell for each value until it is saved: Workbook(write_only=True) writes rows as they come",
        "工作表会保留每个单元格直到保存：用 Workbook(write_only=True) 逐行写出",
    ),
    Fix(
        held(owner=r"^prometheus_client\."),
        "each new combination of labels is kept for ever: leave out of the labels what differs each time",
        "每个新的标签组合都会永久保留：不要在标签中放入每次不同的内容",
    ),
    Fix(
        held(owner=r"\bmock\.", path=r"call|children"),
        "a mock remembers each call with what it was given: reset_mock() now and then, or a plain function instead",
        "mock 会记住每次调用及其参数：定期 reset_mock()，或换成普通函数",
    ),
    Fix(
        either(
            held(item=r"ElementTree\.Element$", path=r"_children$"),
            calling(r"\b(?:etree|ElementTree|ET)\.SubElement"),
        ),
        "the tree grows until it is written: write each part when it is done (etree.xmlfile() of lxml, or tostring() "
        "into the file)",
        "整棵树在写出之前会一直增长：每完成一部分就写出（lxml 的 etree.xmlfile()，或 tostring() 后写入文件）",
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
        held(owner=r"\basyncio\.locks\.\w+$", path=r"\._waiters$"),
        "each of these is a task that still waits for it: make the task that waits once, before the loop, or cancel() "
        "it when it is no longer needed",
        "这些都是仍在等待它的任务：在循环之前只创建一次等待任务，或在不再需要时 cancel()",
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
        held(owner=r"EventLoop$", path=r"\._(?:scheduled|ready)$"),
        "each of these is a task that still waits, or a timer: cancel() it when what it is for has ended",
        "这些都是仍在等待的任务或定时器：所服务的对象结束后调用 cancel()",
    ),
    Fix(
        either(held(item=r"Handler$", owner=r"\bLogger$"), calling(r"\bgetLogger\(\)\.addHandler")),
        "the logger is given one more handler each time: add it once, or removeHandler() it afterwards",
        "每次都给 logger 增加一个 handler：只添加一次，或用完后 removeHandler()",
    ),
    Fix(
        either(held(path=r"\bloggerDict$"), calling(r"\blogging\.getLogger")),
        "a logger is never forgotten, and here each has a name of its own: take one, and put what differs into the "
        "message (LoggerAdapter)",
        "logger 永远不会被释放，而这里每个都有自己的名字：只用一个 logger，把不同的部分放进消息（LoggerAdapter）",
    ),
    Fix(
        either(held(path=r"^__warningregistry__$"), calling(r"\bwarnings\.warn")),
        "each text of a warning is remembered once it was shown: leave out of it what differs each time, or log it",
        "每条显示过的警告文本都会被记住：不要在文本中放入每次不同的内容，或改用 logging",
    ),
    Fix(
        calling(r"\batexit\.register"),
        "what is registered at exit keeps its object until then: atexit.unregister() when that is done with",
        "用 atexit 注册的内容会使对象一直存活到退出：用完后调用 atexit.unregister()",
    ),
    Fix(
        either(held(path=r"^weakref\.finalize\._registry$"), calling(r"\bweakref\.finalize")),
        "a finalizer keeps its function and arguments: give it a plain function, and nothing that leads to the object",
        "finalizer 会保留它的函数和参数：传入普通函数，不要传入能引用到该对象的内容",
    ),
    Fix(
        held(owner=r"\b(?:Async)?ExitStack$"),
        "an ExitStack keeps all that was entered until it is closed: a `with` for each, or a stack for each job",
        "ExitStack 会保留所有进入过的内容直到关闭：每个对象用自己的 with，或每个任务用一个新的 ExitStack",
    ),
    Fix(
        held(owner=r"^collections\.ChainMap$"),
        "each new_child() lies on all the maps before it: make it from the outermost one each time, or leave it again "
        "(.parents)",
        "每个 new_child() 都叠在之前所有的映射之上：每次都从最外层创建，或用完后回到 .parents",
    ),
    Fix(
        held(owner=r"^tarfile\.TarFile$"),
        "a TarFile remembers each member that it came by: set archive.members = [] as you go",
        "TarFile 会记住经过的每个成员：处理过程中执行 archive.members = []",
    ),
    Fix(
        held(owner=r"^multiprocessing\.managers\.Server$"),
        "what processes put into {path} stays in the manager's process: take it out when it is done with, or keep what "
        "is large in files",
        "各进程放入 {path} 的内容会一直留在 manager 进程中：用完后移除，或把大的数据写入文件",
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
)
"""By the library's object, or what is called of it."""
