#!/usr/bin/env python3
"""The whole story on the bundled trading bot: instrument, run, die, read the verdict, restore.

    python3 demo.py

Needs Linux, Python 3.10 or later and, the first time, the network for pip. Installs memmon into
`.venv-demo` beside this file unless the interpreter that runs this has it; everything else happens in a
temporary folder. Exits 0 when every step did what it should.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "tests"))

from support import cgroup  # noqa: E402 - found through the line above, in a checkout

sys.path.insert(0, str(ROOT / "instrumenter" / "memmon"))
from language import of_reader  # noqa: E402 - memmon itself is not installed yet

del sys.path[0]  # its modules are no others' to find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Start = Callable[[Sequence[str]], int]

BOT = "deepseek_多币种智能版.py"
HOTSPOT = "    config = load_learning_config()"
LIMIT_MB = 300


def said(en: str, zh: str) -> str:
    """The one of the two that whoever runs the demo reads."""
    return zh if of_reader() == "zh" else en


def main() -> None:
    """Tell the story, a step a heading."""
    if sys.platform != "linux" or sys.version_info < (3, 10):
        sys.exit(said("The demo needs Linux and Python 3.10 or later.", "演示需要 Linux 和 Python 3.10 或更高版本。"))
    python = interpreter_with_memmon()
    with tempfile.TemporaryDirectory(prefix="memmon-demo-") as name:
        folder = Path(name)
        for part in (ROOT / "fixtures" / "trading_bot").iterdir():
            if part.suffix in {".py", ".toml"}:
                shutil.copy(part, folder)
        os.chdir(folder)
        story(python)


def story(python: str) -> None:
    """Run the steps in the current folder, which holds the bot; stop at the first that goes wrong."""
    bot, settings = Path(BOT), Path("memmon.toml")
    original = bot.read_bytes()
    memmon = [python, "-m", "memmon"]
    # The bot's configuration asks for a Chinese log; here, it speaks the language of whoever runs the demo.
    settings.write_text(settings.read_text(encoding="utf-8").replace('"zh"', '"auto"'), encoding="utf-8")
    call([python, "make_learning_config.py", "huge"])
    before = set(Path().iterdir())

    heading(said("Instrument the bot", "给机器人插桩"))
    if show([*memmon, "instrument", BOT]) != 0:
        fail(said("memmon instrument did not succeed", "memmon instrument 没有成功"))
    lines = bot.read_text(encoding="utf-8").splitlines()
    at = last(lines, HOTSPOT)
    print("\n".join(["", said("One of the places now:", "其中一处现在是这样："), *lines[at - 1 : at + 2]]))

    with memory_limit() as (start, how, died):
        heading(said(f"Run it as always, {how}", f"照常运行，{how}"))
        os.environ["MANUAL_BACKTEST"] = "true"
        status = show([python, BOT, "backtest-deepseek"], start)
    if not died(status):
        fail(
            said(
                f"the bot should have run out of memory, and ended with status {status}",
                f"机器人本应耗尽内存，却以状态 {status} 结束",
            )
        )

    heading(said("The end of its log", "日志的末尾"))
    log = next(Path().glob("memory_monitor_*.log"), None)
    if log is None:
        fail(said("the bot left no log", "机器人没有留下日志"))
    # A window's line and the tick's own may differ in nothing but the time.
    command = f"grep -v '^#' {log} | uniq -s 25 | tail -n 3"
    print(f"$ {command}\n{call(['sh', '-c', command])}", end="")

    heading(said("The verdict", "结论"))
    if show([*memmon, "report"]) != 1:
        fail(said("memmon report should exit with 1 for a run that died", "运行死亡时 memmon report 的退出码应为 1"))
    culprit = json.loads(call([*memmon, "report", "--json"]))["verdict"]["culprit"]
    if (culprit["file"], culprit["checkpoint"]) != (str(bot.resolve()), "加载config_BEFORE"):
        fail(said(f"the verdict should name {BOT} and the loading of its config", f"结论应指出 {BOT} 载入配置的那一行"))

    heading(said("Give the source back", "还原源码"))
    if show([*memmon, "restore", BOT, "--purge-logs"]) != 0 or bot.read_bytes() != original:
        fail(said("the source was not given back byte for byte", "源码没有逐字节还原"))
    if left := set(Path().iterdir()) - before:
        names = ", ".join(sorted(map(str, left)))
        fail(said(f"left over: {names}", f"有残留：{names}"))
    same = f"{BOT} is what it was, byte for byte, and nothing is left over."
    print(f"\n{said(same, f'{BOT} 已是原样，一个字节都不差，也没有任何残留。')}")


def last(lines: list[str], text: str) -> int:
    """The index of the last line that is ``text``: the main flow comes after its helpers."""
    return len(lines) - 1 - lines[::-1].index(text)


def interpreter_with_memmon() -> str:
    """Return an interpreter that has memmon: this one, or that of a virtual environment made for it."""
    if importlib.util.find_spec("memmon"):
        return sys.executable
    folder = ROOT / ".venv-demo"
    python = folder / "bin" / "python"
    print(said(f"Installing memmon into {folder.name} …", f"正在把 memmon 安装到 {folder.name} ……"), flush=True)
    if not python.exists():
        venv.create(folder, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", ROOT], check=True)
    return str(python)


@contextlib.contextmanager
def memory_limit() -> Iterator[tuple[Start, str, Callable[[int], bool]]]:
    """Give a way to run a command in 300 MB, words for it, and a test of the status that it must end with."""
    if cgroup.available():
        with cgroup.limited(LIMIT_MB) as group:
            yield (
                lambda command: group.run(command, stdout=subprocess.DEVNULL).returncode,
                said(f"in a memory cgroup of {LIMIT_MB} MB", f"内存 cgroup 上限 {LIMIT_MB} MB"),
                lambda status: status == -signal.SIGKILL,
            )
        return
    print(said(f"\nNo kernel kill here: {cgroup.reason()}.", f"\n这里内核无法动手：{cgroup.reason()}。"))

    def limited(command: Sequence[str]) -> int:
        size = LIMIT_MB * 2**20
        before = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (size, before[1]))
        try:
            return subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode
        finally:
            resource.setrlimit(resource.RLIMIT_AS, before)

    how = said(
        f"with an address space of {LIMIT_MB} MB (MemoryError instead)",
        f"地址空间上限 {LIMIT_MB} MB（以 MemoryError 代替）",
    )
    yield limited, how, lambda status: status == 1


def run(command: Sequence[str]) -> int:
    """Run a command on our own streams and return its status."""
    return subprocess.run(command, check=False).returncode


def show(command: Sequence[str], start: Start = run) -> int:
    """Print the command as one would type it, run it, and print the status that a shell would show."""
    typed = " ".join(command[1:]).removeprefix("-m ") if "memmon" in command else f"python3 {' '.join(command[1:])}"
    print(f"$ {typed}{'' if start is run else ' > /dev/null'}", flush=True)
    status = start(command)
    if status < 0:
        print(signal.strsignal(-status))
    code = status if status >= 0 else 128 - status
    print(said(f"[exit status {code}]", f"[退出码 {code}]"))
    return status


def call(command: Sequence[str]) -> str:
    """Run a command quietly; return what it wrote to stdout."""
    return subprocess.run(command, check=False, stdout=subprocess.PIPE, encoding="utf-8").stdout


def heading(text: str) -> None:
    """Print a step's title."""
    print(f"\n── {text} " + "─" * max(0, 76 - len(text)), flush=True)


def fail(why: str) -> NoReturn:
    """End the demo with status 1."""
    sys.exit(said(f"\nThe demo stops here: {why}.", f"\n演示到此为止：{why}。"))


if __name__ == "__main__":
    main()
