"""What is fuzzed: functions of some bytes that may refuse them in memmon's own way, and may do nothing else."""

from __future__ import annotations

import contextlib
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from hostile import records
from memmon.config import load_config
from memmon.errors import MemmonError
from memmon.record.file_names import events_of, page_of, stack_of
from memmon.show.escaping import escaped
from memmon.show.json import as_json
from memmon.show.report import report
from memmon.show.short_report import ShortReport
from memmon.source.edited import user_text
from memmon.source.preamble import block_in, version_in
from memmon.source.strip import injected_lines, line_left, strip
from memmon.source.text import decode
from memmon.verdict.judge.judge import judge
from memmon.verdict.judge.outcome import Case
from memmon.verdict.model import ExternalEvidence
from memmon.verdict.read.process import read_process
from memmon.verdict.survey import Survey

if TYPE_CHECKING:
    from collections.abc import Callable

_ROOT = Path(__file__).resolve().parents[2]
_SHARED_MEMORY = Path("/dev/shm")
_FOLDER = Path(tempfile.mkdtemp(prefix="memmon-fuzz.", dir=_SHARED_MEMORY if _SHARED_MEMORY.is_dir() else None))
_DRAWN_EVERY = 16
"""To draw takes ten times as long as to judge, and is mostly not memmon's code."""
_APART = b"\n\x00\n"
"""What stands between the files of a record, in the bytes for `log`."""


def folder() -> Path:
    """Where the files are written that are read."""
    return _FOLDER


def config(data: bytes) -> None:
    """The bytes as ``memmon.toml``, and as ``pyproject.toml``."""
    for name in ("memmon.toml", "pyproject.toml"):
        file = _FOLDER / name
        file.write_bytes(data)
        with contextlib.suppress(MemmonError):
            load_config(_FOLDER / "bot.py", file)
        with contextlib.suppress(MemmonError):
            load_config(_FOLDER / "bot.py")
        file.unlink()


def log(data: bytes) -> None:
    """The bytes as a log, the events and the stacks beside it; read, judged and shown."""
    log, events, stack, *_ = (*data.split(_APART), b"", b"")
    path = str(_FOLDER / records.LOG)
    for file, content in ((path, log), (events_of(path), events), (stack_of(path), stack)):
        Path(file).write_bytes(content)
    _judged(path, data)


def page(data: bytes) -> None:
    """The bytes as the page beside a good log."""
    path = _FOLDER / records.LOG
    if not path.exists():
        records.lay_down(_FOLDER)
    Path(page_of(str(path))).write_bytes(data)
    _judged(str(path), data)


def _judged(path: str, data: bytes) -> None:
    try:
        history = read_process(path)
    except MemmonError:
        return
    verdict = judge([Case(history, ExternalEvidence())], top=10)
    as_json(verdict)
    shown = escaped(Survey(verdict))
    drawn = report(shown)
    if zlib.crc32(data) % _DRAWN_EVERY == 0:
        console = Console(width=100, highlight=False, markup=False, emoji=False)
        with console.capture():
            console.print(drawn)
            console.print(ShortReport(shown))


def source(data: bytes) -> None:
    """The bytes as a source that may carry what memmon injected."""
    if version_in(data) is None:
        return
    with contextlib.suppress(MemmonError):
        block_in(data)
        strip(data, "bot.py")
        text = decode(data, "bot.py")
        injected_lines(text)
        line_left(text)
        user_text(data, "bot.py")


def _seed_configs() -> list[bytes]:
    return [path.read_bytes() for path in sorted((_ROOT / "fixtures").rglob("memmon.toml"))]


def _seed_logs() -> list[bytes]:
    records.lay_down(_FOLDER)
    names = (records.LOG, records.EVENTS, records.STACK)
    good = _APART.join((_FOLDER / name).read_bytes() for name in names)
    return [good, good.partition(_APART)[0]]


def _seed_pages() -> list[bytes]:
    records.lay_down(_FOLDER)
    return [(_FOLDER / records.PAGE).read_bytes()]


def _seed_sources() -> list[bytes]:
    return [path.read_bytes() for path in sorted((_ROOT / "fixtures").rglob("after.py"))]


TARGETS: dict[str, tuple[Callable[[bytes], None], Callable[[], list[bytes]]]] = {
    "config": (config, _seed_configs),
    "log": (log, _seed_logs),
    "page": (page, _seed_pages),
    "strip": (source, _seed_sources),
}
"""By name: what is done with the bytes, and some bytes to begin with."""
