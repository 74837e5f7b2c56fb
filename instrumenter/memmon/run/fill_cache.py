"""The short-lived process that makes entries of the cache: reads the configuration, instruments, compiles.

    python -I -c "…; from memmon.run.fill_cache import main; main(request)"

Its exit status is 0, 2 where the configuration can't be used, or 1 where the entries can't be kept. A file that
can't be instrumented gets an entry too, which says so, so that it is not tried again and again.
"""

from __future__ import annotations

import marshal
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memmon.config import load_config
from memmon.errors import ConfigError, HotspotError, MemmonError
from memmon.model import AlreadyInstrumented
from memmon.record import foreign_files
from memmon.run import bootstrap, cache
from memmon.run.scope import Scope
from memmon.source.instrument import instrument
from memmon.source.original_positions import Compiled, compile_instrumented, compile_original

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import CodeType

    from memmon.model import Config, Hotspot
    from memmon.run.handover import CacheJobs

_MOST_MODULES = 200
"""At most so many of the modules that a program may import are instrumented beforehand."""
_MOST_SECONDS = 15.0
"""After so long no further module is begun."""


def main(request: CacheJobs) -> None:
    """Make the entries that *request* asks for, and leave with an exit status."""
    sys.setrecursionlimit(10_000)
    try:
        _Filler(request).run()
    except MemmonError as error:
        sys.stderr.write(f"memmon: error: {error}\n")
        sys.exit(error.exit_code)
    except OSError as error:  # the disk is full, say: whoever asked says what follows from that
        sys.stderr.write(f"memmon: {error}\n")
        sys.exit(1)


class _Filler:
    """Makes the entries of one request."""

    def __init__(self, request: CacheJobs) -> None:
        self.request = request
        explicit = Path(request["explicit"]) if request["explicit"] else None
        self.config: Config = load_config(Path(request["target"]), explicit, quiet=True)  # the launcher has said it

    def run(self) -> None:
        self._write_settings()
        for path, filename, script in self.request["jobs"]:
            code = self._make(path, filename, script=script)
            if code is not None:
                self._make_entries_of_imports(code, filename)
        cache.prune(self.request["cache"])

    def _write_settings(self) -> None:
        """Keep what the configuration says, so that a warm start need not read it."""
        settings = {**asdict(self.config.settings)}
        for name in ("warning", "critical", "keep"):
            settings[name] = str(getattr(self.config.settings, name))
        hotspots = [(hotspot.name, str(hotspot.place or "")) for hotspot in self.config.hotspots]
        known = {"settings": settings, "hotspots": hotspots, "config": self.config.path}
        cache.write(self.request["settings"], None, b"", known)

    def _make(self, path: str, filename: str, *, script: bool) -> CodeType | None:
        """Make one entry; None where the file is not valid Python, which Python itself will say best."""
        source = foreign_files.read(path, foreign_files.SOURCE)
        entry = cache.path(self.request["cache"], self.request["config"], filename, source, script=script)
        made = cache.read(entry)
        if made is not None:
            return _code(made[0])
        first = bootstrap.FIRST if script else None
        known: dict[str, Any] = {"runs": True, "note": None, "hotspots": [], "missing": []}
        try:
            compiled = self._instrumented(source, filename, first, known)
        except (ConfigError, HotspotError):
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is: the program must run
            known.update(note=f"{filename} runs without checkpoints: {error}", hotspots=[], missing=[])
            try:
                compiled = compile_original(source, filename, first)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                cache.write(entry, None, source, {**known, "runs": False, "alias": None, "warnings": ()})
                return None
        cache.write(entry, compiled.code, source, {**known, "alias": compiled.alias, "warnings": compiled.warnings})
        return compiled.code

    def _instrumented(self, source: bytes, filename: str, first: str | None, known: dict[str, Any]) -> Compiled:
        outcome = instrument(source, filename, self.config)
        if isinstance(outcome, AlreadyInstrumented):
            known["note"] = f"{filename} is instrumented already (by memmon {outcome.version}); it runs as it is"
            return compile_original(source, filename, first)
        lost = set(outcome.missing)
        refused = [refusal.site.hotspot for refusal in outcome.refusals]
        known["hotspots"] = sorted({site.hotspot for site in outcome.sites} | set(refused))
        known["missing"] = [_described(hotspot) for hotspot in outcome.missing if hotspot in lost]
        return compile_instrumented(source, outcome.source, filename, first)

    def _make_entries_of_imports(self, code: CodeType, filename: str) -> None:
        """Make the entries of the modules that the program is likely to import, while libcst is loaded."""
        base, until = self.request["base"], time.monotonic() + _MOST_SECONDS
        scope = Scope(self.request["base"], tuple(self.request["include"]))
        waiting, seen = [(code, os.path.dirname(filename))], {filename}
        while waiting and len(seen) < _MOST_MODULES and time.monotonic() < until:
            code, folder = waiting.pop(0)
            for found in _imported(code, dict.fromkeys((base, folder))):
                if found in seen or not scope.holds(found):
                    continue
                seen.add(found)
                try:
                    made = self._make(found, found, script=False)
                except (OSError, MemmonError):
                    continue  # the program may never import it
                if made is not None:
                    waiting.append((made, os.path.dirname(found)))


def _code(pyc: bytes) -> CodeType | None:
    code: CodeType | None = marshal.loads(pyc[16:])
    return code


def _imported(code: CodeType, folders: Iterable[str]) -> Iterator[str]:
    """The source files in *folders* that *code* may import, by all the names it uses: rather too many than too few."""
    names = set(_names(code))
    for folder in folders:
        for name in sorted(names):
            at = folder
            for part in name.split("."):
                at = os.path.join(at, part)
                for file in (f"{at}.py", os.path.join(at, "__init__.py")):
                    if os.path.isfile(file):
                        yield file


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if hasattr(constant, "co_names"):
            yield from _names(constant)


def _described(hotspot: Hotspot) -> str:
    return f"{hotspot.name} ({hotspot.place})" if hotspot.place else hotspot.name
