"""Worker processes: of test runners, pools and clusters, a notebook's kernel, Spark's Python."""

from __future__ import annotations

import signal

from frameworks.description import App
from frameworks.traffic import until_killed

_TESTS = ("pytest>=9", "pytest-xdist>=3.8")
_PYTEST = ("pytest", "-q", "-p", "no:cacheprovider", "checks.py")
_NOTEBOOK = ("nbconvert>=7", "papermill>=2.6", "ipykernel>=7")


def _pool(method: str) -> App:
    """A pool whose processes are started by ``method``; one that has lost a worker waits for ever."""
    command = ("python", "main.py", method)
    return App("small_pictures", command, "workers", traffic=until_killed(), ends=signal.SIGTERM)


APPS = {
    "pytest": App("price_tests", _PYTEST, "workers", _TESTS),
    "pytest-xdist": App("price_tests", (*_PYTEST, "-n", "2"), "workers", _TESTS),
    "joblib": App("word_counts", ("python", "main.py"), "workers", ("joblib>=1.5",)),
    "grid-search": App("model_search", ("python", "main.py"), "workers", ("scikit-learn>=1.8",), limit_mb=500),
    "pool-fork": _pool("fork"),
    "pool-spawn": _pool("spawn"),
    "pool-forkserver": _pool("forkserver"),
    "executor": App("checked_orders", ("python", "main.py"), "workers"),
    "dask": App(
        "late_flights",
        ("python", "main.py"),
        "workers",
        ("distributed>=2026",),
        traffic=until_killed(kills=2),
        ends=signal.SIGTERM,
        limit_mb=600,
    ),
    "nbconvert": App(
        "flights_notebook",
        ("jupyter", "nbconvert", "--to", "notebook", "--execute", "flights.ipynb", "--output", "done.ipynb"),
        "workers",
        _NOTEBOOK,
        limit_mb=400,
        is_instrumented=False,
    ),
    "papermill": App(
        "flights_notebook",
        ("papermill", "--no-progress-bar", "flights.ipynb", "done.ipynb"),
        "workers",
        _NOTEBOOK,
        limit_mb=400,
        is_instrumented=False,
    ),
    "torch-dataloader": App("street_signs", ("python", "main.py"), "torch", ("torch>=2.13",), limit_mb=900),
    "pyspark": App("page_visits", ("python", "main.py"), "spark", ("pyspark>=4",), limit_mb=900),
}
