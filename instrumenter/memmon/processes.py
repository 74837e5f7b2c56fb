"""How a process beside the program's own is spoken of, by the supervisor and by a report; light."""

_NOTABLE = 1.1
"""A process that held so many times what the one that died did is named beside it."""


def short_command(command: str) -> str:
    """A command line without the folders of its words."""
    return " ".join(word.rpartition("/")[2] for word in command.split(" "))


def is_notable(mb: float, own_mb: float) -> bool:
    """Whether a process that held *mb* is to be named where one of *own_mb* died."""
    return mb > _NOTABLE * own_mb
