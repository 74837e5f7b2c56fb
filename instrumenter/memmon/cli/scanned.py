"""What is likely to take memory in a file that is named to a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.kernel.room_for_source import refuse_without_room
from memmon.source.candidates import candidates
from memmon.source.likelihood import grouped
from memmon.source.prove import refuse_unparsable
from memmon.source.strip import strip

if TYPE_CHECKING:
    from memmon.files.target import Target
    from memmon.source.likelihood import Group


def scanned(target: Target) -> tuple[Group, ...]:
    """All places, the likeliest first, by the lines of the original. Raises MemmonError where it can't be read."""
    refuse_without_room(target.source, target.given)
    refuse_unparsable(target.source, target.given)
    return grouped(candidates(strip(target.source, target.given), target.given))
