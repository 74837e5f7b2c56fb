"""The core: bytes and a configuration in, a frozen result out. It prints nothing and touches no file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.errors import ProofError
from memmon.model import AlreadyInstrumented, Config, Instrumented, Outcome, Refusal
from memmon.source import calls, find, place, preamble, prologue, prove, strip, text

if TYPE_CHECKING:
    from ast_grep_py import SgNode

    from memmon.model import Settings
    from memmon.source.find import Found


def instrument(source: bytes, path: str, config: Config) -> Outcome:
    """Put the checkpoints that *config* asks for into *source*, and prove the result.

    A hotspot that matches nothing is no error here but listed in the result: it may be meant for another file.
    Raises :class:`~memmon.errors.SourceError` where the source is not valid Python,
    :class:`~memmon.errors.HotspotError` where a hotspot can't mean what it says, and
    :class:`~memmon.errors.ProofError` where the result does not stand the proof.
    """
    version = strip.mark(source)
    if version is not None:
        return AlreadyInstrumented(version)
    decoded = text.decode(source, path)
    finder = find.Finder(decoded, path)
    try:
        findings = finder.find(config)
        return _Job(source, path, decoded, finder.root, config.settings).instrumented(findings)
    except Exception:
        prove.refuse_unparsable(source, path)  # whatever went wrong: a syntax error is the better message
        raise


class _Job:
    def __init__(self, source: bytes, path: str, decoded: text.SourceText, root: SgNode, settings: Settings) -> None:
        self.source = source
        self.path = path
        self.decoded = decoded
        self.settings = settings
        self.dialect = calls.Dialect(calls.free_alias(decoded.text), decoded.encoding)
        self.prologue = prologue.locate(decoded, root)

    def instrumented(self, findings: find.Findings) -> Instrumented:
        found, refusals = list(findings.found), list[Refusal]()
        output = self._placed(found, refusals)
        if findings.missing and not findings.found:
            prove.refuse_unparsable(self.source, self.path)
        if prove.compiles(output, self.path) is not None:
            prove.refuse_unparsable(self.source, self.path)
            output = self._without_breakers(found, refusals)
        prove.prove_reversible(self.source, output, self.path)
        sites = tuple(item.site for item in found)
        return Instrumented(output, sites, tuple(refusals), findings.missing)

    def _placed(self, found: list[Found], refusals: list[Refusal]) -> bytes:
        """The output with every site of *found*; those that can't be placed move to *refusals*."""
        while True:
            placer = place.Placer(self.decoded, self.dialect, self.prologue)
            for item in found:
                placer.add(item)
            edits = list(placer.edits())
            if not placer.refusals:
                return self._assembled(edits)
            refused = {id(refusal.site): refusal for refusal in placer.refusals}
            refusals += refused.values()
            found[:] = [item for item in found if id(item.site) not in refused]

    def _assembled(self, edits: list[place.Edit]) -> bytes:
        """The output's bytes. The preamble lists the injected lines, so it is made twice."""
        added: tuple[int, ...] = ()
        output = ""
        for _ in range(2):
            lines = preamble.render(self.settings, self.dialect, added, self.decoded.newline_at(self.prologue.start))
            made = self.prologue.inserted(self.decoded, lines)
            edit = place.Edit(self.prologue.start, self.prologue.end, (0, 0), lambda _, made=made: made)  # type: ignore[misc]
            output = place.splice(self.decoded.text, [edit, *edits])
            added = strip.injected_lines(text.SourceText(output, self.decoded.encoding))
        return self.decoded.encode(output)

    def _without_breakers(self, found: list[Found], refusals: list[Refusal]) -> bytes:
        """Leave out the sites with which the source no longer compiles, by halves."""

        def breaks(part: list[Found]) -> bool:
            return prove.compiles(self._placed(list(part), []), self.path) is not None

        kept: list[Found] = []
        waiting = [found[:]]
        while waiting:
            part = waiting.pop()
            if not breaks([*kept, *part]):
                kept += part
            elif len(part) == 1:
                refusals.append(Refusal(part[0].site, "Python can't compile the source with checkpoints there"))
            else:
                middle = len(part) // 2
                waiting += [part[middle:], part[:middle]]
        found[:] = sorted(kept, key=found.index)
        output = self._placed(found, refusals)
        error = prove.compiles(output, self.path)
        if error is not None:
            raise ProofError(f"the result would not compile ({error.msg}), so nothing was changed: please report it")
        return output
