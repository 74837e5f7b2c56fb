r"""The console blocks of README and docs: read, run as one shell session a section, compared with what they show.

A block's lines that begin with `$ ` are commands, the rest is what they print; a line `…` stands for any
lines. Times, sizes and the like are different in every run and left out of the comparison.

    python tests/support/console.py

rewrites the blocks that no longer show what happens.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import bot, cgroup, samples
from support.tool import plain_environment

README = samples.ROOT / "README.md"
IN_CHINESE = samples.ROOT / "README.zh.md"
PAGES = (README, IN_CHINESE, *sorted((samples.ROOT / "docs").glob("*.md")))

_FENCE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PROMPT = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_MARK = "=-=-="

_SHOWN_FOLDER = "/srv/bot"
"""What they call the folder that the bot is in."""

_VARYING = (
    (re.compile(r"^.*: line \d+: +\d+ Killed.*$", re.MULTILINE), "Killed"),
    (re.compile(r"^[▁▂▃▄▅▆▇█]+(?= x$|$)", re.MULTILINE), "CURVE"),
    (re.compile(r"^ *[WC][WC ]*$", re.MULTILINE), "MARKS"),
    (re.compile(r"\b\d+ → (?=\d+ MB)"), "SIZE"),
    (re.compile(r"\d\d:\d\d:\d\d(?:-\d\d:\d\d:\d\d| \+ \d+\.\d s)"), "SPAN"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?"), "TIME"),
    (re.compile(r"memory_monitor_\d+_\d+(_\d+)?"), "LOG"),
    (re.compile(r"[+-]?\d+(\.\d+)? ?(MB|GB|%)"), "SIZE"),
    (re.compile(r"\b\d+(\.\d+)? ?(ms|s|秒)\b"), "DURATION"),
    (re.compile(r"\b\d\d:\d\d:\d\d\b"), "TIME"),
    (re.compile(r"[+-]?\b\d+\.\d+\b"), "SIZE"),
)
_JOINED = re.compile(r"\s+")
"""Where a line wraps and how wide a column is may depend on how many digits an amount has."""


@dataclass(frozen=True)
class Command:
    """One command of a block and what it shows below it."""

    typed: str
    shows: str
    at: int
    """Where `shows` begins in the text."""


def sections(text: str) -> dict[str, list[Command]]:
    """Map the headings that have console blocks below them to their commands, in order."""
    found: dict[str, list[Command]] = {}
    for block in _FENCE.finditer(text):
        heading = ([""] + [match[1] for match in _HEADING.finditer(text, 0, block.start())])[-1]
        found.setdefault(heading, []).extend(
            Command(prompt[1], prompt[2], block.start(1) + prompt.start(2)) for prompt in _PROMPT.finditer(block[1])
        )
    return found


def play(commands: list[Command], folder: Path, page: Path) -> list[str]:
    """Run the commands in one shell, in ``folder`` and in the memory that kills the bot; return what each prints.

    `python3` and `memmon` are those of the running interpreter, and memmon speaks the language of the ``page``.
    """
    script = "".join(
        # The status outlives the mark, so that `echo $?` may be the next command.
        f"{{ {command.typed}\n}} 2>&1; status=$?; echo; echo {_MARK}; (exit $status)\n"
        for command in commands
    )
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = plain_environment(PATH=path, LC_ALL="C.UTF-8")
    if page.name.endswith(".zh.md"):
        environment["MEMMON_LANGUAGE"] = "zh"
    with cgroup.limited(bot.LIMIT_MB) as group:
        done = group.run(
            ["bash", "-c", script],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
    # A killed command is told of by the shell itself, on its own stderr, before the mark.
    printed = done.stdout.replace(str(folder.resolve()), _SHOWN_FOLDER).split(f"\n{_MARK}\n")
    return [_tidy(part) for part in printed[: len(commands)]]


def same(shown: str, printed: str) -> bool:
    """Whether what a command printed is what is shown."""
    parts = (r".*" if line == "…" else re.escape(_JOINED.sub("", line)) for line in _constant(shown).splitlines())
    return re.fullmatch("".join(parts), _JOINED.sub("", _constant(printed))) is not None


def _constant(text: str) -> str:
    """The text without what is different in every run."""
    for varying, word in _VARYING:
        text = varying.sub(word, text)
    return text


def _tidy(text: str) -> str:
    """What a reader should see of it: whole lines, the shell's word on a kill as a terminal has it."""
    text = _VARYING[0][0].sub("Killed", text)
    return text if not text or text.endswith("\n") else text + "\n"


def _rewrite(page: Path) -> None:
    """Put what is printed now into the blocks of ``page`` that show something else."""
    text = page.read_text(encoding="utf-8")
    wrong: list[tuple[Command, str]] = []
    for commands in sections(text).values():
        with tempfile.TemporaryDirectory() as name:
            samples.copy_bot(Path(name), "small")
            printed = play(commands, Path(name), page)
        wrong += [pair for pair in zip(commands, printed, strict=True) if not same(pair[0].shows, pair[1])]
    for command, now in sorted(wrong, key=lambda pair: -pair[0].at):
        text = text[: command.at] + now + text[command.at + len(command.shows) :]
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for one in PAGES:
        _rewrite(one)
