"""A source as text, and back to the same bytes: coding cookies, BOM and every kind of line end."""

from __future__ import annotations

import codecs
import io
import re
import tokenize
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from memmon.errors import Place, SourceError
from memmon.translation import _

LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class SourceText:
    """Decoded source; offsets into ``text`` are the positions that all stages of the core speak in."""

    text: str
    encoding: str
    bom: bytes = b""

    def encode(self, text: str) -> bytes:
        """*text* in this source's encoding, behind its BOM."""
        return self.bom + text.encode(self.encoding)

    @cached_property
    def line_starts(self) -> list[int]:
        """The offset at which each line begins, the first line's first."""
        return [0, *(found.end() for found in LINE_END.finditer(self.text))]

    def line_at(self, offset: int) -> int:
        """The number of the line that holds *offset*, from 1."""
        return bisect_right(self.line_starts, offset)

    def line_start(self, offset: int) -> int:
        """Where the line that holds *offset* begins."""
        return self.line_starts[self.line_at(offset) - 1]

    def line_end(self, offset: int) -> int:
        """Where the line that holds *offset* ends, before its line end."""
        found = LINE_END.search(self.text, offset)
        return found.start() if found else len(self.text)

    def newline_at(self, offset: int) -> str:
        """The line end of the line that holds *offset*; on an unended last line, that of the line before."""
        found = LINE_END.search(self.text, offset)
        if found:
            return found[0]
        before = re.search(r"(\r\n|\r|\n)[^\r\n]*\Z", self.text[: len(self.text)])
        return before[1] if before else "\n"

    @cached_property
    def searchable(self) -> str:
        """The text with lone carriage returns as newlines, which the search tree does not know; same offsets."""
        return re.sub(r"\r(?!\n)", "\n", self.text) if "\r" in self.text else self.text


def decode(source: bytes, path: str) -> SourceText:
    """Read *source* as Python would; raises :class:`SourceError` where Python would refuse its bytes."""
    bom = codecs.BOM_UTF8 if source.startswith(codecs.BOM_UTF8) else b""
    head = re.split(rb"\r\n|\r|\n", source[len(bom) : 4096], maxsplit=2)[:2]
    ascii_head = bom + re.sub(rb"[\x80-\xff]", b"?", b"\n".join(head))  # the line is read before its encoding is known
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(ascii_head + b"\n").readline)[0]
    except SyntaxError as error:
        raise SourceError(_("{why}: correct the coding line").format(why=error.msg or error), Place(path, 1)) from None
    encoding = "utf-8" if encoding == "utf-8-sig" else encoding
    body = source[len(bom) :]
    try:
        text = _decoded(body, encoding, path)
        survives = text.encode(encoding, "replace") == body
    except (LookupError, ValueError):  # rot13, idna and the like: known to Python, but not for sources
        raise SourceError(
            _("{encoding} is no text encoding: correct the coding line").format(encoding=encoding), Place(path, 1)
        ) from None
    if not survives:
        raise SourceError(
            _("does not survive a round trip through {encoding}: save it as UTF-8").format(encoding=encoding),
            Place(path, 1),
        )
    return SourceText(text, encoding, bom)


def _decoded(body: bytes, encoding: str, path: str) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        before = body[: error.start]
        line = len(re.findall(rb"\r\n|\r|\n", before)) + 1
        column = len(re.split(rb"[\r\n]", before)[-1].decode(encoding, "replace")) + 1
        raise SourceError(
            _(
                "byte 0x{byte:02x} is not {encoding}: save the file as UTF-8, or name its encoding in a"
                " '# -*- coding: … -*-' line"
            ).format(byte=body[error.start], encoding=encoding),
            Place(path, line, column),
        ) from None
