"""What has to be ready before a program runs: its configuration, and the code that stands for its script.

The launcher plans for the program that it starts, and a Python that was started by something else plans for itself
(`follow`). The module is light, since it is in the memory of both, and runs on every Python that a program may have.
"""

from __future__ import annotations

import os
import sys

from memmon import __version__
from memmon.config_search import candidates, owner_of, trusted
from memmon.record import foreign_files
from memmon.run import cache, cache_process
from memmon.translation import N_, _

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from memmon.run.handover import CacheRequest, Family, ForProgram


class ConfigurationError(Exception):
    """The configuration can't be used; that has been said."""


class Plan:
    """What is handed to a program (``for_program``) and to the process that fills the cache (``request``)."""

    def __init__(self, family: Family, *, script: str = "", module: str = "", words: Sequence[str] = ()) -> None:
        """For a ``script`` as it was named, or a ``module``; for neither where no file is known to begin with.

        *words* are all that stood behind the name of the interpreter.
        """
        folder = os.getcwd()
        self.file = os.path.join(folder, script) if script else ""
        real = os.path.realpath(self.file) if self.file else ""
        self.first = self.file or _module_file(folder, module)
        # As Python itself names it in the code; Python 3.8 does so as the command line does.
        self.shown = script if script and sys.version_info < (3, 9) else self.first
        target = real or os.path.realpath(self.first)
        base = folder
        if script:
            base = real if os.path.isdir(real) else os.path.dirname(real)
        self.request: CacheRequest = {
            "tool": family["tool"],
            "path": family["path"],
            "python": sys.executable,
            "form": cache.form(),
            "target": target,
            "explicit": family["explicit"],
            "config": cache.digest(*_configuration(target, family["explicit"])),
            "cache": family["cache"],
            "settings": "",
            "base": base,
            "include": family["include"],
        }
        config = self.request["config"]
        self.request["settings"] = cache.path(family["cache"], config, "settings", b"", script=False)
        self.for_program: ForProgram = {
            "mode": "module" if module else "plain",
            "pythonpath": family["pythonpath"],
            "script": script,
            "words": [*words],
            "file": self.file,
            "path0": os.path.dirname(real),
            "cache0": "",
            "module": module,
            "base": base,
            "include": family["include"],
            "cache": family["cache"],
            "config": config,
            "request": self.request,
            "runtime": family["runtime"],
            "limit": family["limit"],
            "settings": {},
            "hotspots": [],
            "notes": [],
            "known": None,
            "runs": self.shown if script else "",
            "family": family,
        }

    def prepare(self, *, settings_only: bool = False) -> str:
        """Have everything ready; return the entry that runs in the script's place, or nothing where none does.

        *settings_only*: without the code, which another process has to have ready for itself. ConfigurationError where
        the configuration can't be used.
        """
        self._has_code = os.path.isfile(self.first) and not settings_only
        settings, entry, code = self._cached()
        if settings is None or (entry and code is None):
            self._fill_cache()
            settings, entry, code = self._cached()
        if settings is not None:
            limit = self.for_program["limit"]
            self.for_program["settings"] = {**settings[1]["settings"], **({"limit": limit} if limit else {})}
            self.for_program["hotspots"] = settings[1]["hotspots"]
        if not self.file or code is None or not code[1]["runs"]:
            return ""
        known = code[1]
        self.for_program["settings"] = {**self.for_program["settings"], **known["configured"]}
        if known["note"]:
            self.for_program["notes"].append(known["note"])
        if known["missing"]:
            self.for_program["notes"].append(f"not found in {self.file}: " + ", ".join(known["missing"]))
        self.for_program["mode"] = "script"
        self.for_program["known"] = known
        self.for_program["cache0"] = os.path.dirname(os.path.realpath(entry))
        return entry

    def name_command(self, command: str) -> None:
        """Let the record name *command* as the program, where it is not empty."""
        if command:
            self.for_program["settings"] = {**self.for_program["settings"], "command": command}

    def _cached(self) -> tuple[cache.Entry | None, str, cache.Entry | None]:
        """The cache's entry for the settings; the path of the target's entry, and this entry itself.

        The path is empty where the target is no file, or none is wanted.
        """
        settings = cache.read(self.request["settings"])
        if not self._has_code:
            return settings, "", None
        with open(self.first, "rb") as stream:
            source = stream.read()
        entry = cache.path(self.request["cache"], self.request["config"], self.shown, source, script=bool(self.file))
        return settings, entry, cache.read(entry)

    def _fill_cache(self) -> None:
        refusal = cache.refusal(self.request["cache"])
        if refusal:
            self.for_program["request"] = None  # it could make nothing of what is imported either
            named = os.environ.get("MEMMON_CACHE_DIR")
            if named:
                self._go_without(
                    N_("MEMMON_CACHE_DIR can't be used ({folder}: {refusal})"), folder=named, refusal=refusal
                )
            else:
                self._go_without(
                    N_("no folder can be had that keeps instrumented code (MEMMON_CACHE_DIR may name one)")
                )
            return
        jobs = [(self.first, self.shown, bool(self.file))] if self._has_code else []
        status = cache_process.fill({**self.request, "jobs": jobs}, on_stderr=True)
        if status == cache_process.BAD_CONFIGURATION:
            raise ConfigurationError
        if status:
            self._go_without(N_("instrumenting failed or took too long"))

    def _go_without(self, why: str, **fields: str) -> None:
        """Say so in the reader's language, and in the log."""
        text = N_("{why}: the program runs watched, but without checkpoints")
        from memmon.run.switches import is_quiet  # noqa: PLC0415  # seldom, and not for the program's memory

        if not is_quiet():
            sys.stderr.write(f"memmon: {_(text).format(why=_(why).format(**fields))}\n")
        self.for_program["notes"].append(text.format(why=why.format(**fields)))


def _configuration(target: str, explicit: str | None) -> list[bytes]:
    """What the configuration depends on: the version, and the files that may hold it, with their paths."""
    found = [__version__.encode()]
    owner = owner_of(target)
    owners = None if explicit else trusted(owner)
    for name in [explicit] if explicit else candidates(os.path.dirname(target), owner):
        try:
            found += [os.fsencode(name), foreign_files.read(name, owners=owners)]
        except OSError:
            continue
    return found


def _module_file(folder: str, module: str) -> str:
    """A module's file where it is in *folder*, else a name in *folder*: the configuration is looked for from there."""
    at = os.path.join(folder, *module.split("."))
    for file in (f"{at}.py", os.path.join(at, "__main__.py")) if module else ():
        if os.path.isfile(file):
            return file
    return os.path.join(folder, "__main__.py")
