"""The documentation's pictures of a terminal, from real runs: the bundled bot, killed by the kernel, and its report.

    python tests/support/pictures.py

writes `docs/pictures/NAME-LANGUAGE.svg`. It needs a memory cgroup that it may write to.
"""

from __future__ import annotations

import html
import re
import sys
import tempfile
from io import StringIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

from support import bot, cgroup, samples, terminal, tool

FOLDER = samples.ROOT / "docs" / "pictures"

_COLUMNS, _ROWS = 80, 24
_FONT_FACE = re.compile(r"@font-face \{.*?\}\n?", re.DOTALL)
"""rich's pictures load a font from elsewhere; these have the reader's own."""
_TEXT = re.compile(
    r'(<text class="[^"]*") x="([\d.]+)" y="([\d.]+)" textLength="[\d.]+"( clip-path="[^"]*")>([^<]*)</text>'
)
"""A piece of text: its class, where it stands, what it is cut to, and what it says."""
_SAME_WIDTH = re.compile(r"[\u1100-\U0010ffff]+|[^\u1100-\U0010ffff]+")
"""Runs of letters that are all as wide as their font makes them, Chinese ones apart from the others."""
_COLUMN = 12.2
"""How wide rich draws a column."""
_FONTS = 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace'

_COMMANDS = {"scan": ("scan", samples.BOT), "report": ("report",)}
"""By the picture's name what is typed behind `memmon`."""


def _draw(typed: str, printed: str) -> str:
    """A terminal with a command and what it printed, as an SVG picture that needs nothing from elsewhere."""
    console = Console(record=True, width=_COLUMNS, file=StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text(f"$ memmon {typed}", "bold"))
    console.print(Text.from_ansi(printed.replace("\r\n", "\n").rstrip("\n") + "\n"))
    picture = console.export_svg(title="memmon", theme=DIMMED_MONOKAI, unique_id=f"memmon-{typed.partition(' ')[0]}")
    picture = _TEXT.sub(_in_columns, picture)
    return _FONT_FACE.sub("", picture).replace("Fira Code, monospace", _FONTS).replace("Fira Code", _FONTS)


def _in_columns(piece: re.Match[str]) -> str:
    """Each run of letters at its own column: rich makes a piece as wide as if all letters were narrow."""
    head, x, y, cut, escaped = piece.groups()
    drawn, at = [], float(x)
    for run in _SAME_WIDTH.findall(html.unescape(escaped)):
        width = cell_len(run) * _COLUMN
        text = html.escape(run).replace(" ", "&#160;")
        drawn.append(f'{head} x="{at:.1f}" y="{y}" textLength="{width:.1f}"{cut}>{text}</text>')
        at += width
    return "".join(drawn)


def _take(language: str) -> None:
    """All pictures of one language, of one run."""
    locale = {"en": "C.UTF-8", "zh": "zh_CN.UTF-8"}[language]
    environment = tool.plain_environment(LC_ALL=locale, LANG=locale, MEMMON_LANGUAGE=language, TERM="xterm-256color")
    environment.pop("NO_COLOR", None)
    memmon = (sys.executable, "-m", "memmon")
    with tempfile.TemporaryDirectory() as name, cgroup.limited(bot.LIMIT_MB) as group:
        folder = Path(name)
        script = samples.copy_bot(folder, "large")
        configuration = folder / "memmon.toml"
        text = configuration.read_text(encoding="utf-8")
        configuration.write_text(text.replace('language = "zh"', f'language = "{language}"'), encoding="utf-8")
        printed = {}
        for picture, typed in _COMMANDS.items():
            if picture == "report":
                tool.memmon("instrument", script, cwd=folder)
                bot.run(Path(sys.executable), script, group=group)
            printed[picture] = terminal.run(
                (*memmon, *typed), columns=_COLUMNS, rows=_ROWS, cwd=folder, env=environment
            )[1]
    FOLDER.mkdir(exist_ok=True)
    for picture, shown in printed.items():
        drawn = _draw(" ".join(_COMMANDS[picture]), shown)
        (FOLDER / f"{picture}-{language}.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    for one in ("en", "zh"):
        _take(one)
