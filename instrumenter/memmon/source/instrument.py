"""The core: bytes and a configuration in, a frozen result out. It prints nothing and touches no file."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memmon.errors import ProofError
from memmon.model import AlreadyInstrumented, Config, Instrumented, Outcome, Refusal
from memmon.source import find, injected_text, place, preamble, prologue, prove, splice, strip, text
from memmon.source.freed_memory import give_back_freed
from memmon.source.vet import vet
from memmon.translation import N_, _

if TYPE_CHECKING:
    from memmon.model import Hotspot, Site

_UNCOMPILED = N_(
    "has {syntax}, which Python {major}.{minor} here can't compile: proved by libcst and by taking it back alone"
)


def instrument(source: bytes, path: str, config: Config, beside: preamble.Beside | None = None) -> Outcome:
    """Put the checkpoints that *config* asks for into *source*, and prove the result.

    *beside* is what memmon keeps beside the file where the backup is not *source*, or the runtime's copy stands above.
    A hotspot that matches nothing is no error here but listed in the result: it may be meant for another file.
    Raises :class:`~memmon.errors.SourceError` where the source is not valid Python,
    :class:`~memmon.errors.HotspotError` where a hotspot can't mean what it says, and
    :class:`~memmon.errors.ProofError` where the result does not stand the proof.
    """
    version = preamble.version_in(source)
    if version is not None:
        return AlreadyInstrumented(version)
    job = _Job(source, path, config, beside or preamble.Beside(preamble.digest_of(source)))
    try:
        return job.instrumented()
    except Exception:
        prove.refuse_unparsable(source, path)  # whatever went wrong: a syntax error is the better message
        raise


@dataclass(frozen=True)
class _Draft:
    """An output that is not proved yet. The search tree is gone by then: compiling needs that memory."""

    output: bytes
    found: tuple[Site, ...]
    refusals: tuple[Refusal, ...]
    missing: tuple[Hotspot, ...]
    notes: tuple[str, ...]


class _Job:
    def __init__(self, source: bytes, path: str, config: Config, beside: preamble.Beside) -> None:
        self.source = source
        self.path = path
        self.config = config
        self.beside = beside
        self.decoded = text.decode(source, path)
        self.dialect = injected_text.Dialect(injected_text.free_alias(self.decoded.text), self.decoded.encoding)

    def instrumented(self) -> Instrumented:
        draft = self._draft({})
        give_back_freed()
        notes: tuple[str, ...] = ()
        if draft.missing and not draft.found:
            prove.refuse_unparsable(self.source, self.path)
        if prove.compiles(draft.output, self.path) is not None:
            newer = prove.refuse_unparsable(self.source, self.path)
            if newer is None:
                draft = self._without_breakers(len(draft.found) + len(draft.refusals))
            else:
                prove.prove_parsable(draft.output, self.path)
                notes = (_(_UNCOMPILED).format(syntax=newer, major=sys.version_info[0], minor=sys.version_info[1]),)
        prove.prove_reversible(self.source, draft.output, self.path)
        return Instrumented(draft.output, draft.found, draft.refusals, draft.missing, (*notes, *draft.notes))

    def _draft(self, refused: dict[int, str]) -> _Draft:
        """The output with all sites but those *refused*, by their number in the order of the text."""
        finder = find.Finder(self.decoded, self.path)
        findings = finder.find(self.config)
        where = prologue.locate(self.decoded, finder.root)
        refused = vet(self.decoded, finder.root, findings.found, self.config.compiled) | refused
        while True:
            placer = place.Placer(self.decoded, self.dialect, where)
            numbers: dict[int, int] = {}
            for number, item in enumerate(findings.found):
                if number not in refused:
                    numbers[id(item.site)] = number
                    placer.add(item)
            edits = list(placer.edits())
            if not placer.refusals:
                break
            refused = refused | {numbers[id(refusal.site)]: refusal.reason for refusal in placer.refusals}
        sites = [item.site for item in findings.found]
        placed = tuple(site for number, site in enumerate(sites) if number not in refused)
        return _Draft(
            self._assembled(where, edits, tuple(sorted({site.line for site in placed if site.exact}))),
            placed,
            tuple(Refusal(sites[number], reason) for number, reason in sorted(refused.items())),
            findings.missing,
            tuple(placer.notes),
        )

    def _assembled(self, where: prologue.Prologue, edits: list[splice.Edit], exact: tuple[int, ...]) -> bytes:
        """The output's bytes. The preamble lists the injected lines, so it is made twice.

        *exact*: the lines of the original at which each pass is to be measured.
        """
        newline = self.decoded.newline_at(where.start)

        def prologue_with(added: tuple[int, ...]) -> str:
            lines = preamble.render(
                self.config.settings, self.dialect, preamble.Lines(added, exact), newline, self.beside
            )
            return where.inserted(self.decoded, lines)

        draft = prologue_with(())
        head = splice.Edit(where.start, where.end, (0, 0), lambda _: draft)
        spliced = splice.splice(self.decoded.text, [head, *edits])
        added = strip.injected_lines(text.SourceText(spliced, self.decoded.encoding))
        behind = where.start + len(draft)
        return self.decoded.encode(spliced[: where.start] + prologue_with(added) + spliced[behind:])

    def _without_breakers(self, sites: int) -> _Draft:
        """Leave out the sites with which the source no longer compiles, found by halves."""
        reason = "Python can't compile the source with checkpoints there"
        kept: set[int] = set()
        refused: dict[int, str] = {}
        waiting = [list(range(sites))]
        while waiting:
            part = waiting.pop()
            others = {number: reason for number in range(sites) if number not in kept and number not in part}
            if prove.compiles(self._draft(others).output, self.path) is None:
                kept.update(part)
            elif len(part) == 1:
                refused[part[0]] = reason
            else:
                middle = len(part) // 2
                waiting += [part[middle:], part[:middle]]
        draft = self._draft(refused)
        error = prove.compiles(draft.output, self.path)
        if error is not None:
            raise ProofError(
                _("the result would not compile ({why}), so nothing was changed: please report it").format(
                    why=error.msg
                )
            )
        return draft
