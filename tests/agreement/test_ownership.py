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
from memmon_runtime.system import ownership as runtime_ownership
from support.tool import memmon

FILES = {
    "/srv/ds/bot.py": True,
    "/srv/数据/模块/加载.py": True,
    "/srv/ds/lib/loader.py": True,
    "/srv/ds/my-site-packages/bot.py": True,
    "/srv/ds/site-packages.py": True,
    "/home/u/.venv/lib/python3.11/site-packages/pandas/io/json.py": False,
    "/usr/lib/python3/dist-packages/numpy/core.py": False,
    "/srv/ds/.venv/lib/python3.12/site-packages/requests/sessions.py": False,
    "/srv/ds/venv/src/editable/pkg/data.py": True,
    "/srv/ds/scripts/train.py": True,
    "/srv/ds/__pypackages__/3.11/lib/requests/api.py": False,
    "/root/.pex/installed_wheels/a1/requests-2.31-py3-none-any.whl/requests/api.py": False,
    "/srv/ds/bot.pyz/模块/加载.py": True,
    "/srv/ds/bot.zip/__main__.py": True,
    "/srv/ds/venv/bin/gunicorn": False,
    "/home/u/.local/bin/pip3.11": False,
    "/srv/ds/tools/train": True,
    "/srv/ds/bin/train.py": True,
    "/tmp/ipykernel_4711/2857495643.py": True,
    "<ipython-input-3-0a1b2c3d4e5f>": True,
    "<stdin>": True,
    "<dynamic-code>": True,
    "<string>": False,
    "<frozen importlib._bootstrap>": False,
    "<frozen runpy>": False,
    "<__array_function__ internals>": False,
    "<attrs generated init bot.Order>": False,
    "/srv/ds/pandas/_libs/parsers.pyx": False,
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
    assert runtime_ownership.is_user_code(file) is own


LAUNCHERS = {
    "pip": """#!/srv/venv/bin/python
# -*- coding: utf-8 -*-
import re
import sys
from gunicorn.app.wsgiapp import run
if __name__ == '__main__':
    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])
    sys.exit(run())
""",
    "uv": """#!/srv/.venv/bin/python3
import sys
from uvicorn.main import main
if __name__ == "__main__":
    if sys.argv[0].endswith("-script.pyw"):
        sys.argv[0] = sys.argv[0][:-11]
    elif sys.argv[0].endswith(".exe"):
        sys.argv[0] = sys.argv[0][:-4]
    sys.exit(main())
""",
    "poetry": """#!/srv/.venv/bin/python
import sys
from bot.cli import main

if __name__ == '__main__':
    sys.exit(main())
""",
    "setuptools": "#!/usr/bin/python3\n# EASY-INSTALL-ENTRY-SCRIPT: 'bot==1.0'\n__requires__ = 'bot==1.0'\n",
}
"""What installers write into ``bin/``."""
OWN_SCRIPTS = {
    "a program": "#!/usr/bin/env python3\nimport sys\n\ndef main():\n    return 0\n\nsys.exit(main())\n",
    "a leak at its top": "import sys\nimport load\nrows = load.everything()\nsys.exit(rows.failed)\n",
    "a call with arguments of its own": """#!/usr/bin/env python3
import sys
from bot import main
if __name__ == '__main__':
    days = main(365)
    sys.exit(0)
""",
    "no end of its own": "import bot\n",
}
"""Scripts that people write."""


@pytest.mark.parametrize("folder", ["bin", "tools"])
@pytest.mark.parametrize(
    ("text", "own"),
    [*((text, False) for text in LAUNCHERS.values()), *((text, True) for text in OWN_SCRIPTS.values())],
    ids=[*LAUNCHERS, *OWN_SCRIPTS],
)
def test_a_launcher_is_known_by_what_it_holds(tmp_path: Path, folder: str, text: str, own: bool) -> None:  # noqa: FBT001  # the table's column
    """A script that an installer wrote is nobody's, wherever it lies; a person's own is theirs in `bin` too."""
    script = tmp_path / folder / "bot"
    script.parent.mkdir()
    script.write_text(text, encoding="utf-8")
    assert ownership.is_user_code(str(script)) is own
    assert runtime_ownership.is_user_code(str(script)) is own


@pytest.mark.parametrize("folder", ["bin", "tools"])
def test_a_script_that_came_by_a_pipe_is_not_waited_for(tmp_path: Path, folder: str) -> None:
    """A pipe is not opened, which nobody may write into any more: its folder alone is gone by."""
    script = tmp_path / folder / "bot"
    script.parent.mkdir()
    os.mkfifo(script)
    assert ownership.is_user_code(str(script)) is (folder != "bin")
    assert runtime_ownership.is_user_code(str(script)) is (folder != "bin")


def test_an_instrumented_launcher_is_nobodys(tmp_path: Path) -> None:
    """What memmon puts into a launcher makes it no program of the user's."""
    script = tmp_path / "bin" / "bot"
    script.parent.mkdir()
    script.write_text(LAUNCHERS["pip"], encoding="utf-8")
    done = memmon("instrument", str(script), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "memmon_runtime" in script.read_text("utf-8")
    assert not ownership.is_user_code(str(script))
    assert not runtime_ownership.is_user_code(str(script))


def test_projects_of_the_users_own_that_are_installed(tmp_path: Path) -> None:
    """What `pip install .` put among the libraries is told apart from what came from an index, or from conda."""
    site = tmp_path / "lib" / "python3.11" / "site-packages"
    records = {
        "bot-1.0": ("bot/__init__.py", "bot/模块/load.py", "bot_main.py", "shared/bot/part.py", "../../../bin/bot"),
        "numpy-2.0": ("numpy/__init__.py",),
        "scipy-1.0": ("scipy/__init__.py",),
        "memmon-0.2.0": ("memmon/__init__.py",),
    }
    for name, files in records.items():
        info = site / f"{name}.dist-info"
        info.mkdir(parents=True)
        (info / "RECORD").write_text("".join(f"{file},sha256=x,1\n" for file in files), encoding="utf-8")
        (info / "INSTALLER").write_text("conda\n" if name == "scipy-1.0" else "pip\n", encoding="ascii")
        if name != "numpy-2.0":
            (info / "direct_url.json").write_text('{"dir_info": {}, "url": "file:///src"}', encoding="ascii")
    found = runtime_ownership.own_projects([str(tmp_path), str(site)])
    assert sorted(found) == [f"{site}/bot/", f"{site}/bot_main.py", f"{site}/shared/bot/"]


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
