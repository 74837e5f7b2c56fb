"""What every test can rely on: `support` is importable, and no switch from outside reaches the runtime."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

# The suite is collected without touching sys.path (importlib mode), so that test files may share names;
# the shared helpers are the one package that tests import.
sys.path.insert(0, str(Path(__file__).resolve().parent))

from support.marks import full, is_out_of_turn

_SLOW_FOLDERS = ("e2e", "oom")
"""Every test in them watches whole programs run, most of them until the kernel kills them."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let everything be run."""
    parser.addoption(
        "--full",
        action="store_true",
        help="run also what the suite has a sample of: every Python, every program, more kills; -m full is this alone",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is slow by its nature, tests that go through interpreters among it; leave out what is not asked for."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if item.path.parent.name in _SLOW_FOLDERS or {"every_python", "one_python"} & set(fixtures):
            item.add_marker(pytest.mark.slow)
    for item in items:
        if is_out_of_turn(item):
            item.add_marker(full)
    if not config.getoption("full"):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("full")])
        items[:] = [item for item in items if not item.get_closest_marker("full")]


@pytest.fixture(autouse=True)
def _no_switches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A MEMMON_* switch in the developer's shell, or its language, would change what the tests see."""
    for name in [name for name in os.environ if name.startswith("MEMMON_")]:
        monkeypatch.delenv(name)
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")


def pytest_configure() -> None:
    """Let the tests' processes take what a shell sends.

    A suite in a shell's background inherits that they take no interrupt, one below `nohup` that they take no hangup:
    that it goes on to ignore itself, by a handler, which a program that is started does not have.
    """
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, lambda *_: None)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)
