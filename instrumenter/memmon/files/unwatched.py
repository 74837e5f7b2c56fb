"""Whether an instrumented script would find its runtime, asked of the Python that would run it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from memmon.files import deploy
from memmon.source.preamble import block_in
from memmon.translation import _

_PROGRAM = f"""\
import sys
script, home = sys.argv[1:]
sys.path[0] = script
try:
    import {deploy.NAME} as runtime
except ImportError:
    sys.path.append(home)
    import {deploy.NAME} as runtime
runtime.install
"""
"""What a preamble does, but for starting anything: the script's folder comes first, the copy's last."""
_SHEBANG = re.compile(rb"#![ \t]*(\S+)(?:[ \t]+(?:-S[ \t]+)?(\S+))?")
_SECONDS = 20.0
"""A Python that takes longer to import it is not waited for."""


def why_unwatched(target: Path, source: bytes) -> str | None:
    """Why ``target``, which holds ``source`` and is instrumented, would run unwatched; None where it would not.

    The import runs with the rights of the target's owner; where this user does not have these, nothing is asked.
    """
    try:
        owner = target.stat()
    except OSError:
        return None
    user = os.geteuid() if sys.platform != "win32" else owner.st_uid
    if user not in (0, owner.st_uid):
        return None
    home = deploy.import_root(target)
    pythons = [_of_shebang(source) or shutil.which("python3")]
    block = block_in(source)
    if block is None or not block.beside:
        pythons.append(sys.executable)  # memmon's own environment is the likeliest to hold what is installed
    drop = (owner.st_uid, owner.st_gid) if user == 0 and owner.st_uid != 0 else None
    asked = (_asked(python, str(target.parent), str(home), drop) for python in pythons if python)
    reasons = [reason for reason in asked if reason is not None]
    return reasons[0] if reasons and all(reasons) else None


def _of_shebang(source: bytes) -> str | None:
    """The Python that the first line names, as a path; None where it names none that stands here."""
    found = _SHEBANG.match(source)
    if not found:
        return None
    first, second = (os.fsdecode(part or b"") for part in found.groups())
    program = second if Path(first).name == "env" else first
    return shutil.which(program) if re.match("(python|pypy)", Path(program).name) else None


@cache
def _asked(python: str, script: str, home: str, drop: tuple[int, int] | None) -> str | None:
    """What the import says that fails; "" where it doesn't, None where that Python could not be asked."""
    rights = {"user": drop[0], "group": drop[1], "extra_groups": []} if drop else {}
    try:
        done = subprocess.run(  # noqa: S603  # the Python that the script's user would start
            [python, "-B", "-c", _PROGRAM, script, home],
            env={**os.environ, "MEMMON_DISABLE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            **rights,  # type: ignore[call-overload]
        )
    except (OSError, subprocess.SubprocessError):
        return None
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return _("{python} says {what}").format(python=python, what=said[-1]) if done.returncode and said else ""
