"""Completion by real shells on a real terminal: what TAB makes of a word, installed by one command."""

from __future__ import annotations

import fcntl
import os
import pty
import shutil
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from memmon.cli.completing import RUN
from memmon.run.options import HELP
from support.tool import listing, memmon

PACKAGE = "/usr/share/bash-completion/bash_completion"
BEHIND = Path(sys.executable).parent
READY = b"ready> "
STARTS = {
    "bash": (["bash", "--noprofile", "--rcfile", "{home}/.bashrc", "-i"], ".bashrc"),
    "zsh": (["zsh", "-i"], ".zshrc"),
    "fish": (["fish", "-i"], ".config/fish/config.fish"),
}
SETTINGS = {
    "bash": f"PS1='ready> '\nbind 'set enable-bracketed-paste off'\n. {PACKAGE}\n",
    "zsh": "PS1='ready> '\nunset zle_bracketed_paste\n",
    "fish": "function fish_prompt; echo -n 'ready> '; end\nset fish_greeting\n",
}


def _typed(shell: str, home: Path, words: bytes) -> str:
    """What a shell says to *words* that are typed at its prompt; it ends by itself."""
    command = [part.format(home=home) for part in STARTS[shell][0]]
    environment = {"HOME": str(home), "PATH": f"{BEHIND}:{os.environ['PATH']}", "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    ours, theirs = pty.openpty()
    try:
        with subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=home,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509  # no threads here
        ) as child:
            os.close(theirs)
            said, asked = b"", False
            while part := _read(ours):
                said += part
                if READY in said and not asked:
                    os.write(ours, words + b"\nexit\n")
                    asked = True
            child.wait()
    finally:
        os.close(ours)
    return said.decode()


def _read(terminal: int) -> bytes:
    """What comes next; nothing where the last writer is gone, which Linux tells by EIO."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


@pytest.mark.parametrize("shell", STARTS)
def test_a_shell_completes_once_it_is_installed(tmp_path: Path, shell: str) -> None:
    """A command, an option and a file; and nothing of it is left when it is removed."""
    if shutil.which(shell) is None or (shell == "bash" and not Path(PACKAGE).exists()):
        pytest.skip(f"{shell} is not here, or not what it completes with")
    settings = tmp_path / STARTS[shell][1]
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(SETTINGS[shell], encoding="utf-8")
    (tmp_path / "quiet_script.py").write_text("print(1)\n", encoding="utf-8")
    before = listing(tmp_path)
    home = {"HOME": str(tmp_path), "SHELL": f"/bin/{shell}", "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": "", "ZDOTDIR": ""}
    for _ in range(2):
        done = memmon("completion", "install", cwd=tmp_path, **home)
        assert (done.returncode, "written" in done.stdout) == (0, True), done.stderr
    said = _typed(shell, tmp_path, b"memmon sca\t--al\tquiet_s\t")
    assert "quiet_script.py: nothing in it looks like it takes memory" in said
    assert memmon("completion", "remove", shell, cwd=tmp_path, **home).returncode == 0
    assert memmon("completion", "remove", shell, cwd=tmp_path, **home).returncode == 1
    after = listing(tmp_path)
    assert {name: after[name] for name in before} == before
    left = [name for name, (mode, _) in after.items() if "memmon" in name and not mode.startswith("d")]
    # What fish makes of the manual page, as of every other one, is its own.
    assert [name for name in left if "/generated_completions/" not in name] == []


def test_an_unknown_shell_is_asked_for(tmp_path: Path) -> None:
    """Nothing is written."""
    done = memmon("completion", "install", cwd=tmp_path, HOME=str(tmp_path), SHELL="/bin/tcsh")
    assert (done.returncode, "bash|zsh|fish" in done.stderr, listing(tmp_path)) == (2, True, {})


def test_the_words_of_run_are_those_that_it_takes() -> None:
    """What a shell is offered stands in the help, and all that is there is offered."""
    offered = {name for option in RUN.params for name in option.opts if name.startswith("-")}
    listed = {line.split()[0].rstrip(",") for line in HELP.splitlines() if line.startswith("  -")}
    assert offered == (listed - {"-h"}) | {"-m"}
