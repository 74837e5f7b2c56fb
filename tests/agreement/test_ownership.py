"""Whose code a file is: memmon, which reads logs, and the runtime, which writes them, say the same."""

from __future__ import annotations

import json
import os
import re
import sysconfig
from pathlib import Path

import pytest

import memmon_runtime
from memmon import ownership
from memmon_runtime.system import source

FILES = {
    "/srv/ds/bot.py": True,
    "/srv/数据/模块/加载.py": True,
    "/srv/ds/lib/loader.py": True,
    "/srv/ds/my-site-packages/bot.py": True,
    "/srv/ds/site-packages.py": True,
    "/home/u/.venv/lib/python3.11/site-packages/pandas/io/json.py": False,
    "/usr/lib/python3/dist-packages/numpy/core.py": False,
    "<string>": False,
    "<frozen importlib._bootstrap>": False,
    json.__file__: False,
    re.__file__: False,
    os.__file__: False,
    sysconfig.get_path("purelib") + "/rich/console.py": False,
    memmon_runtime.__file__: False,
    str(Path(memmon_runtime.__file__).parent / "watcher" / "thread.py"): False,
}
"""Files as frames name them, and whether they may be called the user's."""


@pytest.mark.parametrize(("file", "own"), FILES.items())
def test_both_know_whose_a_file_is(file: str, own: bool) -> None:  # noqa: FBT001  # the table's column
    """Neither the standard library nor an installed package nor made-up code nor the runtime is the user's."""
    assert ownership.is_user_code(file) is own
    assert source.is_user_code(file) is own


@pytest.mark.parametrize(
    "file",
    [
        "/opt/py/lib/python3.8/json/decoder.py",
        "/usr/lib64/python2.7/json.py",
        r"C:\Users\u\AppData\Local\Programs\Python\Python312\Lib\json\decoder.py",
        r"D:\ds\venv\Lib\site-packages\pandas\io.py",
        "/opt/python/lib/python312.zip/json.py",
        "/srv/lib/python/lib/python3.9/os.py",
        "/srv/ds/memmon_runtime.py",
    ],
)
def test_a_log_may_come_from_another_machine(file: str) -> None:
    """Memmon knows the libraries of other interpreters and systems, which the runtime never meets."""
    assert not ownership.is_user_code(file)


@pytest.mark.parametrize(
    "file", ["/srv/lib/pythonic/bot.py", "/srv/lib/python/bot.py", r"D:\Lib\bot.py", "/Lib/bot.py"]
)
def test_a_folder_of_a_like_name_is_no_library(file: str) -> None:
    """Only a version makes a folder Python's own."""
    assert ownership.is_user_code(file)
