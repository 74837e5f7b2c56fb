"""The fixes for memory that a call of an installed library takes at once, by what is called; see `taken_fixes`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from memmon.verdict.advice.fixes import Fix, by_call, calling

if TYPE_CHECKING:
    from memmon.verdict.advice.facts import Facts

_VERBS = r"(?:get|post|put|patch|request|send)"
_REQUESTS = r"\brequests\.(?:(?:Session|sessions\.Session|session)\(\)\.)?"
_HTTPX = r"\bhttpx\.(?:(?:Async)?Client\(\)\.)?"
_PANDAS = r"\b(?:pd|pandas)\."
_FRAME = _PANDAS + r"(?:DataFrame|read_\w+|concat|merge)\(\)\.(?:\w+\(\)\.)*"
_NUMPY = r"\b(?:np|numpy)\."
_QUERYSET = re.compile(r"\.objects\.(?!.*\.(?:iterator|values|values_list|count|aggregate)\(\)).*\(\)$")
"""How it is called what gives a queryset of whole objects."""
_ROWS = r"\.(?:query|scalars|execute|exec|filter|filter_by|order_by|join|outerjoin|where|options|distinct|mappings)\(\)"


def _makes_array_of_list(facts: Facts) -> bool:
    return facts.makes_list and not facts.repeats and calling(_NUMPY + r"(?:array|asarray)")(facts)


def _makes_floats(facts: Facts) -> bool:
    return facts.divides and calling(_NUMPY + r"(?:asarray|array|frombuffer|fromfile|load)", without=("dtype",))(facts)


ROWS_AS_OBJECTS = by_call(
    r"^(?!.*\.objects\.).*" + _ROWS + r"\.all|\.fetch_all",
    "every row becomes an object at once: have them in parts (yield_per(1000)) and go through them one at a time",
    "所有行一次变成对象：用 yield_per(1000) 分批取出，逐个处理",
)
BY_LIBRARIES = (
    by_call(
        _REQUESTS + _VERBS,
        "the whole answer stays in memory: pass stream=True and take it in pieces (iter_content(), iter_lines())",
        "整个响应都留在内存中：传入 stream=True，用 iter_content() 或 iter_lines() 分块读取",
        without=("stream",),
    ),
    by_call(
        _HTTPX + _VERBS,
        "the whole answer stays in memory: ask by client.stream(…) and take it in pieces (iter_bytes(), iter_lines())",
        "整个响应都留在内存中：用 client.stream(…) 请求，再用 iter_bytes() 或 iter_lines() 分块读取",
    ),
    by_call(
        r"\bClientSession\(\)\.\w+\(\)\.(?:read|text|json)",
        "the whole answer is read at once: take it in pieces (async for part in response.content.iter_chunked(size))",
        "整个响应被一次读入：用 async for part in response.content.iter_chunked(size) 分块读取",
    ),
    ROWS_AS_OBJECTS,
    by_call(
        r"\bjinja2\.[\w.()]+\.render|\b(?:get_template|from_string)\(\)\.render",
        "the whole page is made as one string: template.stream(…).dump(file), or generate(…), writes it as it goes",
        "整个页面被拼成一个字符串：用 template.stream(…).dump(file) 或 generate(…) 边生成边写出",
    ),
    by_call(
        r"\bBeautifulSoup",
        "a soup has the whole page as objects, many times its size: take only what is needed of it "
        "(parse_only=SoupStrainer(…)), or lxml's iterparse()",
        "soup 会把整个页面变成对象，大小是原文的许多倍：只解析需要的部分（parse_only=SoupStrainer(…)），"
        "或用 lxml 的 iterparse()",
        without=("parse_only",),
    ),
    by_call(
        r"\bload_workbook",
        "each cell becomes an object: load_workbook(…, read_only=True), and go through iter_rows()",
        "每个单元格都会变成一个对象：用 load_workbook(…, read_only=True)，再遍历 iter_rows()",
        without=("read_only",),
    ),
    by_call(
        r"\bPIL\.[\w.()]*\(\)\.(?:resize|convert|rotate|transpose|transform|filter|enhance|load|copy|crop)"
        r"|\(\)\.enhance\(\)\.resize|\bPIL\.Image\.new|^Image\.new",
        "a picture takes width × height × the bytes of a pixel: make it smaller first (draft() or thumbnail()), or go "
        "through it in strips",
        "图片占用 宽 × 高 × 每像素字节数：先缩小（draft() 或 thumbnail()），或分条处理",
    ),
    by_call(
        r"\.savefig",
        "the picture is drawn in figure size × dpi: take a lower dpi, or a format that has no pixels (pdf, svg)",
        "图片按 图形尺寸 × dpi 绘制：降低 dpi，或使用矢量格式（pdf、svg）",
        needs=("dpi",),
    ),
    by_call(
        _NUMPY + r"(?:[vhd]?stack|column_stack|concatenate|append)",
        "each such call copies it all: collect the parts and join them once after the loop, or preallocate the array",
        "每次调用都会整体复制：先收集，循环结束后只拼接一次，或预先分配数组",
    ),
    by_call(
        _NUMPY + r"(?:cov|corrcoef)",
        "each row is taken for a variable, and makes a row and a column of the result: rowvar=False if the columns are "
        "the variables",
        "每一行被当作一个变量，结果的行数和列数都等于行数：如果变量在列上，请传入 rowvar=False",
        without=("rowvar",),
    ),
    by_call(
        r"\b(?:cdist|pdist|squareform|pairwise_distances|cosine_similarity|linear_kernel|rbf_kernel)|"
        + _NUMPY
        + r"(?:outer|kron|meshgrid)|\.subtract\.outer",
        "there is a cell for each pair: go through blocks of rows, and keep of each only what is asked for",
        "每一对都有一个单元：按行分块计算，每块只保留需要的结果",
    ),
    Fix(
        lambda facts: facts.pairs,
        "each is taken with each ([:, None]): go through blocks of rows, and keep of each only what is asked for",
        "这里让每一项与每一项组合（[:, None]）：按行分块计算，每块只保留需要的结果",
    ),
    by_call(
        r"\.(?:toarray|todense)",
        "a sparse table is made full, noughts and all: keep it sparse, or go through blocks of its rows",
        "稀疏表被展开成完整的表（包括所有的零）：保持稀疏，或按行分块处理",
    ),
    Fix(
        _makes_array_of_list,
        "texts in an array are each as wide as the longest: dtype=object keeps them as they are; numbers need no list "
        "(np.fromiter(…, dtype=…))",
        "数组中的文本都按最长的一个占用空间：用 dtype=object 保留原样；数字不需要先做成列表（np.fromiter(…, dtype=…)）",
    ),
    Fix(
        _makes_floats,
        'this makes floats of 8 bytes each: divide what is astype("float32"), or go through it in pieces',
        '这里会得到每个 8 字节的浮点数：先 astype("float32") 再相除，或分块处理',
    ),
    by_call(
        _PANDAS + r"merge|^\?\.merge|\bDataFrame\(\)\.merge|" + _PANDAS + r"read_\w+\(\)\.merge|^\w+\.merge",
        "a merge multiplies rows whose keys repeat: check them (validate=…), keep only columns that are needed",
        "键重复时 merge 会使行数成倍增加：先检查（validate=…），并只保留需要的列",
    ),
    by_call(
        r"\.pivot_table|\.unstack|\.reindex|MultiIndex\.from_product|"
        + _PANDAS
        + r"(?:crosstab|pivot_table|pivot)|"
        + _FRAME
        + r"pivot",
        "each pair of values gets a cell, also those that never occur: keep it long (groupby(…).sum()), or pivot fewer "
        "values",
        "每一对取值都有一个单元，包括从未出现的：保持长表（groupby(…).sum()），或减少透视的取值",
    ),
    by_call(
        r"\.explode",
        "each row is repeated for each of its parts, with all columns: keep only those that are needed before it "
        "explodes, or go through it in pieces",
        "每一行都会按其中的每一项重复，并带上所有列：展开前只保留需要的列，或分块处理",
    ),
    by_call(
        _FRAME + r"(?:to_dict|iterrows)|\?\.to_dict|" + _FRAME + r"(?:values|to_numpy\(\))\.tolist",
        "each cell becomes an object: go through itertuples(), or work on whole columns",
        "每个单元格都会变成一个对象：用 itertuples() 逐行遍历，或直接对整列计算",
    ),
    by_call(
        r"\bget_dummies",
        "each value becomes a column: leave out what has thousands of values, or pass sparse=True and dtype=bool",
        "每个取值都会变成一列：去掉取值过多的列，或传入 sparse=True 和 dtype=bool",
    ),
    by_call(
        _PANDAS + r"read_(?:csv|excel|parquet|json|sql\w*|feather)",
        "read {what} in pieces (chunksize=…) and only the columns that are needed (usecols=…, dtype=…)",
        "分块读取 {what}（chunksize=…），并只读需要的列（usecols=…、dtype=…）",
        reads=True,
        without=("chunksize", "iterator"),
    ),
    by_call(
        _PANDAS + r"(?:concat|DataFrame\(\)\.copy|read_\w+\(\)\.copy)",
        "each such copy needs the whole size once more: join once at the end, work in place, or go in pieces",
        "每次拷贝都要再占一份内存：先收集最后只拼接一次，或就地修改、分块处理",
    ),
    Fix(
        lambda facts: any(_QUERYSET.search(one) for one in facts.iterated),
        "a queryset keeps each object that it has given: go through its .iterator()",
        "queryset 会保留它给出的每个对象：改为遍历其 .iterator()",
    ),
)
"""By what is called; the more telling ones first."""
