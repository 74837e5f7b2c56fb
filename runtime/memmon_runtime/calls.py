"""The name under which functions that were pickled by value look for the injected calls; it stays.

Why there is nothing to be covered in it says the package's `__init__`.
"""

from __future__ import annotations  # pragma: no cover

from memmon_runtime.checkpoints.injected import marks  # pragma: no cover

__all__ = ["marks"]  # pragma: no cover
