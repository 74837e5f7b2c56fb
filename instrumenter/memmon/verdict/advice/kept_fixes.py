"""The fixes for what keeps memory bit by bit: by the container that holds it, and the line that fills that.

To add one, add an entry: the first that fits is given.
"""

from __future__ import annotations

import re

from memmon.verdict.advice.fixes import Fix, calling, never
from memmon.verdict.advice.holder_traits import (
    are_callables,
    are_own_objects,
    both,
    either,
    held,
    is_a_librarys_own,
    is_a_local_variable,
    is_cached_property,
    is_graph,
    is_unbounded_cache,
    puts,
)
from memmon.verdict.advice.kept_by_libraries import OF_LIBRARIES
from memmon.verdict.code.origins import CAUGHT, SLICE

CACHE = Fix(
    either(is_unbounded_cache, held(step="cache")),
    "give the cache a maxsize (lru_cache(maxsize=…)), or cache_clear() it when what it was for is done",
    "给缓存设置 maxsize 上限（lru_cache(maxsize=…)），或在用完后调用 cache_clear()",
)
CACHED_PROPERTY = Fix(
    is_cached_property,
    "cached_property keeps what it has made as long as its object: `del` the attribute when it is done with, or make "
    "it a plain property",
    "cached_property 会在对象存活期间一直保留结果：用完后 `del` 该属性，或改为普通 property",
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
    *OF_LIBRARIES,
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
        held(item=r"^frame$"),
        "a frame keeps all variables of its function: keep what is asked of it (file name, line number, name)",
        "frame 会保留其函数的所有变量：只保留需要的内容（文件名、行号、函数名）",
    ),
    Fix(
        either(held(item=r"^(?:weakref|weakref\.ReferenceType|weakref\.ref)$"), puts("weakref.ref()")),
        "a dead weak reference stays with what is beside it: give it a callback that takes it out, or keep a "
        "WeakSet or WeakKeyDictionary",
        "失效的弱引用仍会连同旁边的数据留下：给它一个负责移除的回调，或改用 WeakSet、WeakKeyDictionary",
    ),
    Fix(
        either(
            held(item=r"^(?:type|abc\.ABCMeta|enum\.EnumMeta|enum\.EnumType)$"),
            calling(r"\bnamedtuple|\bmake_dataclass|\bpydantic\.create_model"),
        ),
        "each class that is made stays as long as anything knows it: make one for each set of fields and have it again "
        "(a dict by the fields), or keep plain tuples",
        "每个新建的类都会一直存在，只要还有引用：每种字段组合只建一次并重复使用（以字段为键的 dict），或改用普通元组",
    ),
    Fix(
        held(item=r"^(?:mmap\.mmap|_?io\.\w+|socket\.socket|ssl\.SSLSocket)$"),
        "what is opened stays open in {path}: close() each when it is done with (`with`), and take it out",
        "打开的对象一直留在 {path} 中：用完即 close()（with），并从中移除",
    ),
    Fix(
        held(kind=r"^(?:_?io\.(?:StringIO|BytesIO)|bytearray)$"),
        "{path} is added to and never emptied: write it to a file as it comes, or drop what was handed on "
        "(seek(0), truncate(0); del buffer[:n])",
        "{path} 只增不减：随写随存入文件，或丢弃已处理的部分（seek(0)、truncate(0)；del buffer[:n]）",
    ),
    Fix(
        held(step="default"),
        "a default argument is made once and stays: let it be None, and make a new one in the body",
        "默认参数只创建一次并一直存在：默认值写 None，在函数体内新建",
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
        lambda facts: facts.holder is None and facts.builds_on_itself,
        "each new one has or copies all that was added before: add plain numbers (float(…), .item()), or collect the "
        "parts and write or join them once",
        "每次相加的结果都包含或复制了之前的全部：只累加普通数值（float(…)、.item()），或先收集各部分，最后一次写出或拼接",
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
        held(owner=r"\b_?local$"),
        "each thread has a {path} of its own for as long as it lives: bound it, or clear() it when a task is done",
        "每个线程在存活期间都有自己的 {path}：限制大小，或在任务结束时 clear()",
    ),
    Fix(
        both(held(kind=r"\b(?:list|deque|set)$"), are_own_objects),
        "each of these objects stays in {path}: take it out when it has ended (in a finally), write out what is done "
        "with, or keep the last few (deque(maxlen=…))",
        "这些对象一直留在 {path} 中：对象结束时移除（放在 finally 中），写出已处理完的，"
        "或只保留最近几个（deque(maxlen=…)）",
    ),
    Fix(
        held(kind=r"\b(?:set|frozenset)$"),
        "{path} has no bound: forget what is done with (discard()), keep less of each (a hash), or use a database",
        "{path} 没有上限：移除不再需要的元素（discard()），或只保留较短的摘要（hash），或交给数据库",
    ),
    Fix(
        both(held(kind=r"(?:dict|Dict|Counter)$"), is_a_local_variable),
        "{path} has an entry for each key that comes up: leave out those that can't matter, keep less of each (a "
        "number), or use a database",
        "每个出现的键都会在 {path} 中留下条目：跳过不可能用到的键，每个键少存一些（如一个数字），或交给数据库",
    ),
    Fix(
        held(kind=r"(?:dict|Dict|Counter)$"),
        "{path} has no bound: limit it (lru_cache(maxsize=…), popitem()), let entries grow old (a time to live), or "
        "delete those that are done with",
        "{path} 没有上限：限制大小（functools.lru_cache(maxsize=…)、popitem()），让条目过期（TTL），"
        "或删除不再需要的条目",
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
