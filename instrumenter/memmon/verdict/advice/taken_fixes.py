"""The fixes for memory that a line takes at once. To add one, add an entry: the first that fits is given.

Names are matched at their ends and in full: ``open().read`` is the ``read`` of what `open` gave, and no other ``read``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.verdict.advice.fixes import ALL_AT_ONCE, Fix, by_call, calling
from memmon.verdict.advice.taken_by_libraries import BY_LIBRARIES, ROWS_AS_OBJECTS

if TYPE_CHECKING:
    from memmon.verdict.advice.facts import Facts

_FILE = r"(?:^|\.)(?:open|fdopen|NamedTemporaryFile|TemporaryFile)\(\)\."
_XML = r"\b(?:ET|ElementTree|etree|minidom|cElementTree)\."
_NUMPY = r"\b(?:np|numpy)\."


def _makes_list(facts: Facts) -> bool:
    return (facts.makes_list and not facts.repeats) or calling(r"^(?:list|tuple|set|dict)")(facts)


def _takes_one_block(facts: Facts) -> bool:
    large = facts.repeats or calling(_NUMPY + r"(?:zeros|ones|empty|full)|^bytearray|^bytes")(facts)
    return large and facts.one_block and not facts.makes_list and not facts.collects


LOADS_CONFIG = by_call(
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
WHOLE_OUTPUT = by_call(
    r"\bPopen\(\)\.communicate|\bsubprocess\.(?:check_output|getoutput|getstatusoutput)",
    "the process's whole output is kept: start it with Popen(stdout=PIPE) and iterate over process.stdout",
    "进程的全部输出都留在内存中：用 Popen(stdout=PIPE) 启动，逐行遍历 process.stdout",
)
READ_TO_ITS_END = Fix(
    lambda facts: facts.awaits_all,
    "all of it is read at once: take it in pieces (while block := await reader.read(65536)), or line by line "
    "(async for line in reader)",
    "全部内容被一次读入：用 while block := await reader.read(65536) 分块读取，或用 async for line in reader 逐行读取",
)
TAKEN = (
    *BY_LIBRARIES,
    Fix(
        lambda facts: calling(_FILE + r"read|\.read_bytes", bare=True)(facts) and calling(r"\bhashlib\.\w+")(facts),
        "a checksum needs no whole file: hashlib.file_digest(file, …) reads it in pieces, as update() in a loop does",
        "计算校验和不需要整个文件：hashlib.file_digest(file, …) 会分块读取，也可以在循环中 update()",
    ),
    by_call(
        r"urlopen\(\)\.read|\.getresponse\(\)\.read",
        "the whole answer is read at once: read(size) it in pieces, or shutil.copyfileobj() it to a file",
        "整个响应被一次读入：用 read(size) 分块读取，或用 shutil.copyfileobj() 写入文件",
        bare=True,
    ),
    WHOLE_OUTPUT,
    by_call(
        r"\bsubprocess\.run",
        "the process's whole output is kept: start it with Popen(stdout=PIPE) and iterate over process.stdout",
        "进程的全部输出都留在内存中：用 Popen(stdout=PIPE) 启动，逐行遍历 process.stdout",
        needs=("capture_output", "stdout"),
    ),
    by_call(
        r"\bZipFile\(\)\.(?:read|open\(\)\.read)",
        "the whole member is unpacked at once: archive.open(name) gives it as a file, to be read in pieces or lines",
        "整个成员被一次解压：用 archive.open(name) 当作文件，分块或逐行读取",
    ),
    by_call(
        r"\.extractfile\(\)\.read",
        "the whole member is read at once: what extractfile() gives is a file, to be read in pieces or lines",
        "整个成员被一次读入：extractfile() 返回的是文件，分块或逐行读取",
        bare=True,
    ),
    by_call(
        r"\bre\.findall|\bre\.compile\(\)\.findall|(?i:\w*(?:pattern|regex))\.findall",
        "go through the matches one at a time with finditer() instead of findall()",
        "用 finditer() 逐个处理匹配，不要一次 findall()",
    ),
    by_call(
        _XML + r"(?:parse|parseString|fromstring|XML)",
        "don't build the whole tree: iterparse() gives one element at a time; clear() each when it is done with",
        "不要构建整棵树：用 iterparse() 逐个处理元素，用完即 clear()",
    ),
    by_call(
        r"\bjson\.dumps",
        "don't make one string of it all: write it with json.dump(…, file), or one record a line",
        "不要拼成一个大字符串：用 json.dump(…, file) 直接写入文件，或每行一条记录",
    ),
    by_call(
        r"\b(?:pickle|cloudpickle|marshal|msgpack)\.(?:dumps|packb)",
        "don't make one string of it all: write it with dump(…, file), or one object after the other",
        "不要拼成一个大字符串：用 dump(…, file) 直接写入文件，或逐个写入对象",
    ),
    by_call(
        r"\bast\.literal_eval",
        "literal_eval() makes a tree of the text that is many times as large: store it as JSON (json.load), or one "
        "record a line",
        "literal_eval() 会先生成一棵大小为原文许多倍的语法树：改用 JSON 存储（json.load），或每行一条记录",
    ),
    by_call(
        r"\b(?:email\.[\w.()]*|MIME\w+\(\)|EmailMessage\(\))\.as_(?:string|bytes)",
        "don't make one string of the mail and its attachments: BytesGenerator(file).flatten(mail) writes it out, or "
        "link to the large files",
        "不要把邮件和全部附件拼成一个字符串：用 BytesGenerator(file).flatten(mail) 写入文件，或只附上大文件的链接",
    ),
    by_call(
        r"\bsqlite3\.connect\(\)\.(?:cursor\(\)\.)?(?:executemany|executescript)",
        'a database in memory (":memory:") has all its rows in the process: connect to a file, and commit in batches',
        "内存数据库（:memory:）的所有行都在进程中：改为连接到文件，并分批提交",
    ),
    by_call(
        r"""^(?:''|b'')\.join""",
        "don't join it all into one string: write each part to the file as it comes (writelines())",
        "不要把全部内容拼成一个字符串：每生成一部分就写入文件（writelines()）",
    ),
    by_call(
        r"\b(?:zlib|gzip|bz2|lzma)\.decompress",
        "decompress in pieces: a decompressobj() fed with chunks, or open the file (gzip.open) and read it in chunks",
        "分块解压：用 decompressobj() 逐块处理，或用 gzip.open 打开后分块读取",
    ),
    by_call(
        r"\bbase64\.\w*(?:en|de)code\w*",
        "don't convert the file whole: encode chunks of a multiple of 3 bytes (decode of 4), and write each out",
        "不要整体转换：按 3 字节的倍数分块编码（解码按 4 的倍数），逐块写出",
    ),
    by_call(
        r"Executor\(\)\.map",
        "map() hands all its input over at once, and keeps each result until it is taken: hand it batches",
        "map() 会一次提交全部输入，并保留每个结果直到被取走：分批提交",
    ),
    by_call(
        r"\b(?:Thread)?Pool\(\)\.(?:star)?map(?:_async)?|^(?i:\w*pool\w*)\.(?:star)?map(?:_async)?",
        "the pool's map() keeps all results at once: take them one at a time from imap(…, chunksize=…)",
        "进程池的 map() 会同时保留全部结果：用 imap(…, chunksize=…) 逐个取用",
    ),
    by_call(
        r"\bgather",
        *ALL_AT_ONCE,
    ),
    by_call(
        r"\bdeepcopy",
        "copy only the fields that are compared or changed later, instead of the whole object ({what})",
        "不要整体 deepcopy（{what}）：用轻量级版本，只复制后面要比较或修改的字段",
        name=r"old_?config|deepcopy|深拷贝|拷贝|复制",
    ),
    LOADS_CONFIG,
    by_call(
        r"\bjson\.loads",
        "the whole text and all that it says are in memory at once: store one record a line, and load line by line",
        "整段文本及其内容同时在内存中：改为每行一条记录，逐行加载",
    ),
    by_call(
        r"\bpickle\.loads?|\bjoblib\.load|" + _NUMPY + r"load|\btorch\.load",
        '{what} is loaded whole: store it in parts, or map it (np.load(…, mmap_mode="r")), and keep only what is used',
        '{what} 被整体载入：分块存储，或用内存映射（np.load(…, mmap_mode="r")），只保留用到的部分',
        reads=True,
        without=("mmap_mode", "mmap"),
    ),
    by_call(
        r"\.fetchall",
        "iterate over the cursor or use fetchmany() instead of fetchall()",
        "遍历游标或用 fetchmany()，不要一次 fetchall()",
    ),
    by_call(
        _FILE + r"(?:read|readlines)|\.read_text|\.read_bytes|\bsys\.stdin\.(?:read|readlines)",
        "read {what} line by line (for line in file) instead of all at once",
        "逐行读取 {what}（for line in file），不要一次读完",
        reads=True,
        bare=True,
    ),
    by_call(
        r"^sorted",
        "sorting needs it all at once: heapq.nsmallest() for the first few, else sort in pieces and heapq.merge() them",
        "排序需要全部数据同时在内存中：只要前几个用 heapq.nsmallest()，否则分段排序再 heapq.merge()",
    ),
    READ_TO_ITS_END,
    Fix(
        lambda facts: facts.nested and facts.makes_list,
        "this makes a table of all rows: keep only the rows that are still needed, or small numbers side by side "
        "(array, numpy)",
        "这里生成了包含所有行的表：只保留还需要的行，或紧凑地存放小数字（array、numpy）",
    ),
    Fix(
        _makes_list,
        "don't make a list (or set, or dict) of it all: go through the generator one item at a time",
        "不要把全部结果变成列表（或集合、字典）：用生成器逐个处理",
    ),
    by_call(
        r"\bMIME\w+",
        "render only the rows that the mail shows (the top few), in parts, and release what it was made from first",
        "邮件只渲染要展示的前若干条，分段生成；生成之前先释放不再需要的数据",
        name=r"邮件|mail|report|报告",
    ),
    by_call(
        r"(?!)",
        "release what earlier phases left: `del` what is no longer needed (then gc.collect()), keep only results",
        "各阶段结束后及时释放不再需要的变量（del 后 gc.collect()），只保留结果",
        name=r"phase|阶段|粗筛",
    ),
    ONE_BLOCK,
)
"""By what is called; the more telling ones first."""

IN_ONE_STEP = (ROWS_AS_OBJECTS, WHOLE_OUTPUT, READ_TO_ITS_END)
"""For calls that collect in a library's own list what they give at their end: that list is nothing to bound."""
