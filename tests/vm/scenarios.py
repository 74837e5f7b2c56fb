"""What is played in the machine: how a program is started, under which limits, and how often.

The machine reads this module too, so it is the standard library's alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

RUN, INSTRUMENT = "run", "instrument"
LIMIT = "90M"


@dataclass(frozen=True)
class Scope:
    """Started by `systemd-run --scope`."""

    properties: tuple[str, ...]
    """Of the scope, as `systemd-run` takes them; without any, the machine's memory is the limit."""
    is_within: bool = False
    """`memmon run` starts `systemd-run`, and not the other way round."""
    of_slice: Mapping[str, str] = field(default_factory=dict)
    """Properties of the slice that the scope is in."""


@dataclass(frozen=True)
class Group:
    """Started in a group that was made by hand, with these of its files written."""

    files: Mapping[str, str]
    is_container: bool = False
    """The program sees the group as the root of all groups, and has numbers of processes of its own."""


@dataclass(frozen=True)
class Service:
    """A unit of systemd's, started again by it until it has been started often enough."""

    properties: Mapping[str, str]


@dataclass(frozen=True)
class Scenario:
    """One program under one limit."""

    way: str
    place: Scope | Group | Service
    program: str = "bot.py"
    starts: int = 1
    """How often it is started, a service by systemd; each time it is killed."""
    swap_mb: int = 0
    """So much swap does the machine have."""
    is_throttled: bool = False
    """It is never killed, but waits in reclaim for ever, until somebody ends it."""


_MAX = (f"MemoryMax={LIMIT}", "MemorySwapMax=0")
_GROUP = {"memory.max": LIMIT, "memory.swap.max": "0"}
_ALL = {**_GROUP, "memory.oom.group": "1"}
_SERVICE = {"MemoryMax": LIMIT, "MemorySwapMax": "0", "Restart": "always", "RestartSec": "0"}

SCENARIOS = {
    "scope": Scenario(INSTRUMENT, Scope(_MAX)),
    "scope-run": Scenario(RUN, Scope(_MAX)),
    "scope-within-run": Scenario(RUN, Scope(_MAX, is_within=True)),
    "slice": Scenario(INSTRUMENT, Scope((), of_slice={"MemoryMax": LIMIT, "MemorySwapMax": "0"})),
    "group-run": Scenario(RUN, Group(_GROUP)),
    "all-die": Scenario(INSTRUMENT, Group(_ALL), starts=2),
    "all-die-run": Scenario(RUN, Group(_ALL), starts=2),
    "all-die-pool": Scenario(INSTRUMENT, Group(_ALL), program="pool.py"),
    "all-die-pool-run": Scenario(RUN, Group(_ALL), program="pool.py"),
    "container-run": Scenario(RUN, Group(_ALL, is_container=True), starts=2),
    "throttled": Scenario(INSTRUMENT, Scope((f"MemoryHigh={LIMIT}", "MemorySwapMax=0")), is_throttled=True),
    "throttled-run": Scenario(RUN, Scope((f"MemoryHigh={LIMIT}", "MemorySwapMax=0")), is_throttled=True),
    "swap": Scenario(INSTRUMENT, Scope((f"MemoryMax={LIMIT}", "MemorySwapMax=60M")), swap_mb=100),
    "swap-run": Scenario(RUN, Scope((f"MemoryMax={LIMIT}", "MemorySwapMax=60M")), swap_mb=100),
    "machine": Scenario(INSTRUMENT, Scope(()), program="history.py"),
    "machine-run": Scenario(RUN, Scope(()), program="history.py"),
    "service": Scenario(INSTRUMENT, Service({**_SERVICE, "OOMPolicy": "stop"}), starts=11),
    "service-nobody": Scenario(INSTRUMENT, Service({**_SERVICE, "OOMPolicy": "stop", "User": "nobody"}), starts=2),
    "service-run-stop": Scenario(RUN, Service({**_SERVICE, "OOMPolicy": "stop"}), starts=2),
    "service-run-continue": Scenario(RUN, Service({**_SERVICE, "OOMPolicy": "continue"}), starts=2),
    "service-run-kill": Scenario(RUN, Service({**_SERVICE, "OOMPolicy": "kill"}), starts=2),
}
