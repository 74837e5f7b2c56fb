"""The workflow of docs/ci.md: its steps, run as GitHub runs them, on a regression and on a fix."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from support.samples import ROOT
from support.tool import plain_environment

JOB = """\
def load_rows(count):
    return [str(n) * 10 for n in range(count)]


def main():
    rows = load_rows({})
    print(len(rows))


main()
"""
FEW, MANY = 100_000, 500_000
"""Rows; those of one are 50 MB more than those of the other."""


def steps() -> dict[str, str]:
    """The script of each step that has a name."""
    text = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    (workflow,) = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    found = re.findall(r"- name: (\w+)\n +run: (?:\|\n((?: {10}.*\n)+)|(.+)\n)", workflow)
    return {name: dedent(block) or line for name, block, line in found}


def git(*words: str, cwd: Path) -> None:
    """A step of the story that is not memmon's."""
    who = ("-c", "user.name=somebody", "-c", "user.email=somebody@localhost", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *who, *words], cwd=cwd, check=True, capture_output=True)


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git on this machine")
@pytest.mark.parametrize(("before", "after", "code"), [(FEW, MANY, 1), (MANY, FEW, 0)], ids=["regression", "fix"])
def test_the_workflow_fails_on_a_regression_and_passes_on_a_fix(
    tmp_path: Path, before: int, after: int, code: int
) -> None:
    """With the line annotated in the checkout's own words, where it fails."""
    (origin := tmp_path / "origin").mkdir()
    git("init", "--quiet", cwd=origin)
    (origin / "job.py").write_text(JOB.format(before), encoding="utf-8")
    git("add", "job.py", cwd=origin)
    git("commit", "--quiet", "-m", "Load rows", cwd=origin)
    git("clone", "--quiet", str(origin), "checkout", cwd=tmp_path)
    checkout = tmp_path / "checkout"
    (checkout / "job.py").write_text(JOB.format(after), encoding="utf-8")
    environment = plain_environment(
        PATH=f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        LC_ALL="C.UTF-8",
        GITHUB_ACTIONS="true",
        GITHUB_BASE_REF="main",
        GITHUB_WORKSPACE=str(checkout),
    )
    done = {}
    for name in ("before", "after", "compare"):
        done[name] = subprocess.run(
            ["bash", "-e", "-c", steps()[name]],
            cwd=checkout,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    assert [one.returncode for one in done.values()] == [0, 0, code], done
    assert [len([*(checkout / side).glob("memory_monitor_*.log")]) for side in ("before", "after")] == [3, 3]
    assert done["compare"].stdout.startswith("WORSE: " if code else "Not worse: ")
    errors = done["compare"].stderr.splitlines()
    assert bool(errors) is bool(code)
    assert all(line.startswith("::error title=memmon compare,file=job.py,line=") for line in errors)
