"""The known fixes: what code and names tell of a trouble, and the way out in two languages.

To add a fix, add an entry to ``FIXES``: a pattern for the code, one for the hotspot's name, the two wordings. The first
that fits is given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Fix:
    """A known trouble and its way out; ``{what}`` is the data file or the thing in question."""

    code: re.Pattern[str] | None
    """What the code has in it."""
    name: re.Pattern[str] | None
    """What the hotspot's name has in it."""
    en: str
    zh: str
    reads: bool = False
    """It is about a data file."""


def _fix(code: str | None, name: str | None, en: str, zh: str) -> Fix:
    return Fix(
        re.compile(code) if code else None,
        re.compile(name, re.IGNORECASE) if name else None,
        en,
        zh,
        reads=bool(code and re.search("load|read", code)),
    )


CACHE = _fix(
    r"\blru_cache\s*\(\s*maxsize\s*=\s*None|@(?:functools\.)?cache\b",
    None,
    "give the cache a maxsize",
    "给缓存设置 maxsize 上限",
)

ONE_ALLOCATION = _fix(
    r"\*\s*\(?\s*\d|<<|np\.(?:zeros|ones|empty|full)\s*\(|bytearray\s*\(|bytes\s*\(",
    None,
    "this one allocation is too large for the limit: process it in pieces or with a smaller type",
    "这一次分配超出了上限：分块处理，或使用更小的数据类型",
)
FIXES = (
    _fix(
        r"\bre\.findall\s*\(|(?i:\w*(?:pattern|regex))\.findall\s*\(",
        None,
        "go through the matches one at a time with finditer() instead of findall()",
        "用 finditer() 逐个处理匹配，不要一次 findall()",
    ),
    _fix(
        r"\b(?:ET|ElementTree|etree|minidom)\.(?:parse|parseString|fromstring|XML)\s*\(",
        None,
        "don't build the whole tree: iterparse() gives one element at a time; clear() each when it is done with",
        "不要构建整棵树：用 iterparse() 逐个处理元素，用完即 clear()",
    ),
    _fix(
        r"\bjson\.dumps\s*\(",
        None,
        "don't make one string of it all: write it with json.dump(…, file), or one record a line",
        "不要拼成一个大字符串：用 json.dump(…, file) 直接写入文件，或每行一条记录",
    ),
    _fix(
        r"\b(?:zlib|gzip|bz2|lzma)\.decompress\s*\(",
        None,
        "decompress in pieces: a decompressobj() fed with chunks, or open the file (gzip.open) and read it in chunks",
        "分块解压：用 decompressobj() 逐块处理，或用 gzip.open 打开后分块读取",
    ),
    _fix(
        r"\bbase64\.\w*(?:en|de)code\w*\s*\(",
        None,
        "don't convert the file whole: encode chunks of a multiple of 3 bytes (decode of 4), and write each out",
        "不要整体转换：按 3 字节的倍数分块编码（解码按 4 的倍数），逐块写出",
    ),
    _fix(
        r"\b(?:np|numpy)\.(?:[vhd]?stack|column_stack|concatenate|append)\s*\(",
        None,
        "each such call copies it all: collect the parts and join them once after the loop, or preallocate the array",
        "每次调用都会整体复制：先收集，循环结束后只拼接一次，或预先分配数组",
    ),
    _fix(
        r"\.merge\s*\(",
        None,
        "a merge multiplies rows whose keys repeat: check them (validate=…), keep only columns that are needed",
        "键重复时 merge 会使行数成倍增加：先检查（validate=…），并只保留需要的列",
    ),
    _fix(
        r"\bMemoryHandler\s*\(|\.append\s*\(\s*(?:self\.format\s*\(\s*)?record\b",
        None,
        "the log records kept here grow with the run: bound them (deque(maxlen=…)), or let them go to a file",
        "这里保留的日志记录会一直增长：限制数量（deque(maxlen=…)），或写入文件",
    ),
    _fix(
        r"(?i:\w*pool\w*)\.(?:star)?map(?:_async)?\s*\(",
        None,
        "the pool's map() keeps all results at once: take them one at a time from imap(…, chunksize=…)",
        "进程池的 map() 会同时保留全部结果：用 imap(…, chunksize=…) 逐个取用",
    ),
    _fix(
        r"\bgather\s*\(",
        None,
        "all these are under way at once: start so many at a time (a Semaphore, or in batches)",
        "这些任务同时全部启动：限制并发数量（Semaphore），或分批执行",
    ),
    _fix(
        r"\bdeepcopy\s*\(",
        r"old_?config|deepcopy|深拷贝|拷贝|复制",
        "copy only the fields that are compared or changed later, instead of the whole object ({what})",
        "不要整体 deepcopy（{what}）：用轻量级版本，只复制后面要比较或修改的字段",
    ),
    _fix(
        r"\bjson\.loads?\s*\(|\bload_\w*config\w*\s*\(|\byaml\.\w*load",
        r"config|配置",
        "{what} is too large: delete old history from it, or split it and load only the part that is needed",
        "{what} 过大：清理其中的历史数据，或拆分成多个文件，只加载需要的部分",
    ),
    _fix(
        r"\bread_(?:csv|excel|parquet|json|sql\w*|feather)\s*\(",
        None,
        "read {what} in pieces (chunksize=…) and only the columns that are needed (usecols=…, dtype=…)",
        "分块读取 {what}（chunksize=…），并只读需要的列（usecols=…、dtype=…）",
    ),
    _fix(
        r"\bpickle\.loads?\s*\(|\bjoblib\.load\s*\(|\bnp\.load\s*\(|\btorch\.load\s*\(",
        None,
        '{what} is loaded whole: store it in parts, or map it (np.load(…, mmap_mode="r")), and keep only what is used',
        '{what} 被整体载入：分块存储，或用内存映射（np.load(…, mmap_mode="r")），只保留用到的部分',
    ),
    _fix(
        r"\.fetchall\s*\(",
        None,
        "iterate over the cursor or use fetchmany() instead of fetchall()",
        "遍历游标或用 fetchmany()，不要一次 fetchall()",
    ),
    _fix(
        r"\.readlines\s*\(|\.read(?:_text|_bytes)?\s*\(\s*\)",
        None,
        "read {what} line by line (for line in file) instead of all at once",
        "逐行读取 {what}（for line in file），不要一次读完",
    ),
    _fix(
        r"\.append\s*\(|\.extend\s*\(|\.add\s*\(|\.setdefault\s*\(|\w+\[[^\]]+\]\s*=[^=]",
        r"cache|缓存",
        "what is collected here never goes away: bound it (deque(maxlen=…), a cache limit) or write it out in batches",
        "这里收集的数据一直没有释放：限制大小（deque(maxlen=…)、有上限的缓存），或分批写出",
    ),
    _fix(
        r"\b(?:pd|np)\.concat\w*\s*\(|\.copy\s*\(\s*\)|\bnp\.(?:vstack|hstack|append)\s*\(",
        None,
        "each such copy needs the whole size once more: join once at the end, work in place, or go in pieces",
        "每次拷贝都要再占一份内存：先收集最后只拼接一次，或就地修改、分块处理",
    ),
    _fix(
        r"(?:\blist|\bdict|\bset|\btuple)\s*\(|\[.+\bfor\b.+\bin\b.+\]",
        None,
        "don't make a list of it all: go through the generator one item at a time",
        "不要把全部结果变成列表：用生成器逐个处理",
    ),
    CACHE,
    _fix(
        r"邮件|\b(?:mail|mime)",
        r"邮件|mail|report|报告",
        "render only the rows that the mail shows (the top few), in parts, and release what it was made from first",
        "邮件只渲染要展示的前若干条，分段生成；生成之前先释放不再需要的数据",
    ),
    _fix(
        None,
        r"phase|阶段|粗筛",
        "release what earlier phases left: `del` what is no longer needed (then gc.collect()), keep only results",
        "各阶段结束后及时释放不再需要的变量（del 后 gc.collect()），只保留结果",
    ),
    ONE_ALLOCATION,
)

OTHERWISE = Fix(
    None,
    None,
    "work on less data at a time here, and release what is no longer needed (del, then gc.collect())",
    "减少这里一次处理的数据量，并及时释放不再需要的对象（del 后 gc.collect()）",
)
"""For a line of whose code nothing more is known."""

STAYS = Fix(
    None,
    None,
    "what is made here stays: find what still refers to it (a list, a dict, a cache), and bound that or let go of it",
    "这里产生的数据一直被引用：找出仍持有它的对象（列表、字典、缓存），限制其大小或及时释放",
)
"""For a line of which it is known that it keeps memory, but not how."""

RAN = Fix(
    None,
    None,
    "this line ran, which need not be the one that keeps memory: name suspects in memmon.toml (see `memmon scan`)",
    "这只是当时执行到的行，未必是占用内存的行：在 memmon.toml 中写明可疑位置（见 `memmon scan`）",
)
"""For a line of which it is only known that it ran."""
