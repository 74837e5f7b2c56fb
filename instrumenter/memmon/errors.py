"""Everything that memmon refuses, as one hierarchy; each message is one sentence with a way out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where in a file something stands; lines and columns count from 1, in characters."""

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """``path:line:column``, as far as known; on one line, whatever the path holds."""
        path = self.path.replace("\n", "\\n")
        return ":".join(str(part) for part in (path, self.line, self.column) if part is not None)


class MemmonError(Exception):
    """A refusal that the user can act on; caught once, at the top of the command line."""

    exit_code = 2

    def __init__(self, message: str, place: Place | None = None) -> None:
        """Keep the sentence and, where there is one, the place it speaks of."""
        super().__init__(message)
        self.message = message
        self.place = place

    def __str__(self) -> str:
        """``place: message``."""
        return f"{self.place}: {self.message}" if self.place else self.message


class ConfigError(MemmonError):
    """The configuration can't be used as it stands."""


class HotspotError(ConfigError):
    """A hotspot matches nothing, or can't mean what it says."""


class SourceError(MemmonError):
    """The target's text can't be read as Python source."""


class TargetError(MemmonError):
    """A path can't be worked on: missing, a directory, unreadable, unwritable."""


class ProofError(MemmonError):
    """The result did not stand the proof; nothing was written."""


class LogError(MemmonError):
    """There is no run log to read, or it is none of ours."""


class Interrupted(BaseException):
    """A signal that ends the process waits: what was begun is to be taken back, or left to the next command."""
