"""Reads a run log and the events beside it as one sequence: past garbage and a torn last line.

The log is streamed, since it may be large; the events are bounded and few.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.errors import LogError, Place
from memmon.record import foreign_files
from memmon.translation import _, reason
from memmon.verdict.model import Record, Site
from memmon.verdict.read.events import read_events
from memmon.verdict.read.header_words import read_header
from memmon.verdict.read.json_values import clean
from memmon.verdict.read.records import NOT_CHECKPOINTS, PROGRAM_START, parse_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from memmon.verdict.model import Event, Header
    from memmon.verdict.read.events import Events, TimedEvent

_BLOCK = 1 << 18
_LONGEST = 1 << 14
"""A line of more bytes is none of a monitor's, whose longest holds a path, and is passed over."""
_MOST_BYTES = 1 << 30
"""A larger file is refused, since a verdict by a part of it might be wrong; memmon keeps its own below 20 MB."""
_MOST_WORDS = 50
"""So many lines at the top are taken for those in words; there are ten of them."""
_PROBE = 1 << 16
"""Bytes within which a run log must have shown itself as one."""


def _lines(stream: BinaryIO) -> Iterator[tuple[str, bool]]:
    """Each line without its end, and whether it had one; of one that is too long its beginning, as if it were torn."""
    rest = b""
    skipping = False
    size = 0
    while block := stream.read(_BLOCK):
        size += len(block)
        if size > _MOST_BYTES:
            raise foreign_files.too_large(_MOST_BYTES)
        whole = (rest + block).split(b"\n")
        rest = whole.pop()
        if skipping and whole:
            del whole[0]
            skipping = False
        for line in whole:
            yield _decoded(line.removesuffix(b"\r")), len(line) <= _LONGEST
        if not skipping and len(rest) > _LONGEST:
            yield _decoded(rest), False
            skipping = True
        if skipping:
            rest = b""
    if rest:
        yield _decoded(rest), False


def _decoded(line: bytes) -> str:
    text = line[:_LONGEST].decode("utf-8", "replace")
    return clean(text) if "\0" in text else text


def _preface(lines: Iterator[tuple[str, bool]]) -> tuple[list[str], Record | None, int]:
    """The lines in words at the top, the first record below them, and how many characters meant nothing."""
    words: list[str] = []
    nothing = 0
    for text, whole in lines:
        if text.startswith("# "):
            words.append(text)
            if len(words) > _MOST_WORDS:
                break
            continue
        record = parse_record(text, whole=whole)
        if record:
            return words, record, nothing
        nothing += len(text) + 1
        if nothing > _PROBE:
            break
    return words, None, nothing


def _records(first: Record | None, lines: Iterator[tuple[str, bool]]) -> Iterator[Record]:
    if first:
        yield first
    for text, whole in lines:
        if record := parse_record(text, whole=whole):
            yield record


def _runs(records: Iterable[Record], header: Header) -> Iterator[Event]:
    """Another monitor's records, the header first, and again before each further run that the same file holds.

    A growth that a record does not tell is that of its RSS.
    """
    baseline, before, begun = 0.0, None, False
    for record in records:
        starts = not record.kind and record.name in PROGRAM_START
        if starts or not begun:
            baseline, before = record.rss - (record.delta or 0.0), None
            yield replace(header, baseline_mb=baseline)
        begun = True
        told = record
        if told.delta is None:
            told = told._replace(delta=round(record.rss - baseline, 2))
        if starts or record.kind or record.name not in NOT_CHECKPOINTS:
            if told.step is None and before is not None:
                step = round(record.rss - before, 2)
                told = told._replace(step=step, growth=step if told.growth is None else told.growth)
            before = record.rss
        yield told


def _merged(records: Iterable[Record], timed: Iterable[TimedEvent]) -> Iterator[Event]:
    """Both in the order of their times, and each in its own order.

    Of the same millisecond a checkpoint comes before an event, and the line that the watcher wrote after its events
    comes after them.
    """
    waiting = iter(timed)
    event = next(waiting, None)
    for record in records:
        follows = not record.kind and record.name in NOT_CHECKPOINTS and record.line is None
        while event and event.at and (event.at < record.when or (follows and event.at == record.when)):
            yield event.event
            event = next(waiting, None)
        yield record
    while event:
        yield event.event
        event = next(waiting, None)


def _with_paths(records: Iterable[Record], header: Header, sites: Iterable[Site]) -> Iterator[Record]:
    """The records with whole paths in the place of those that the log prints."""
    known = {site.printed_file: site.file for site in sites if site.printed_file and site.file}
    folder = Path(header.target).parent if header.target else None

    def whole(file: str) -> str:
        if file in known:
            return known[file]
        return file if folder is None or file.startswith(("/", "<", "…")) else str(folder / file)

    for record in records:
        if record.file:
            yield record._replace(file=whole(record.file))
        elif record.at:
            yield record._replace(at=replace(record.at, file=whole(record.at.file)))
        else:
            yield record


def _events(stream: BinaryIO, path: str, events: Events | None, *, head: bool) -> Iterator[Event]:
    lines = _lines(stream)
    words, first, nothing = _preface(lines)
    in_words = read_header(words)
    if events and events.header and in_words.pid not in (None, events.header.pid):
        events = None  # those of another run, whose log had the same name
    header = (events and events.header) or in_words
    if not first and not events and header.version is None:
        if nothing or words:
            raise LogError(_("this is no run log of memmon: it holds neither a header nor a checkpoint"), Place(path))
        raise LogError(_("the log is empty: the program wrote nothing to it"), Place(path))
    records = _records(first, lines)
    if first and header.version is None and not head:
        yield from _runs(records, header)
        yield from (event.event for event in (events.timed if events else ()))
        return
    yield header
    if head:
        return
    if not events:
        yield from _with_paths(records, header, ())
        return
    yield from events.standing
    sites = [event for event in events.standing if isinstance(event, Site)]
    yield from _merged(_with_paths(records, header, sites), events.timed)


def read_log(path: str, *, head: bool = False) -> Iterator[Event]:
    """The events of a log in their order, the header first; ``head`` stops after that.

    A log whose events are gone is read too, and one without a header, as monitors other than memmon write them. Raises
    LogError where the file can't be read or shows within 64 KB nothing that a run log has.
    """
    try:
        with foreign_files.opened_stream(path, _MOST_BYTES) as stream:
            yield from _events(stream, path, read_events(path, head=head), head=head)
    except IsADirectoryError as error:
        raise LogError(_("this is a folder; name a log in it, or run `memmon report` there"), Place(path)) from error
    except FileNotFoundError as error:
        raise LogError(
            _("there is no such log; `memmon report` alone reads the newest one here"), Place(path)
        ) from error
    except foreign_files.TooLarge as error:
        raise LogError(
            _("{why}: give its end by `tail -c 100M LOG | memmon report -`").format(why=reason(error)), Place(path)
        ) from error
    except foreign_files.Refused as error:
        raise LogError(_("{why}: name a run log").format(why=reason(error)), Place(path)) from error
    except OSError as error:
        raise LogError(_("the log can't be read ({why})").format(why=reason(error)), Place(path)) from error
