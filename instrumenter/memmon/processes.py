"""How a process beside the program's own is spoken of, by the supervisor and by a report; light."""

_NOTABLE = 1.1
"""A process that held so many times what the one that died did is named beside it."""
_PYTHONS = ("python", "pypy")
_UNFOLLOWED = "IES"
"""Options with which a Python takes no heed of the variables by which it would be followed."""
_PROGRAM = "cm"
"""Options behind which all is the program's."""
_WITH_VALUE = "WX"
"""Options with something behind them that is no further option."""


def short_command(command: str) -> str:
    """A command line without the folders of its words."""
    return " ".join(word.rpartition("/")[2] for word in command.split(" "))


def is_notable(mb: float, own_mb: float) -> bool:
    """Whether a process that held *mb* is to be named where one of *own_mb* died."""
    return mb > _NOTABLE * own_mb


def is_python(command: str) -> bool:
    """Whether a command line is a Python's, by the name of what runs."""
    name = command.partition(" ")[0].rpartition("/")[2]
    return name.rstrip("0123456789.") in _PYTHONS


def unfollowed_by(command: str) -> str:
    """The option for which a Python could not be followed into, as ``-I``; nothing where there is none."""
    words = command.split(" ")[1:] if is_python(command) else []
    while words and words[0].startswith("-") and words[0] != "-":
        word = words.pop(0)
        for letter in word[1:] if not word.startswith("--") else "":
            if letter in _UNFOLLOWED:
                return f"-{letter}"
            if letter in _PROGRAM:
                return ""
            if letter in _WITH_VALUE:
                del words[: word.endswith(letter)]
                break
    return ""
