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
from memmon.errors import ConfigError, HotspotError, MemmonError, TargetError
from memmon.kernel.room_for_source import refuse_without_room
from memmon.model import AlreadyInstrumented
from memmon.record import foreign_files
from memmon.run import bootstrap, cache
from memmon.run.compiling import CompilingError, compile_for, names_in
from memmon.run.scope import Scope
from memmon.source.instrument import instrument
from memmon.source.own_settings import own_settings
from memmon.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from memmon.model import Config, Hotspot
    from memmon.run.compiling import Compiled
    from memmon.run.handover import CacheJobs

_MOST_MODULES = 200
"""At most so many of the modules that a program may import are instrumented beforehand."""
_TIMES = 3
"""So many times the memory to compile a source is taken here, where the trees of two are compared."""
_MOST_SECONDS = 15.0
"""After so long no further module is begun."""


def main(request: CacheJobs) -> None:
    """Make the entries that *request* asks for, and leave with an exit status."""
    sys.setrecursionlimit(10_000)
    cache.share_with(request["form"])
    try:
        _Filler(request).run()
    except TargetError as error:  # there is too little memory for it, or was a moment ago
        sys.stderr.write(f"memmon: {error}\n")
        sys.exit(1)
    except MemmonError as error:
        sys.stderr.write(_("memmon: error: {error}").format(error=error) + "\n")
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
            names = self._make(path, filename, script=script)
            if names is not None:
                self._make_entries_of_imports(names, filename)
        cache.prune(self.request["cache"])

    def _write_settings(self) -> None:
        """Keep what the configuration says, so that a warm start need not read it."""
        settings = {**asdict(self.config.settings)}
        for name in ("warning", "critical", "keep"):
            settings[name] = str(getattr(self.config.settings, name))
        hotspots = [(hotspot.name, str(hotspot.place or "")) for hotspot in self.config.hotspots]
        known = {"settings": settings, "hotspots": hotspots, "config": self.config.path}
        cache.write(self.request["settings"], b"", b"", known)

    def _make(self, path: str, filename: str, *, script: bool) -> list[str] | None:
        """Make one entry, and return the names that its code uses, none where another Python has compiled it before.

        None where the file is not valid Python, which Python itself will say best.
        """
        source = foreign_files.read(path, foreign_files.SOURCE)
        form = self.request["form"]
        entry = cache.path(self.request["cache"], self.request["config"], filename, source, script=script, python=form)
        made = cache.read(entry)
        if made is not None:
            return _names(made[0], made[1]) if form == cache.form() else []
        refuse_without_room(source, filename, _TIMES)
        first = bootstrap.FIRST if script else None
        known: dict[str, Any] = {"runs": True, "note": None, "hotspots": [], "missing": []}
        known["configured"] = own_settings(source, filename) if script else {}
        try:
            compiled = self._compiled(source, self._instrumented(source, filename, known), filename, first)
        except (ConfigError, HotspotError):
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is: the program must run
            known.update(note=f"{filename} runs without checkpoints: {error}", hotspots=[], missing=[])
            try:
                compiled = self._compiled(source, None, filename, first)
            except CompilingError:
                cache.write(entry, b"", b"", {**known, "runs": False, "alias": None, "warnings": ()})
                return None
        facts = {**known, "alias": compiled.alias, "warnings": compiled.warnings}
        cache.write(entry, compiled.magic, compiled.code, facts)
        return compiled.names

    def _compiled(self, source: bytes, instrumented: bytes | None, filename: str, first: str | None) -> Compiled:
        return compile_for((self.request["python"], self.request["form"]), source, instrumented, filename, first)

    def _instrumented(self, source: bytes, filename: str, known: dict[str, Any]) -> bytes | None:
        """The instrumented source; None where it is that already."""
        outcome = instrument(source, filename, self.config)
        if isinstance(outcome, AlreadyInstrumented):
            known["note"] = f"{filename} is instrumented already (by memmon {outcome.version}); it runs as it is"
            return None
        lost = set(outcome.missing)
        refused = [refusal.site.hotspot for refusal in outcome.refusals]
        known["hotspots"] = sorted({site.hotspot for site in outcome.sites} | set(refused))
        known["missing"] = [_described(hotspot) for hotspot in outcome.missing if hotspot in lost]
        return outcome.source

    def _make_entries_of_imports(self, names: list[str], filename: str) -> None:
        """Make the entries of the modules that the program is likely to import, while libcst is loaded."""
        base, until = self.request["base"], time.monotonic() + _MOST_SECONDS
        scope = Scope(self.request["base"], tuple(self.request["include"]))
        waiting, seen = [(names, os.path.dirname(filename))], {filename}
        while waiting and len(seen) < _MOST_MODULES and time.monotonic() < until:
            names, folder = waiting.pop(0)
            for found in _imported(names, dict.fromkeys((base, folder))):
                if found in seen or not scope.holds(found):
                    continue
                seen.add(found)
                try:
                    made = self._make(found, found, script=False)
                except (OSError, MemmonError):
                    continue  # the program may never import it
                if made is not None:
                    waiting.append((made, os.path.dirname(found)))


def _names(pyc: bytes, known: dict[str, Any]) -> list[str] | None:
    """The names that the code of an entry uses; None where it is not valid Python."""
    return sorted(set(names_in(marshal.loads(pyc[16:])))) if known["runs"] else None


def _imported(names: Iterable[str], folders: Iterable[str]) -> Iterator[str]:
    """The source files in *folders* that code with these *names* may import: rather too many than too few."""
    for folder in folders:
        for name in names:
            at = folder
            for part in name.split("."):
                at = os.path.join(at, part)
                for file in (f"{at}.py", os.path.join(at, "__init__.py")):
                    if os.path.isfile(file):
                        yield file


def _described(hotspot: Hotspot) -> str:
    return f"{hotspot.name} ({hotspot.place})" if hotspot.place else hotspot.name
