"""`memmon completion`: a shell that completes memmon's commands, options and files."""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.shell_completion import ShellComplete, get_completion_class

from memmon.cli.streams import say, tell
from memmon.errors import MemmonError
from memmon.files import atomic, backup
from memmon.translation import _

_SHELLS = ("bash", "zsh", "fish")
_BASH_COMPLETION = (
    "/usr/share/bash-completion/bash_completion",
    "/usr/local/share/bash-completion/bash_completion",
    "/opt/homebrew/share/bash-completion/bash_completion",
)
"""Where the package is that loads what users complete."""
_MARK = "# memmon completion"
_ZSH_FIRST = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -u; }\n"
"""What the completion of zsh begins with that no frame has been set up for yet."""


@click.group
def completion() -> None:
    """Have a shell complete memmon's commands, options and files on TAB."""


@completion.command
@click.argument("shell", type=click.Choice(_SHELLS), required=False)
def install(shell: str | None) -> int:
    """Install it for one shell of yours, by default the one in $SHELL.

    It is one file in your home folder; for zsh, a line in ~/.zshrc too. `memmon completion remove` takes both away.
    """
    shell = shell or _own_shell()
    place = _place(shell)
    _write(place, _script(shell))
    tell(_("{file}: written").format(file=place))
    line = f"[ ! -r {backup.quoted(place)} ] || . {backup.quoted(place)}  {_MARK}"
    if shell == "zsh" and line not in _lines(_zshrc()):
        text = _text(_zshrc())
        _write(_zshrc(), f"{text}{'' if text.endswith(chr(10)) or not text else chr(10)}{line}\n")
        tell(_("{file}: one line added").format(file=_zshrc()))
    if shell == "bash" and not any(map(os.path.exists, _BASH_COMPLETION)):
        say(_("the package bash-completion is not here: add this line to ~/.bashrc: {line}").format(line=line))
    say(_("it works in every {shell} that you start from now on").format(shell=shell))
    return 0


@completion.command
@click.argument("shell", type=click.Choice(_SHELLS), required=False)
def remove(shell: str | None) -> int:
    """Take away what `memmon completion install` put there; 1 where there is nothing."""
    shell = shell or _own_shell()
    place, found = _place(shell), False
    if place.exists():
        place.unlink()
        tell(_("{file}: removed").format(file=place))
        found = True
    lines = _lines(_zshrc()) if shell == "zsh" else []
    kept = [line for line in lines if not line.endswith(_MARK)]
    if len(kept) < len(lines):
        _write(_zshrc(), "".join(f"{line}\n" for line in kept))
        tell(_("{file}: one line taken out").format(file=_zshrc()))
        found = True
    if not found:
        say(_("no completion is installed for {shell}").format(shell=shell))
    return int(not found)


def _own_shell() -> str:
    named = Path(os.environ.get("SHELL", "")).name
    if named not in _SHELLS:
        words = f"memmon completion install {'|'.join(_SHELLS)}"
        raise MemmonError(_("which shell? name one: {words}").format(words=words))
    return named


def _script(shell: str) -> str:
    """What click has for the shell, which asks memmon itself at every TAB."""
    made = get_completion_class(shell)
    if made is None:
        raise TypeError(f"click does not know {shell}")
    group = click.get_current_context().find_root().command
    text = ShellComplete.source(made(group, {}, "memmon", "_MEMMON_COMPLETE")).lstrip()
    first, rest = text.split("\n", 1)
    return f"{first}\n{_ZSH_FIRST}{rest}" if shell == "zsh" else text


def _place(shell: str) -> Path:
    """The file from which the shell takes it."""
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    if shell == "bash":
        own = os.environ.get("BASH_COMPLETION_USER_DIR")
        return (Path(own) if own else data / "bash-completion") / "completions" / "memmon"
    if shell == "fish":
        settings = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        return settings / "fish" / "completions" / "memmon.fish"
    return data / "memmon" / "completion.zsh"


def _zshrc() -> Path:
    return Path(os.environ.get("ZDOTDIR") or Path.home()) / ".zshrc"


def _text(path: Path) -> str:
    """As it is, with whatever bytes."""
    return path.read_bytes().decode("utf-8", "surrogateescape") if path.exists() else ""


def _lines(path: Path) -> list[str]:
    return _text(path).split("\n")[:-1] if path.exists() else []


def _write(path: Path, text: str) -> None:
    """Have *text* in the file, whole or not at all; a link to somebody's collection of settings stays one."""
    real, data = path.resolve(), text.encode("utf-8", "surrogateescape")
    with atomic.refusing(path, _("writing it")):
        real.parent.mkdir(parents=True, exist_ok=True)
        if real.exists():
            atomic.write(real, data, real)
        else:
            atomic.write_through(real, data)
