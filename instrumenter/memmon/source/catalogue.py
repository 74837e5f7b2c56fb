"""What is bracketed where nothing is configured: calls that are heavy on memory, and functions named like phases.

Not the call itself is bracketed but the place around it that is passed seldom (:mod:`memmon.source.seldom`). To extend
the catalogue, add a pattern to the group that fits; a group's rank orders what ``memmon scan`` lists.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """One reason for growth, with the ast-grep patterns that stand for it."""

    reason: str
    rank: int
    """1 for what most often fills memory at once."""
    patterns: tuple[str, ...]


CALLS: tuple[Group, ...] = (
    Group(
        "loading",
        1,
        (
            "json.load($$$)",
            "json.loads($$$)",
            "orjson.loads($$$)",
            "ujson.load($$$)",
            "ujson.loads($$$)",
            "simplejson.load($$$)",
            "pickle.load($$$)",
            "pickle.loads($$$)",
            "joblib.load($$$)",
            "marshal.load($$$)",
            "yaml.load($$$)",
            "yaml.safe_load($$$)",
            "tomllib.load($$$)",
            "toml.load($$$)",
            "torch.load($$$)",
            "np.load($$$)",
            "np.loadtxt($$$)",
            "np.genfromtxt($$$)",
            "np.fromfile($$$)",
            "numpy.load($$$)",
            "numpy.loadtxt($$$)",
            "numpy.genfromtxt($$$)",
            "numpy.fromfile($$$)",
            "ET.parse($$$)",
            "etree.parse($$$)",
            "$_.read()",
            "$_.readlines()",
            "$_.read_text($$$)",
            "$_.read_bytes($$$)",
            "$_.fetchall()",
            "$_.json()",
        ),
    ),
    Group(
        "copying",
        2,
        (
            "copy.deepcopy($$$)",
            "deepcopy($$$)",
            "copy.copy($$$)",
            "$_.copy()",
            "pd.concat($$$)",
            "pandas.concat($$$)",
            "pd.merge($$$)",
            "$_.merge($$$)",
            "$_.astype($$$)",
            "np.concatenate($$$)",
            "np.vstack($$$)",
            "np.hstack($$$)",
            "np.stack($$$)",
            "numpy.concatenate($$$)",
            "list($X)",
            "dict($X)",
            "set($X)",
            "tuple($X)",
            "sorted($X)",
            "$_.join($X)",
        ),
    ),
    Group(
        "serialising",
        3,
        (
            "json.dump($$$)",
            "json.dumps($$$)",
            "orjson.dumps($$$)",
            "pickle.dump($$$)",
            "pickle.dumps($$$)",
            "yaml.dump($$$)",
            "yaml.safe_dump($$$)",
            "$_.to_csv($$$)",
            "$_.to_json($$$)",
            "$_.to_excel($$$)",
            "$_.to_parquet($$$)",
            "$_.to_dict($$$)",
        ),
    ),
)

READERS = ("pd", "pandas", "pl", "polars")
"""Modules whose ``read_…`` functions all load a whole file (a metavariable can't stand for part of a name)."""

FUNCTIONS = ("main", "run", "phase*", "*_phase*", "stage*", "step[0-9_]*", "run_*", "backtest*", "train*")
"""Functions that look like the phases of a program, by their own name."""
