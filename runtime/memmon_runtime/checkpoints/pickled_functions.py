"""Functions that are sent to other processes by value, as `cloudpickle` and `dill` send those of the main module.

What they take along are the globals that the function's code names. The alias is no global, so that a program finds its
own names and no other; where it would be missed, it becomes one.
"""

from __future__ import annotations

import sys

from memmon_runtime.checkpoints import injected
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

_SHIPPERS = ("cloudpickle", "dill", "joblib", "ray")
"""Some bring their own copy of `cloudpickle` along."""

_homes: list[tuple[str, str]] = []
_bound = 0


def add_home(module: object, alias: str) -> None:
    """Remember that the functions of ``module`` call ``alias``."""
    if isinstance(module, str):
        _homes.append((module, alias))


def bind(*, at_once: bool = False) -> None:
    """Make the alias a global of its modules once somebody is there who ships functions (``at_once``: now).

    Cheap, called at each tick; where no watcher runs, nothing would call it later.
    """
    global _bound  # noqa: PLW0603 - counted, so that a tick costs nothing once all is bound
    if _bound == len(_homes) or not (at_once or any(name in sys.modules for name in _SHIPPERS)):
        return
    for name, alias in _homes[_bound:]:
        module = sys.modules.get(name)
        if module is not None:
            vars(module).setdefault(alias, injected.marks)
        _bound += 1
