"""The programs that run out of memory, each with the line that does it, and a variant that no catalogue entry fits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PROGRAMS = Path(__file__).resolve().parent / "programs"
MARK = "# <- culprit"


@dataclass(frozen=True)
class Scenario:
    """One program under ``programs/``."""

    name: str
    renamed: tuple[tuple[str, str], ...]
    """What to replace for the variant: calls by other names for them, functions by names of their own."""
    needs: str = ""
    """The package that the program imports."""

    def source(self, *, renamed: bool) -> str:
        """The program's text; ValueError where a replacement finds nothing."""
        text = (PROGRAMS / f"{self.name}.py").read_text(encoding="utf-8")
        for old, new in self.renamed if renamed else ():
            if old not in text:
                raise ValueError(f"{self.name}: {old}")
            text = text.replace(old, new)
        return text

    def line(self, *, renamed: bool) -> int:
        """The number of the marked line."""
        (marked,) = (
            number for number, line in enumerate(self.source(renamed=renamed).splitlines(), 1) if line.endswith(MARK)
        )
        return marked


SCENARIOS = (
    Scenario("json_load", (("import json", "from json import load as l2"), ("json.load(", "l2("))),
    Scenario("deepcopy", (("import copy", "from copy import deepcopy as twin"), ("copy.deepcopy(", "twin("))),
    Scenario(
        "growing_list",
        (
            ("rows.append({", "keep({"),
            ("    rows = []\n", "    rows = []\n    keep = rows.append\n"),
            ("collect", "gather"),
        ),
    ),
    Scenario("growing_dict", (("self.by_number[", "self.put["), ("self.by_number = {}", "self.put = dict()"))),
    Scenario("cache", (("CACHE[key] = render(key)", "CACHE.setdefault(key, render(key))"), ("lookup", "fetch"))),
    Scenario("string", (("text += line", "text = text + line"), ("build", "compose"))),
    Scenario("comprehension", (("table", "wide"), ('"square": number * number', '"square": number**2'))),
    Scenario(
        "numpy_block",
        (
            ("import numpy as np", "from numpy import arange as count, ones as fill"),
            ("np.ones(", "fill("),
            ("np.arange(", "count("),
        ),
        "numpy",
    ),
    Scenario(
        "pandas_concat",
        (
            ("import pandas as pd", "from pandas import DataFrame as Frame, concat as glue"),
            ("pd.concat(", "glue("),
            ("pd.DataFrame(", "Frame("),
        ),
        "pandas",
    ),
    Scenario("thread", (("backlog.append(event)", "backlog.insert(len(backlog), event)"), ("consume", "swallow"))),
    Scenario(
        "forked_child",
        (("results[number] = (", "results.setdefault(number, ("), ("[number] * 200)", "[number] * 200))")),
    ),
    Scenario("spawned_worker", (("seen.append((", "note(("), ("seen = []", "seen = []\nnote = seen.append"))),
    Scenario(
        "asyncio_task",
        (
            ("history.append(", "remember("),
            ("history = []", "history = []\nremember = history.append"),
            ("main()", "together()"),
        ),
    ),
    Scenario("generator_list", (("rows = list(read_rows(count))", "rows = [*read_rows(count)]"),)),
    Scenario(
        "csv_rows",
        (
            ("import csv", "from csv import DictReader as Rows"),
            ("csv.DictReader(", "Rows("),
            ("read_orders", "take_orders"),
            ("orders.append(row)", "orders += [row]"),
        ),
    ),
    Scenario("helper", (("pages.append(pad(number))", "pages.extend([pad(number)])"), ("pad", "widen"))),
    Scenario("baseline", (("export", "publish"), ("load_reference", "fetch_reference"))),
    Scenario(
        "native_leak",
        (("handles.append(duplicate(", "hold(duplicate("), ("handles = []", "handles = []\n    hold = handles.append")),
    ),
    Scenario(
        "native_helper",
        (("tiles.append(copied(", "tiles.extend([copied("), ("number))  #", "number)])  #"), ("copied", "cloned")),
    ),
    Scenario("native_call", (("import re\n", "from re import findall as every\n"), ("re.findall(", "every("))),
)
