"""What a process can say at its end of kills meanwhile: how many were counted, how large its children were.

A child that keeps no record and is killed for want of memory leaves no more than this.
"""

from __future__ import annotations

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from memmon_runtime.checkpoints.recorder import Recorder
    from memmon_runtime.record.event_file import Facts


def kills_seen(recorder: Recorder) -> Facts:
    """The counts of kills now, where they have risen since the record began, and the largest child's peak in MB."""
    try:
        before, now = recorder.record.kills, recorder.limits.kills()
        if before is None or now == before:
            return []
        from resource import RUSAGE_CHILDREN, getrusage  # noqa: PLC0415 - after a kill

        return [("kills", {**now, "largest_child_mb": round(getrusage(RUSAGE_CHILDREN).ru_maxrss / 1024, 2)})]
    except Exception:
        return []
