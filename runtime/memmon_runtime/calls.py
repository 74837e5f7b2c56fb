"""The name under which functions that were pickled by value look for the injected calls; it stays."""

from __future__ import annotations

from memmon_runtime.checkpoints.injected import marks

__all__ = ["marks"]
