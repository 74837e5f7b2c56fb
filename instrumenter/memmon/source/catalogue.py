"""What is bracketed where nothing is configured: calls that are heavy on memory, and functions named like phases.

Not the call itself is bracketed but the place around it that is passed seldom (:mod:`memmon.source.seldom`). To extend
the catalogue, add a form to the group that fits. A place with several such calls is called after the one in the first
group; what ``memmon scan`` lists first is decided in :mod:`memmon.source.likelihood`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memmon.model import Reason
    from memmon.source.calls import Call


@dataclass(frozen=True)
class Group:
    """One reason for growth, with the forms of calls that stand for it."""

    reason: Reason
    forms: tuple[str, ...]
    """``json.load(…)`` is called so, ``$.copy()`` a method of anything; ``(…)`` takes any arguments, ``(X)`` one.

    That one is no generator expression: what is made of it is not there twice.
    """


CALLS: tuple[Group, ...] = (
    Group(
        "reads",
        (
            "json.load(…)",
            "ujson.load(…)",
            "simplejson.load(…)",
            "pickle.load(…)",
            "joblib.load(…)",
            "marshal.load(…)",
            "yaml.load(…)",
            "yaml.safe_load(…)",
            "tomllib.load(…)",
            "toml.load(…)",
            "torch.load(…)",
            "np.load(…)",
            "np.loadtxt(…)",
            "np.genfromtxt(…)",
            "np.fromfile(…)",
            "numpy.load(…)",
            "numpy.loadtxt(…)",
            "numpy.genfromtxt(…)",
            "numpy.fromfile(…)",
            "ET.parse(…)",
            "etree.parse(…)",
            "$.read()",
            "$.readlines()",
            "$.read_text(…)",
            "$.read_bytes(…)",
            "$.fetchall()",
        ),
    ),
    Group(
        "parses",
        (
            "json.loads(…)",
            "orjson.loads(…)",
            "ujson.loads(…)",
            "pickle.loads(…)",
            "$.json()",
        ),
    ),
    Group("deep copy", ("copy.deepcopy(…)", "deepcopy(…)")),
    Group(
        "joins",
        (
            "pd.concat(…)",
            "pandas.concat(…)",
            "pd.merge(…)",
            "$.merge(…)",
            "$.astype(…)",
            "np.concatenate(…)",
            "np.vstack(…)",
            "np.hstack(…)",
            "np.stack(…)",
            "numpy.concatenate(…)",
        ),
    ),
    Group(
        "copies",
        (
            "copy.copy(…)",
            "$.copy()",
            "list(X)",
            "dict(X)",
            "set(X)",
            "tuple(X)",
            "sorted(X)",
            "$.join(X)",
        ),
    ),
    Group(
        "serialises",
        (
            "json.dump(…)",
            "json.dumps(…)",
            "orjson.dumps(…)",
            "pickle.dump(…)",
            "pickle.dumps(…)",
            "yaml.dump(…)",
            "yaml.safe_dump(…)",
            "$.to_csv(…)",
            "$.to_json(…)",
            "$.to_excel(…)",
            "$.to_parquet(…)",
            "$.to_dict(…)",
        ),
    ),
)

READERS = ("pd", "pandas", "pl", "polars")
"""Modules whose ``read_…`` functions all load a whole file, unless they are told to do it in parts."""
IN_PARTS = ("chunksize", "iterator", "nrows", "batch_size")
"""Arguments that say so."""
READING = re.compile(r"\.(read|read_text|read_bytes|readlines)\(")
"""What is parsed where this is among the arguments is a file."""

FUNCTIONS = ("main", "run", "phase*", "*_phase*", "stage*", "step[0-9_]*", "run_*", "backtest*", "train*")
"""Functions that look like the phases of a program, by their own name."""
ENTRIES = ("main", "run")
"""Those of them in which everything happens."""

_FORM = re.compile(r"(?P<callee>[\w.$]+)\((?P<arguments>…|X|)\)")


@dataclass(frozen=True)
class _Form:
    """A form as it is compared."""

    callee: str
    """With its dots; ``$`` for any object."""
    arguments: str
    group: Group


@cache
def _forms() -> dict[str, list[_Form]]:
    """The forms by the last name of what they call."""
    found: dict[str, list[_Form]] = {}
    for group in CALLS:
        for written in group.forms:
            form = _FORM.fullmatch(written)
            if form is None:
                raise ValueError(f"no form of a call: {written}")
            callee = form["callee"]
            found.setdefault(callee.rpartition(".")[2], []).append(_Form(callee, form["arguments"], group))
    return found


def names() -> tuple[str, ...]:
    """What is called in the forms, and by readers: regular expressions."""
    return (*_forms(), r"read_\w+")


def group_of(call: Call) -> Group | None:
    """The group that lists *call*; None where none does."""
    for form in _forms().get(call.name, ()):
        fits = call.is_method if form.callee.startswith("$") else call.callee == form.callee
        if fits and (
            form.arguments == "…" or (len(call.arguments) == len(form.arguments) and not call.is_of_generator)
        ):
            return form.group
    if call.name.startswith("read_") and call.callee.partition(".")[0] in READERS and call.callee.count(".") == 1:
        return CALLS[0]
    return None
