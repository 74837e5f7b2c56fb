"""How busy the machine is that the tests run on."""

from __future__ import annotations

import os

_CROWD = 2


def is_crowded() -> bool:
    """Whether more than twice as many processes as there are processors have wanted to run lately.

    The suite's own don't come to that. What memmon has to see in the moment, it may then come too late to see.
    """
    return os.getloadavg()[0] > _CROWD * (os.cpu_count() or 1)
