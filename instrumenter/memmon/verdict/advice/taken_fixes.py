"""The fixes for memory that a line takes at once. To add one, add an entry: the first that fits is given.

Names are matched at their ends and in full: ``open().read`` is the ``read`` of what `open` gave, and no other ``read``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from memmon.verdict.advice.fixes import ALL_AT_ONCE, Fix, calling

if TYPE_CHECKING:
    from memmon.verdict.advice.facts import Facts

_HTTP = r"\b(?:requests|httpx)\.(?:(?:Session|Client|sessions\.Session|session)\(\)\.)?"
_VERBS = r"(?:get|post|put|patch|request|send)"
_FILE = r"(?:^|\.)(?:open|fdopen|NamedTemporaryFile|TemporaryFile)\(\)\."
_XML = r"\b(?:ET|ElementTree|etree|minidom|cElementTree)\."
_PANDAS = r"\b(?:pd|pandas)\."
_NUMPY = r"\b(?:np|numpy)\."


def _fix(  # noqa: PLR0913  # each says what it is
    pattern: str,
    en: str,
    zh: str,
    *,
    name: str | None = None,
    reads: bool = False,
    without: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
    bare: bool = False,
) -> Fix:
    fits = calling(pattern, without=without, needs=needs, bare=bare)
    return Fix(fits, en, zh, re.compile(name, re.IGNORECASE) if name else None, re.compile(f"(?:{pattern})$"), reads)


def _makes_list(facts: Facts) -> bool:
    return (facts.makes_list and not facts.repeats) or calling(r"^(?:list|tuple|set|dict)")(facts)


def _takes_one_block(facts: Facts) -> bool:
    large = facts.repeats or calling(_NUMPY + r"(?:zeros|ones|empty|full)|^bytearray|^bytes")(facts)
    return large and facts.one_block and not facts.makes_list


LOADS_CONFIG = _fix(
    r"\bload_\w*config\w*|\byaml\.\w*load\w*|\bjson\.load",
    "{what} is too large: delete old history from it, or split it and load only the part that is needed",
    "{what} 过大：清理其中的历史数据，或拆分成多个文件，只加载需要的部分",
    name=r"config|配置",
    reads=True,
)
ONE_BLOCK = Fix(
    _takes_one_block,
    "this one allocation is too large for the limit: process it in pieces or with a smaller type",
    "这一次分配超出了上限：分块处理，或使用更小的数据类型",
)
_QUERYSET = re.compile(r"\.objects\.(?!.*\.(?:iterator|values|values_list|count|aggregate)\(\)).*\(\)$")
"""How it is called what gives a queryset of whole objects."""
TAKEN = (
    _fix(
        _HTTP + _VERBS,
        "the whole answer stays in memory: pass stream=True and take it in pieces (iter_content(), iter_lines())",
        "整个响应都留在内存中：传入 stream=True，用 iter_content() 或 iter_lines() 分块读取",
        without=("stream",),
    ),
    _fix(
        r"urlopen\(\)\.read",
        "the whole answer is read at once: read(size) it in pieces, or shutil.copyfileobj() it to a file",
        "整个响应被一次读入：用 read(size) 分块读取，或用 shutil.copyfileobj() 写入文件",
        bare=True,
    ),
    _fix(
        r"\bPopen\(\)\.communicate|\bsubprocess\.(?:check_output|getoutput|getstatusoutput)",
        "the process's whole output is kept: start it with Popen(stdout=PIPE) and iterate over process.stdout",
        "进程的全部输出都留在内存中：用 Popen(stdout=PIPE) 启动，逐行遍历 process.stdout",
    ),
    _fix(
        r"\bsubprocess\.run",
        "the process's whole output is kept: start it with Popen(stdout=PIPE) and iterate over process.stdout",
        "进程的全部输出都留在内存中：用 Popen(stdout=PIPE) 启动，逐行遍历 process.stdout",
        needs=("capture_output", "stdout"),
    ),
    _fix(
        r"\bZipFile\(\)\.(?:read|open\(\)\.read)",
        "the whole member is unpacked at once: archive.open(name) gives it as a file, to be read in pieces or lines",
        "整个成员被一次解压：用 archive.open(name) 当作文件，分块或逐行读取",
    ),
    _fix(
        r"\.extractfile\(\)\.read",
        "the whole member is read at once: what extractfile() gives is a file, to be read in pieces or lines",
        "整个成员被一次读入：extractfile() 返回的是文件，分块或逐行读取",
        bare=True,
    ),
    _fix(
        r"\bre\.findall|\bre\.compile\(\)\.findall|(?i:\w*(?:pattern|regex))\.findall",
        "go through the matches one at a time with finditer() instead of findall()",
        "用 finditer() 逐个处理匹配，不要一次 findall()",
    ),
    _fix(
        _XML + r"(?:parse|parseString|fromstring|XML)",
        "don't build the whole tree: iterparse() gives one element at a time; clear() each when it is done with",
        "不要构建整棵树：用 iterparse() 逐个处理元素，用完即 clear()",
    ),
    _fix(
        r"\bjson\.dumps",
        "don't make one string of it all: write it with json.dump(…, file), or one record a line",
        "不要拼成一个大字符串：用 json.dump(…, file) 直接写入文件，或每行一条记录",
    ),
    _fix(
        r"""^(?:''|b'')\.join""",
        "don't join it all into one string: write each part to the file as it comes (writelines())",
        "不要把全部内容拼成一个字符串：每生成一部分就写入文件（writelines()）",
    ),
    _fix(
        r"\b(?:zlib|gzip|bz2|lzma)\.decompress",
        "decompress in pieces: a decompressobj() fed with chunks, or open the file (gzip.open) and read it in chunks",
        "分块解压：用 decompressobj() 逐块处理，或用 gzip.open 打开后分块读取",
    ),
    _fix(
        r"\bbase64\.\w*(?:en|de)code\w*",
        "don't convert the file whole: encode chunks of a multiple of 3 bytes (decode of 4), and write each out",
        "不要整体转换：按 3 字节的倍数分块编码（解码按 4 的倍数），逐块写出",
    ),
    _fix(
        _NUMPY + r"(?:[vhd]?stack|column_stack|concatenate|append)",
        "each such call copies it all: collect the parts and join them once after the loop, or preallocate the array",
        "每次调用都会整体复制：先收集，循环结束后只拼接一次，或预先分配数组",
    ),
    _fix(
        _PANDAS + r"merge|^\?\.merge|\bDataFrame\(\)\.merge|" + _PANDAS + r"read_\w+\(\)\.merge|^\w+\.merge",
        "a merge multiplies rows whose keys repeat: check them (validate=…), keep only columns that are needed",
        "键重复时 merge 会使行数成倍增加：先检查（validate=…），并只保留需要的列",
    ),
    _fix(
        r"\b(?:Thread)?Pool\(\)\.(?:star)?map(?:_async)?|^(?i:\w*pool\w*)\.(?:star)?map(?:_async)?",
        "the pool's map() keeps all results at once: take them one at a time from imap(…, chunksize=…)",
        "进程池的 map() 会同时保留全部结果：用 imap(…, chunksize=…) 逐个取用",
    ),
    Fix(
        lambda facts: any(_QUERYSET.search(one) for one in facts.iterated),
        "a queryset keeps each object that it has given: go through its .iterator()",
        "queryset 会保留它给出的每个对象：改为遍历其 .iterator()",
    ),
    _fix(
        r"\bget_dummies",
        "each value becomes a column: leave out what has thousands of values, or pass sparse=True and dtype=bool",
        "每个取值都会变成一列：去掉取值过多的列，或传入 sparse=True 和 dtype=bool",
    ),
    _fix(
        r"\bgather",
        *ALL_AT_ONCE,
    ),
    _fix(
        r"\bdeepcopy",
        "copy only the fields that are compared or changed later, instead of the whole object ({what})",
        "不要整体 deepcopy（{what}）：用轻量级版本，只复制后面要比较或修改的字段",
        name=r"old_?config|deepcopy|深拷贝|拷贝|复制",
    ),
    LOADS_CONFIG,
    _fix(
        r"\bjson\.loads",
        "the whole text and all that it says are in memory at once: store one record a line, and load line by line",
        "整段文本及其内容同时在内存中：改为每行一条记录，逐行加载",
    ),
    _fix(
        _PANDAS + r"read_(?:csv|excel|parquet|json|sql\w*|feather)",
        "read {what} in pieces (chunksize=…) and only the columns that are needed (usecols=…, dtype=…)",
        "分块读取 {what}（chunksize=…），并只读需要的列（usecols=…、dtype=…）",
        reads=True,
        without=("chunksize", "iterator"),
    ),
    _fix(
        r"\bpickle\.loads?|\bjoblib\.load|" + _NUMPY + r"load|\btorch\.load",
        '{what} is loaded whole: store it in parts, or map it (np.load(…, mmap_mode="r")), and keep only what is used',
        '{what} 被整体载入：分块存储，或用内存映射（np.load(…, mmap_mode="r")），只保留用到的部分',
        reads=True,
        without=("mmap_mode", "mmap"),
    ),
    _fix(
        r"\.fetchall",
        "iterate over the cursor or use fetchmany() instead of fetchall()",
        "遍历游标或用 fetchmany()，不要一次 fetchall()",
    ),
    _fix(
        _FILE + r"(?:read|readlines)|\.read_text|\.read_bytes|\bsys\.stdin\.(?:read|readlines)",
        "read {what} line by line (for line in file) instead of all at once",
        "逐行读取 {what}（for line in file），不要一次读完",
        reads=True,
        bare=True,
    ),
    _fix(
        _PANDAS + r"(?:concat|DataFrame\(\)\.copy|read_\w+\(\)\.copy)",
        "each such copy needs the whole size once more: join once at the end, work in place, or go in pieces",
        "每次拷贝都要再占一份内存：先收集最后只拼接一次，或就地修改、分块处理",
    ),
    _fix(
        r"^sorted",
        "sorting needs it all at once: heapq.nsmallest() for the first few, else sort in pieces and heapq.merge() them",
        "排序需要全部数据同时在内存中：只要前几个用 heapq.nsmallest()，否则分段排序再 heapq.merge()",
    ),
    Fix(
        _makes_list,
        "don't make a list of it all: go through the generator one item at a time",
        "不要把全部结果变成列表：用生成器逐个处理",
    ),
    _fix(
        r"\bMIME\w+",
        "render only the rows that the mail shows (the top few), in parts, and release what it was made from first",
        "邮件只渲染要展示的前若干条，分段生成；生成之前先释放不再需要的数据",
        name=r"邮件|mail|report|报告",
    ),
    _fix(
        r"(?!)",
        "release what earlier phases left: `del` what is no longer needed (then gc.collect()), keep only results",
        "各阶段结束后及时释放不再需要的变量（del 后 gc.collect()），只保留结果",
        name=r"phase|阶段|粗筛",
    ),
    ONE_BLOCK,
)
"""By what is called; the more telling ones first."""
