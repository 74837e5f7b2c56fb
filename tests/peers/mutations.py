"""Real sources changed in ways that real files differ: line ends, encodings, tabs, form feeds, the last newline."""

from __future__ import annotations

import codecs
import re
import zlib
from itertools import cycle
from typing import TYPE_CHECKING

from memmon.source import prove

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=]")


def of(files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Each file changed in one way, which depends on its name alone; those that then are no Python are left out."""
    for name, source in files:
        way = sorted(_WAYS)[zlib.crc32(name.encode()) % len(_WAYS)]
        result = changed(source, way)
        if result is not None and result != source and prove.compiles(result, name) is None:
            yield f"{name} ({way})", result


def changed(source: bytes, way: str) -> bytes | None:
    """``source`` changed in one of the ways of ``NAMES``; None where it can't be."""
    return _WAYS[way](source)


def _crlf(source: bytes) -> bytes | None:
    return None if b"\r" in source else source.replace(b"\n", b"\r\n")


def _cr(source: bytes) -> bytes | None:
    return None if b"\r" in source else source.replace(b"\n", b"\r")


def _mixed(source: bytes) -> bytes | None:
    ends = cycle((b"\n", b"\r\n", b"\r"))
    return None if b"\r" in source else b"".join(line + next(ends) for line in source.split(b"\n"))


def _bom(source: bytes) -> bytes | None:
    return None if _has_cookie(source) else codecs.BOM_UTF8 + source


def _unended(source: bytes) -> bytes:
    return source.rstrip(b"\r\n")


def _recoded(encoding: str) -> Callable[[bytes], bytes | None]:
    def recode(source: bytes) -> bytes | None:
        if _has_cookie(source):
            return None
        try:
            # A few letters outside ASCII, so that the encoding matters.
            return f"# -*- coding: {encoding} -*-\n# {_LETTERS[encoding]}\n".encode(encoding) + source.decode().encode(
                encoding
            )
        except UnicodeError:
            return None

    return recode


def _tabs(source: bytes) -> bytes:
    return re.sub(rb"(?m)^(?: {4})+", lambda found: b"\t" * (len(found[0]) // 4), source)


def _form_feeds(source: bytes) -> bytes:
    return re.sub(rb"(?m)^(def|class|@)", rb"\f\1", source)


def _has_cookie(source: bytes) -> bool:
    return any(map(_COOKIE.match, source.split(b"\n", 2)[:2])) or source.startswith(codecs.BOM_UTF8)


_LETTERS = {"latin-1": "äöü", "gbk": "内存"}
_WAYS: dict[str, Callable[[bytes], bytes | None]] = {
    "CRLF": _crlf,
    "CR": _cr,
    "mixed line ends": _mixed,
    "BOM": _bom,
    "no last newline": _unended,
    "latin-1": _recoded("latin-1"),
    "gbk": _recoded("gbk"),
    "tabs": _tabs,
    "form feeds": _form_feeds,
}
NAMES = tuple(_WAYS)
