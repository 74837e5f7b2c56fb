"""Looks at pages of `memmon report --html` in a real browser: loads, clicks, drags, and takes pictures.

    python -m tests.page [--pictures DIR] [--documentation] [NAME...]

Needs Debian's `chromium` and `chromium-driver`, `pip install 'memmon[browser]'` and, for most cases, a memory cgroup
that it may write to; five minutes. `--list` names the cases. With `--documentation` the pictures of `docs/` are taken.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from page.browser import Browser, browser, missing
from page.cases import CASES, NEEDS_KILLS
from page.looks import LOOKS, Looked
from support import cgroup
from support.samples import ROOT

_MEASURED = """
import re, sys, time
from memmon.cli import command
code = command(sys.argv[1:])
print(time.process_time(), re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1])
sys.exit(code)
"""
"""What a command takes is asked by itself: of a child its parent hears no less than what the parent itself holds."""
_WIDE, _PHONE = 1100, 390
_DOCUMENTED = {"bot-en": "page-en.png", "bot-zh": "page-zh.png"}
_DOCUMENTED_SIZE = 1000, 860


def main() -> int:
    """Look at what is asked for and print the table. 1 where something is not as it has to be."""
    options = _options()
    names = [name for name in CASES if not options.names or name in options.names]
    if options.list:
        print("\n".join(names))
        return 0
    if missing():
        raise SystemExit(f"these programs are needed: {missing()} (Debian's packages chromium and chromium-driver)")
    if NEEDS_KILLS.intersection(names) and not cgroup.available():
        raise SystemExit(cgroup.reason())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the browser is ended, too
    print(f"{'case':<9} {'record MB':>9} {'page KB':>8} {'CPU s':>7} {'MB':>5} {'loaded s':>8}  not as it has to be")
    wrong = 0
    with browser() as shown:
        for name in names:
            found = _look(name, shown, options)
            wrong += len(found)
            for one in found:
                print(f"          {one}")
    return int(wrong > 0)


def _look(name: str, shown: Browser, options: argparse.Namespace) -> list[str]:
    """Make a record and its page, look at that; returns what was not as it has to be."""
    with tempfile.TemporaryDirectory(prefix="memmon-page-") as scratch:
        folder = Path(scratch) / "run"
        folder.mkdir()
        CASES[name](folder)
        size = sum(path.stat().st_size for path in folder.glob("*memory_monitor_*")) / 1e6
        page = Path(scratch) / "page.html"
        seconds, most = _made(folder, page, "zh" if name.endswith("-zh") else "en")
        shown.screen(_WIDE, dark=False)
        loaded = shown.open(page)
        looked = Looked(shown, name)
        for look in LOOKS:
            look(looked)
        wrong = [*looked.wrong, *shown.heard()]
        kb = page.stat().st_size / 1e3
        verdict = f"{len(wrong)} of {looked.count}" if wrong else f"nothing of {looked.count}"
        print(f"{name:<9} {size:9.2f} {kb:8.0f} {seconds:7.2f} {most:5.0f} {loaded:8.2f}  {verdict}", flush=True)
        _take_pictures(name, shown, page, options)
        return wrong


def _made(folder: Path, page: Path, language: str) -> tuple[float, float]:
    """Have the page made for a reader; returns the seconds of processor time and the MB at the most that it took."""
    command = [sys.executable, "-c", _MEASURED, "report", str(folder), "--html", str(page)]
    environment = {**os.environ, "MEMMON_LANGUAGE": language}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=False)
    if done.returncode not in {0, 1} or not page.exists():
        raise SystemExit(f"no page was made of {folder}")
    seconds, kb = done.stdout.split()
    return float(seconds), int(kb) / 1024


def _take_pictures(name: str, shown: Browser, page: Path, options: argparse.Namespace) -> None:
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
        shown.open(page)
        for width in (_WIDE, _PHONE):
            for theme in ("light", "dark"):
                shown.picture(options.pictures / f"{name}-{theme}-{width}.png", width, dark=theme == "dark")
    if options.documentation and name in _DOCUMENTED:
        shown.open(page)
        width, height = _DOCUMENTED_SIZE
        with tempfile.NamedTemporaryFile(suffix=".png") as taken:
            shown.picture(Path(taken.name), width, dark=False, height=height)
            shutil.copyfile(taken.name, ROOT / "docs" / "pictures" / _DOCUMENTED[name])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="cases (all)")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="a folder for pictures of each page")
    parser.add_argument("--documentation", action="store_true", help="take the pictures of docs/, of the bot")
    parser.add_argument("--list", action="store_true", help="name the cases, look at none")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
